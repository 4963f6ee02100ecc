"""What an image looks like in numbers: grey levels, power spectrum, gradients, profile from an edge inward.

Mammographic texture has a power spectrum near f^-3 between 0.15 and 0.7 cycles/mm (Burgess, Jacobson &
Judy, Med Phys 28:419, 2001); gradients of natural images have heavy tails (Field, J Opt Soc Am A
4:2379, 1987).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy import fft
from numpy.typing import NDArray
from scipy import ndimage

from shared_core.errors import UsageError

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Image = NDArray[Any]
Band = tuple[float, float]

GRADIENT_DECADES: Final = np.arange(-1.0, 3.001, 0.05)
"""Edges of the gradient histogram, log10 of grey levels per unit of length."""


@dataclass(frozen=True, eq=False)
class PowerSpectrum:
    """Radially averaged; lengths in mm where the spacing is known, in pixels where not."""

    frequency: Floats
    """(n,) cycles per mm or per pixel, rising, zero left out."""
    power: Floats
    """(n,) squared grey levels x squared length."""
    windows: int
    """Windows averaged over."""
    per_mm: bool


@dataclass(frozen=True, eq=False)
class Gradients:
    """Distribution of the gradient; per mm where the spacing is known, per pixel where not."""

    density: Floats
    """(80,) of log10 magnitude between `GRADIENT_DECADES`; integrates to the share that lies in them."""
    median: float
    """Magnitude in grey levels per unit of length."""
    tail: float
    """99th percentile of the magnitude / its median; 2.58 for Gaussian noise."""
    kurtosis: float
    """Excess kurtosis of the two components together; 0 for Gaussian noise."""
    per_mm: bool


def grey_histogram(image_u8: NDArray[np.uint8], region: Mask) -> Floats:
    """Share of each of the 256 grey levels in a region."""
    _check(image_u8, region)
    counts = np.bincount(image_u8[region], minlength=256)
    return np.asarray(counts / counts.sum(), np.float64)


def grey_percentile(histogram: Floats, percent: float) -> float:
    """Grey level below which a percentage of the region lies, even within each level."""
    edges = np.arange(len(histogram) + 1) - 0.5
    return float(np.interp(percent / 100, np.append(0.0, np.cumsum(histogram)), edges))


def power_spectrum(
    image: Image,
    region: Mask,
    *,
    spacing_mm: float | None = None,
    window_px: int = 256,
    most_windows: int = 32,
) -> PowerSpectrum:
    """Average the periodograms of square windows that lie wholly in a region.

    Each window loses its plane of least squares and is tapered by a Hann window; the power is that of the
    image before tapering, so that white noise of variance s² has the power s² x pixel area everywhere.
    Windows overlap by three quarters where there is room for few; at most `most_windows` are taken, spread
    evenly over those that fit. `UsageError` where none does.
    """
    _check(image, region)
    corners = _corners(region, window_px)
    if not corners:
        raise UsageError(f"No window of {window_px} x {window_px} pixels fits into the region.")
    chosen = np.unique(np.linspace(0, len(corners) - 1, min(most_windows, len(corners))).round().astype(int))
    taper = np.outer(*[np.hanning(window_px + 1)[:-1]] * 2)
    total = np.zeros((window_px, window_px))
    for row, column in (corners[number] for number in chosen):
        tile = _without_plane(image[row : row + window_px, column : column + window_px])
        total += np.abs(fft.fft2(tile * taper)) ** 2
    length = spacing_mm or 1.0
    total *= length**2 / ((taper**2).sum() * len(chosen))
    cycles = np.hypot(*np.meshgrid(*[fft.fftfreq(window_px, 1 / window_px)] * 2))
    ring = np.rint(cycles).astype(int)
    inside = (ring > 0) & (ring <= window_px // 2)
    count = np.bincount(ring[inside])[1:]
    mean = [np.bincount(ring[inside], weights=each[inside])[1:] / count for each in (cycles, total)]
    return PowerSpectrum(mean[0] / (window_px * length), mean[1], len(chosen), spacing_mm is not None)


def power_law_exponent(spectrum: PowerSpectrum, band: Band) -> float:
    """Fit power = c f^-beta by least squares of the logarithms, even over log f; returns beta.

    `UsageError` where fewer than three frequencies lie in the band, or there is no power.
    """
    inside = _inside(spectrum, band)
    frequency, power = spectrum.frequency[inside], spectrum.power[inside]
    if frequency.size < 3 or not (power > 0).all():
        raise UsageError(
            f"The spectrum has too little between {band[0]:g} and {band[1]:g} to fit a power law."
        )
    # Frequencies are evenly spaced: those in an octave are as many as it is wide.
    slope, _ = np.polyfit(np.log(frequency), np.log(power), 1, w=np.sqrt(1 / frequency))
    return -float(slope)


def band_deviation(spectrum: PowerSpectrum, band: Band) -> float:
    """Standard deviation in grey levels of what the image has in a band: sqrt(∫ P 2 pi f df)."""
    inside = _inside(spectrum, band)
    step = float(np.diff(spectrum.frequency).mean())
    frequency, power = spectrum.frequency[inside], spectrum.power[inside]
    return float(np.sqrt(np.sum(power * 2 * np.pi * frequency) * step))


def gradients(image: Image, region: Mask, *, spacing_mm: float | None = None) -> Gradients:
    """Distribution of central differences whose four neighbours lie in a region.

    `UsageError` where the region holds no such pixel.
    """
    _check(image, region)
    inner = ndimage.binary_erosion(region)
    if not inner.any():
        raise UsageError("The region is too small for a gradient.")
    slopes: list[Floats] = list(np.gradient(image.astype(np.float64), spacing_mm or 1.0))
    down, across = (slope[inner] for slope in slopes)
    size = np.hypot(down, across)
    with np.errstate(divide="ignore"):
        counts, _ = np.histogram(np.log10(size), bins=GRADIENT_DECADES)
    median = float(np.median(size))
    both = np.concatenate([down, across])
    both -= both.mean()
    squared = float(np.mean(both**2)) ** 2
    return Gradients(
        density=counts / (size.size * np.diff(GRADIENT_DECADES)),
        median=median,
        tail=float(np.percentile(size, 99)) / median if median else float("nan"),
        kurtosis=float(np.mean(both**4)) / squared - 3 if squared else float("nan"),
        per_mm=spacing_mm is not None,
    )


def edge_profile(
    image: Image, region: Mask, *, spacing_mm: float = 1.0, deepest: float = 30.0, step: float = 0.5
) -> tuple[Floats, Floats]:
    """Mean grey level over the distance from the edge of a region inward.

    The borders of the image are no edges: the region goes on behind them. Returned are the middle of each
    ring and its mean grey level, NaN where the region has no such depth; `spacing_mm` of 1 gives depths in
    pixels. `UsageError` where the region is empty or fills the image, so that it has no edge.
    """
    _check(image, region)
    if region.all():
        raise UsageError("The region fills the image and has no edge.")
    # A pixel beside the edge has half a pixel of region before it.
    depth = (ndimage.distance_transform_edt(region)[region] - 0.5) * spacing_mm
    rings = round(deepest / step)
    ring = np.minimum((depth / step).astype(int), rings)
    count = np.bincount(ring, minlength=rings + 1)[:rings]
    total = np.bincount(ring, weights=image[region].astype(np.float64), minlength=rings + 1)[:rings]
    mean: Floats = np.divide(total, count, out=np.full(rings, np.nan), where=count > 0)
    middle: Floats = (np.arange(rings, dtype=np.float64) + 0.5) * step
    return middle, mean


def _check(image: Image, region: Mask) -> None:
    """`UsageError` where the shapes differ or the region is empty."""
    if image.shape != region.shape:
        raise UsageError(f"Image and region must have one shape, not {image.shape} and {region.shape}.")
    if not region.any():
        raise UsageError("The region is empty.")


def _inside(spectrum: PowerSpectrum, band: Band) -> Mask:
    return np.asarray((spectrum.frequency >= band[0]) & (spectrum.frequency <= band[1]))


def _corners(region: Mask, window_px: int) -> list[tuple[int, int]]:
    """Upper left corners of the windows that the region holds."""
    sums = np.zeros((region.shape[0] + 1, region.shape[1] + 1), np.int64)
    sums[1:, 1:] = region.cumsum(axis=0, dtype=np.int64).cumsum(axis=1)
    step = max(window_px // 4, 1)
    rows, columns = (np.arange(0, size - window_px + 1, step) for size in region.shape)
    top, left = np.meshgrid(rows, columns, indexing="ij")
    bottom, right = top + window_px, left + window_px
    held = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
    return [(int(row), int(column)) for row, column in np.argwhere(held == window_px**2) * step]


def _without_plane(tile: Image) -> Floats:
    """The tile less its plane of least squares."""
    values = tile.astype(np.float64)
    values -= values.mean()
    for axis, size in enumerate(values.shape):
        ramp = np.arange(size) - (size - 1) / 2
        ramp = ramp[:, None] if axis == 0 else ramp[None, :]
        values -= ramp * ((values * ramp).sum() / (ramp**2).sum() / values.shape[1 - axis])
    return values
