"""What is measured of each view, and how far views lie apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import stats

from shared_core.mammogram import Mask
from validation.realism.image_statistics import (
    GRADIENT_DECADES,
    Floats,
    Gradients,
    PowerSpectrum,
    band_deviation,
    edge_profile,
    gradients,
    grey_histogram,
    grey_percentile,
    power_law_exponent,
    power_spectrum,
)
from validation.realism.sources import Source

GRID_MM: Final = 0.14
"""All views are averaged down to this grid: the coarsest source has 0.13 mm."""
WINDOW_PX: Final = 256
MOST_WINDOWS: Final = 16
POWER_LAW_BAND: Final = (0.15, 1.0)
"""Cycles/mm; 0.15 is five waves in a window."""
FINE_BAND: Final = (1.0, 3.0)
_COARSE, _FINE, _BOTH = (
    f"{low:g}-{high:g} c/mm" for low, high in (POWER_LAW_BAND, FINE_BAND, (POWER_LAW_BAND[0], FINE_BAND[1]))
)
_LONG_SIDE: Final = 0.2
"""Part of a side of the frame from which on the breast is cut off there."""


@dataclass(frozen=True, eq=False)
class Measured:
    """The statistics of one view."""

    name: str
    kind: str
    grey: Floats
    """(256,) share of each level in the valid area."""
    spectrum: PowerSpectrum
    gradient: Gradients
    depth_mm: Floats
    profile: Floats
    """Mean grey level at each depth below the skin line."""


def measured(source: Source) -> Measured:
    """Measure one view.

    Raises
    ------
    UsageError
        If the breast has no room for a window of the spectrum.
    """
    prepared = source.prepared
    image, valid, breast = _on_grid(
        prepared.display_u8, prepared.valid_mask, prepared.breast_mask, scale=source.spacing_mm / GRID_MM
    )
    framed = _frame(breast)
    depth_mm, profile = edge_profile(image[framed], breast[framed], spacing_mm=GRID_MM)
    return Measured(
        source.name,
        source.kind,
        grey_histogram(prepared.display_u8, prepared.valid_mask),
        power_spectrum(image, valid, spacing_mm=GRID_MM, window_px=WINDOW_PX, most_windows=MOST_WINDOWS),
        gradients(image, valid, spacing_mm=GRID_MM),
        depth_mm,
        profile,
    )


def _on_grid(image: NDArray[np.uint8], *masks: Mask, scale: float) -> tuple[NDArray[np.float32], Mask, Mask]:
    """Image and masks averaged over the pixels of the common grid."""
    size = (max(round(image.shape[1] * scale), 1), max(round(image.shape[0] * scale), 1))
    coarse = cv2.resize(image.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    valid, breast = (
        cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.5 for mask in masks
    )
    return np.asarray(coarse, np.float32), valid, breast


def _frame(breast: Mask) -> tuple[slice, slice]:
    """The part of the image where what is not breast is air.

    Chest wall and axilla end at the border of the image or of the film; there the frame ends a little
    before the breast does.
    """
    slices = []
    for axis in (0, 1):
        lines = np.flatnonzero(breast.any(axis=1 - axis))
        first, last = int(lines[0]), int(lines[-1]) + 1
        inset = max((last - first) // 50, 1)
        long = _LONG_SIDE * np.ptp(np.flatnonzero(breast.any(axis=axis)))
        starts_cut = np.take(breast, first + inset, axis).sum() > long
        ends_cut = np.take(breast, last - 1 - inset, axis).sum() > long
        slices.append(slice(first + inset if starts_cut else 0, last - inset if ends_cut else None))
    return slices[0], slices[1]


# One number of a view


def _profile_at(view: Measured, low_mm: float, high_mm: float) -> float:
    inside = (view.depth_mm >= low_mm) & (view.depth_mm < high_mm)
    return float(np.nanmean(view.profile[inside]))


def _above_inner(low_mm: float, high_mm: float) -> Callable[[Measured], float]:
    return lambda view: _profile_at(view, low_mm, high_mm) - _profile_at(view, 20, 30)


NUMBERS: Final[dict[str, Callable[[Measured], float]]] = {
    "grey level, 5th percentile": lambda view: grey_percentile(view.grey, 5),
    "grey level, median": lambda view: grey_percentile(view.grey, 50),
    "grey level, 95th percentile": lambda view: grey_percentile(view.grey, 95),
    "black (0-2), %": lambda view: 100 * float(view.grey[:3].sum()),
    "white (253-255), %": lambda view: 100 * float(view.grey[253:].sum()),
    f"exponent beta, {_COARSE}": lambda view: power_law_exponent(view.spectrum, POWER_LAW_BAND),
    f"exponent beta, {_FINE}": lambda view: power_law_exponent(view.spectrum, FINE_BAND),
    f"SD of {_COARSE}, grey levels": lambda view: band_deviation(view.spectrum, POWER_LAW_BAND),
    f"SD of {_FINE}, grey levels": lambda view: band_deviation(view.spectrum, FINE_BAND),
    "gradient, median, grey levels/mm": lambda view: view.gradient.median,
    "gradient, 99th percentile / median": lambda view: view.gradient.tail,
    "gradient, excess kurtosis": lambda view: view.gradient.kurtosis,
    "0-2 mm below the skin, less 20-30 mm": _above_inner(0, 2),
    "2-5 mm below the skin, less 20-30 mm": _above_inner(2, 5),
    "5-10 mm below the skin, less 20-30 mm": _above_inner(5, 10),
}


# How far two views lie apart


def _grey_apart(one: Measured, other: Measured) -> float:
    return float(np.abs(np.cumsum(one.grey - other.grey)).sum())


def _spectra_apart(one: Measured, other: Measured) -> float:
    frequency = one.spectrum.frequency
    band = (frequency >= POWER_LAW_BAND[0]) & (frequency <= FINE_BAND[1])
    return float(np.abs(np.log10(one.spectrum.power / other.spectrum.power))[band].mean())


def _gradients_apart(one: Measured, other: Measured) -> float:
    width = np.diff(GRADIENT_DECADES)
    shares = [view.gradient.density * width for view in (one, other)]
    return float(np.abs(np.cumsum(shares[0] / shares[0].sum() - shares[1] / shares[1].sum())) @ width)


def _profiles_apart(one: Measured, other: Measured) -> float:
    return float(np.nanmean(np.abs(one.profile - other.profile)))


CURVES: Final[dict[str, Callable[[Measured, Measured], float]]] = {
    "grey levels: Wasserstein distance, grey levels": _grey_apart,
    f"spectrum, {_BOTH}: mean difference of log10": _spectra_apart,
    "gradient: Wasserstein distance of log10": _gradients_apart,
    "skin profile: mean difference, grey levels": _profiles_apart,
}


@dataclass(frozen=True)
class Apart:
    """Median distance of two views of different patients."""

    real_real: float
    simulated_real: float
    simulated_simulated: float


def apart(
    distance: Callable[[Measured, Measured], float], real: Sequence[Measured], simulated: Sequence[Measured]
) -> Apart:
    """How far real views lie from each other, and simulated ones from them."""
    return Apart(
        float(np.median([distance(*pair) for pair in combinations(real, 2)])),
        float(np.median([distance(*pair) for pair in product(simulated, real)])),
        float(np.median([distance(*pair) for pair in combinations(simulated, 2)])),
    )


@dataclass(frozen=True)
class Compared:
    """One number of all views."""

    real: Floats
    simulated: Floats
    kolmogorov: float
    """Greatest distance of the distribution functions, simulated against real."""
    yardstick: float
    """The same, real film against the other real images."""

    @property
    def share_inside(self) -> float:
        """Share of the simulated views within the range of the real ones."""
        return float(np.mean((self.simulated >= self.real.min()) & (self.simulated <= self.real.max())))


def compared(
    number: Callable[[Measured], float],
    real: Sequence[Measured],
    simulated: Sequence[Measured],
    first_kind: str,
) -> Compared:
    """Compare one number; `first_kind` parts the real views for the yardstick."""
    ours, theirs = (np.array([number(view) for view in views]) for views in (simulated, real))
    is_first = np.array([view.kind == first_kind for view in real])
    parted = is_first.any() and not is_first.all()
    return Compared(
        theirs,
        ours,
        float(stats.ks_2samp(ours, theirs).statistic),
        float(stats.ks_2samp(theirs[is_first], theirs[~is_first]).statistic) if parted else float("nan"),
    )
