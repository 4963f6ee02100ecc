"""Raw mammograms with known calcium, made apart from the measuring code and from `shared_core.simulation`.

Tram-track arteries on a power-law background, polychromatic primary, scatter, blur, quantum noise, LIN
pixels. With the measuring code it shares the physics of the beam (`shared_core.physics`) alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import (
    Acquisition,
    DisplayTransform,
    Mammogram,
    MammogramHeader,
    Mask,
    PixelSpacing,
    PresentationIntent,
    SpacingSource,
)
from shared_core.physics.beam import Beam
from shared_core.physics.signal import primary_signal

ANODES = {"Mo": "MOLYBDENUM", "Rh": "RHODIUM", "W": "TUNGSTEN"}
FILTERS = {"Mo": "MOLYBDENUM", "Rh": "RHODIUM", "Ag": "SILVER", "Al": "ALUMINUM"}
BEAMS = (
    Beam("Mo", "Mo", 0.030, 26),
    Beam("Mo", "Mo", 0.030, 28),
    Beam("Mo", "Rh", 0.025, 28),
    Beam("Mo", "Rh", 0.025, 30),
    Beam("Rh", "Rh", 0.025, 28),
    Beam("Rh", "Rh", 0.025, 30),
    Beam("W", "Rh", 0.050, 26),
    Beam("W", "Rh", 0.050, 28),
    Beam("W", "Rh", 0.050, 30),
    Beam("W", "Ag", 0.050, 28),
    Beam("W", "Ag", 0.050, 30),
    Beam("W", "Ag", 0.050, 32),
    Beam("W", "Al", 0.700, 28),
    Beam("W", "Al", 0.700, 30),
)
_OVERSAMPLING = 2
_FOCUS_MM = 620.0


@dataclass(frozen=True)
class Physics:
    """What truly happens; the header tells its own version."""

    beam: Beam = BEAMS[7]
    thickness_mm: float = 45.0
    glandular: float = 0.2
    texture: float = 0.08
    """Standard deviation of the glandular fraction."""
    scatter: float = 0.0
    """Scatter-to-primary ratio."""
    psf_mm: float = 0.035
    quanta: float = 6000.0
    """A pixel of 0.1 mm behind the breast; 0 for no noise."""
    random_height: bool = False
    artery_tissue: bool = True
    """Blood and wall attenuate like glandular tissue, also beyond the calcium."""
    k_factor: float = 1.0
    """What the spectrum does not know: calcium shows so much stronger."""


def acquisition_of(beam: Beam, thickness_mm: float, *, grid: str = "RECIPROCATING") -> Acquisition:
    return Acquisition(
        kvp=beam.kvp,
        anode=ANODES[beam.anode],
        filter_material=FILTERS[beam.filter_material],
        filter_thickness_mm=beam.filter_mm,
        breast_thickness_mm=thickness_mm,
        grid=grid,
        detector_type="DIRECT",
        pixel_intensity_relationship="LIN",
        pixel_intensity_sign=1,
        device_serial="A1",
    )


def raw_mammogram(
    pixels: NDArray[np.float32],
    acquisition: Acquisition,
    *,
    spacing_mm: float,
    intent: PresentationIntent = PresentationIntent.PROCESSING,
) -> Mammogram:
    rows, columns = pixels.shape
    header = MammogramHeader(
        None,
        "memory",
        rows,
        columns,
        14,
        spacing=PixelSpacing(spacing_mm, spacing_mm, SpacingSource.IMAGER_OVER_MAGNIFICATION),
        intent=intent,
        acquisition=acquisition,
    )
    return Mammogram(header, pixels, DisplayTransform((0.0, 16383.0)))


def power_law(size: int, random: np.random.Generator, beta: float = 3.0) -> NDArray[np.float64]:
    """Texture of mean 0 and standard deviation 1."""
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None, :])
    frequency[0, 0] = np.inf
    noise = np.fft.rfft2(random.normal(size=(size, size))) / frequency ** (beta / 2)
    texture: NDArray[np.float64] = np.fft.irfft2(noise, s=(size, size))
    texture /= texture.std()
    return texture


def tram_track(
    size: int, spacing_mm: float, random: np.random.Generator, *, calibre_mm: float, place: float
) -> tuple[NDArray[np.float32], NDArray[np.float32], Mask]:
    """One artery from left to right: areal density (any scale), path in it, mask of its calcified part."""
    y, x = (np.arange(size) + 0.5)[:, None] * spacing_mm, (np.arange(size) + 0.5)[None, :] * spacing_mm
    field_mm = size * spacing_mm
    wave_mm, swing_mm = random.uniform(15, 40), random.uniform(1, 4)
    phase = random.uniform(0, 2 * np.pi)
    centre = field_mm * place + swing_mm * np.sin(2 * np.pi * x / wave_mm + phase)
    slope = swing_mm * 2 * np.pi / wave_mm * np.cos(2 * np.pi * x / wave_mm + phase)
    away = np.abs(y - centre) / np.hypot(1, slope)
    start, end = random.uniform(0.08, 0.2), random.uniform(0.75, 0.92)
    along = (x > start * field_mm) & (x < end * field_mm)
    outer, inner = calibre_mm / 2, max(calibre_mm / 2 - 0.3, 0.0)
    chord = np.sqrt(np.maximum(outer**2 - away**2, 0)) - np.sqrt(np.maximum(inner**2 - away**2, 0))
    patches = np.clip(1 + 0.5 * cv2.resize(power_law(size // 4, random, 2.0), (size, size)), 0.05, None)
    through = 2 * np.sqrt(np.maximum(outer**2 - away**2, 0))
    return (chord * along * patches).astype(np.float32), through.astype(np.float32), (away < outer) & along


def simulate(
    mass_mg: float,
    *,
    physics: Physics,
    acquisition: Acquisition | None = None,
    seed: int,
    size: int = 700,
    spacing_mm: float = 0.1,
) -> tuple[Mammogram, Mask]:
    """A raw view with `mass_mg` of hydroxyapatite in 1-5 arteries, and their mask."""
    random = np.random.default_rng(seed)
    fine, fine_mm = size * _OVERSAMPLING, spacing_mm / _OVERSAMPLING
    field_mm = size * spacing_mm
    # Not more than some 12 mg/cm, as in women: heavier loads have more and wider arteries.
    least = int(np.ceil(mass_mg / (12 * 0.07 * field_mm)))
    count = int(np.clip(random.integers(1, 4), max(least, 1), 5))
    density = np.zeros((fine, fine), np.float32)
    mask = np.zeros((fine, fine), bool)
    artery_mm = np.zeros((fine, fine), np.float32)
    shares = random.uniform(0.5, 1.5, count) if count > 1 else np.ones(1)
    for number, share in enumerate(shares / shares.sum()):
        calibre = random.uniform(2.0, 3.0) if mass_mg / count > 25 else random.uniform(0.8, 2.5)
        place = 0.1 + 0.8 * (number + 0.5) / count
        profile, lumen_mm, band = tram_track(fine, fine_mm, random, calibre_mm=calibre, place=place)
        artery_mm += lumen_mm
        height_mm = random.uniform(-0.25, 0.25) * physics.thickness_mm if physics.random_height else 0.0
        # Nearer to the focus is larger: the same areal density on more pixels.
        shown_mg = mass_mg * share / (1 - height_mm / _FOCUS_MM) ** 2
        density += profile * np.float32(shown_mg / 1000 / (profile.sum() * (fine_mm / 10) ** 2))
        mask |= band
    if not physics.artery_tissue:
        artery_mm[:] = 0
    pixels = _detected(density, artery_mm, physics, random, size=size, spacing_mm=spacing_mm)
    coarse = cv2.resize(mask.astype(np.float32), (size, size), interpolation=cv2.INTER_AREA) > 0
    known = acquisition or acquisition_of(physics.beam, physics.thickness_mm)
    return raw_mammogram(pixels, known, spacing_mm=spacing_mm), coarse


def _detected(
    density: NDArray[np.float32],
    artery_mm: NDArray[np.float32],
    physics: Physics,
    random: np.random.Generator,
    *,
    size: int,
    spacing_mm: float,
) -> NDArray[np.float32]:
    texture = power_law(size, random) if physics.texture > 0 else np.zeros((size, size))
    drawn = np.clip(physics.glandular + physics.texture * texture, 0, 1)
    columns_rows = density.shape[1], density.shape[0]
    glandular = np.asarray(cv2.resize(drawn, columns_rows, interpolation=cv2.INTER_LINEAR), np.float64)
    glandular += (1 - glandular) * artery_mm / physics.thickness_mm
    sharp = primary_map(physics, glandular, density)
    sigma = physics.psf_mm / (spacing_mm / _OVERSAMPLING)
    blurred = cv2.GaussianBlur(sharp, (0, 0), sigma, borderType=cv2.BORDER_REFLECT) if sigma > 0 else sharp
    primary = np.asarray(cv2.resize(blurred, (size, size), interpolation=cv2.INTER_AREA), np.float64)
    primary /= np.median(primary)
    small = cv2.resize(primary, (size // 8, size // 8), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), 6.0 / spacing_mm / 8, borderType=cv2.BORDER_REFLECT)
    spread = cv2.resize(small, (size, size), interpolation=cv2.INTER_CUBIC)
    signal = primary + physics.scatter * spread
    if physics.quanta > 0:
        quanta = physics.quanta * (spacing_mm / 0.1) ** 2
        signal = random.normal(signal, np.sqrt(signal / quanta))
    return (signal * 1000).astype(np.float32)


def primary_map(
    physics: Physics, glandular: NDArray[np.float64], density: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Polychromatic primary, from a table: three glandularities (quadratic between) by 200 densities."""
    fractions = np.array([0.0, 0.5, 1.0])
    densities = np.concatenate([[0.0], np.geomspace(1e-3, max(float(density.max()), 2e-3), 199)])
    table = -np.log(
        primary_signal(
            physics.beam,
            tissue_mm=physics.thickness_mm,
            glandular_mm=fractions[:, None] * physics.thickness_mm,
            calcium_g_cm2=densities[None, :] * physics.k_factor,
        )
    )
    low, middle, high = (np.interp(density, densities, row) for row in table)
    g = glandular
    weights = (2 * (g - 0.5) * (g - 1), -4 * g * (g - 1), 2 * g * (g - 0.5))
    attenuated: NDArray[np.float64] = weights[0] * low + weights[1] * middle + weights[2] * high
    return np.exp(-attenuated)


def with_acquisition(mammogram: Mammogram, **changes: object) -> Mammogram:
    acquisition = replace(mammogram.header.acquisition, **changes)  # type: ignore[arg-type]
    return replace(mammogram, header=replace(mammogram.header, acquisition=acquisition))
