"""Arterial calcium put into a given mammogram, with the mass and the mask that it then has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from shared_core.errors import UsageError
from shared_core.mammogram import Mammogram, Mask, Pixels, PresentationIntent
from shared_core.physics.beam import Beam
from shared_core.physics.signal import effective_k_cm2_g
from shared_core.simulation.projected_view import Map

USUAL_BEAM: Final = Beam("W", "Rh", 0.050, 28)
_LOG_SPREAD: Final = 0.40
"""Attenuation between the median and the 99th percentile of usual breasts, for displayed images."""
_GLANDULAR: Final = 0.2
_LEAST: Final = 1e-4
"""Change of the logarithmic signal below which a pixel stays as it was."""
_MG_PER_G_CM2_MM2: Final = 10.0


@dataclass(frozen=True)
class InsertionSettings:
    """How the mammogram was made, as far as the insertion needs it."""

    beam: Beam = USUAL_BEAM
    thickness_mm: float = 50.0
    scatter_to_primary: float = 0.1
    blur_mm: float = 0.06
    """Standard deviation of the point spread in the plane of the breast."""
    noise: bool = True
    """Whether pixels behind calcium get the noise of the photons that it takes away."""


@dataclass(frozen=True, eq=False)
class Insertion:
    """A mammogram with calcium that was put in."""

    mammogram: Mammogram
    calcium_mask: Mask
    calcium_g_cm2: Map
    mass_mg: float
    """Hydroxyapatite inside the breast."""


def insert_calcium(
    mammogram: Mammogram,
    calcium_g_cm2: Map,
    *,
    breast: Mask,
    spacing_mm: float,
    seed: int = 0,
    settings: InsertionSettings | None = None,
) -> Insertion:
    """Put calcium into a mammogram, in the logarithm of the signal.

    ``T = exp(-k(sigma) sigma)`` with k from the beam, blurred as the detector blurs, diluted by scatter:
    ``(T + SPR) / (1 + SPR)``. FOR PROCESSING pixels are multiplied by it. In other images, whose grey is
    a function of the logarithm, ``-ln`` of it is added in pixel values, less towards the white end.
    Fewer photons make more noise: what is missing is added, measured from the image's own noise.

    Parameters
    ----------
    mammogram
        Raw with pixels linear in the X-rays, larger for more; or for presentation, larger shown brighter.
    calcium_g_cm2
        (rows, columns) hydroxyapatite; what lies outside of `breast` is left out.
    spacing_mm
        Of the pixels, in the plane of the breast.
    settings
        By default W/Rh 28 kV and 50 mm.

    Raises
    ------
    UsageError
        If shapes differ or raw pixels are not linear with sign +1.
    """
    settings = settings or InsertionSettings()
    if calcium_g_cm2.shape != mammogram.pixels.shape or breast.shape != mammogram.pixels.shape:
        raise UsageError(
            f"{mammogram.header.name}: calcium and breast must have its {mammogram.pixels.shape} pixels."
        )
    raw = mammogram.header.intent is PresentationIntent.PROCESSING
    acquisition = mammogram.header.acquisition
    relationship = (acquisition.pixel_intensity_relationship or "LIN", acquisition.pixel_intensity_sign or 1)
    if raw and (relationship != ("LIN", 1) or mammogram.display.mirror is not None):
        raise UsageError(
            f"{mammogram.header.name}: raw pixels are not linear in the X-rays; use another image."
        )
    calcium = np.where(breast, calcium_g_cm2, np.float32(0))
    if not calcium.any():
        return Insertion(mammogram, calcium > 0, calcium, 0.0)
    passed = _passed(calcium, spacing_mm, settings)
    touched = passed < 1 - _LEAST
    rng = np.random.default_rng(seed)
    values = mammogram.pixels[touched].astype(np.float32)
    noise = _noise_sd(mammogram.pixels, breast) if settings.noise else 0.0
    if raw:
        level = float(np.median(mammogram.pixels[breast]))
        new = _in_raw(values, passed[touched], rng, noise / np.sqrt(max(level, 1.0)))
    else:
        per_log = _values_per_log(mammogram, breast)
        new = _in_display(values, passed[touched], rng, noise, per_log=per_log, top=_top(mammogram))
    pixels = mammogram.pixels.copy()
    if pixels.dtype.kind in "iu":
        limits = np.iinfo(pixels.dtype)
        new = np.clip(np.rint(new), limits.min, limits.max)
    pixels[touched] = new.astype(pixels.dtype)
    mass_mg = float(calcium.sum(dtype=np.float64)) * spacing_mm**2 * _MG_PER_G_CM2_MM2
    return Insertion(replace(mammogram, pixels=pixels), calcium > 0, calcium, mass_mg)


def _passed(calcium: Map, spacing_mm: float, settings: InsertionSettings) -> Map:
    """Part of the signal that calcium leaves, scatter included."""
    grams = np.linspace(0, max(float(calcium.max()), 1e-6), 64)
    loss = [
        sigma
        * effective_k_cm2_g(
            settings.beam,
            thickness_mm=settings.thickness_mm,
            glandular_fraction=_GLANDULAR,
            calcium_g_cm2=float(sigma),
        )
        for sigma in grams
    ]
    passed = np.ones(calcium.shape, np.float32)
    where = calcium > 0
    passed[where] = np.exp(-np.interp(calcium[where], grams, loss))
    if settings.blur_mm > 0:
        passed = np.asarray(cv2.GaussianBlur(passed, (0, 0), settings.blur_mm / spacing_mm), np.float32)
    spr = np.float32(settings.scatter_to_primary)
    return np.asarray((passed + spr) / (1 + spr), np.float32)


def _in_raw(values: Map, passed: Map, rng: np.random.Generator, sd_by_root: float) -> Map:
    """Variance goes with the signal: ``passed²`` of it is there, ``passed`` is due."""
    due = np.sqrt(np.maximum(values, 0) * np.maximum(passed - passed**2, 0)) * np.float32(sd_by_root)
    return np.asarray(values * passed + due * rng.standard_normal(values.size, dtype=np.float32), np.float32)


def _in_display(
    values: Map, passed: Map, rng: np.random.Generator, noise: float, *, per_log: float, top: float
) -> Map:
    """Brighter by the logarithm, with the tone curve's shoulder; its noise goes with 1 / photons."""
    room = np.maximum(top - values, 1.0)
    lifted = values + room * -np.expm1(np.log(passed) * np.float32(per_log) / room)
    extra = np.float32(noise) * np.sqrt(np.maximum(1 / passed - 1, 0))
    grain = extra * rng.standard_normal(values.size, dtype=np.float32)
    return np.asarray(lifted + grain * (top - lifted) / room, np.float32)


def _noise_sd(pixels: Pixels, breast: Mask) -> float:
    """Standard deviation of the noise from the differences of neighbours in the breast."""
    values = pixels.astype(np.float32)
    second = values[1:-1, 1:-1] - (values[1:-1, :-2] + values[1:-1, 2:]) / 2
    inside = breast[1:-1, 1:-1]
    return float(np.median(np.abs(second[inside])) / 0.6745 / np.sqrt(1.5)) if inside.any() else 0.0


def _values_per_log(mammogram: Mammogram, breast: Mask) -> float:
    middle, high = np.percentile(mammogram.pixels[breast][::7], (50, 99))
    return float(max(high - middle, 1.0)) / _LOG_SPREAD


def _top(mammogram: Mammogram) -> float:
    return max(float(mammogram.display.full_range[1]), float(mammogram.pixels.max()))
