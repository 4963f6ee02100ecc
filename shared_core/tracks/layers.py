"""Images that the description of a part is read from: what stands out, specks, and the ridges of vessels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask

Array = NDArray[np.float32]

_TISSUE_MEDIAN_PX: Final = 31
"""Side of the median, at half size, that leaves the tissue without vessels and calcium."""
_CALCIUM_MEDIAN_PX: Final = 15
_SPECK_PX: Final = 13
"""Specks are narrower than this."""
_SPECK_SD: Final = 6.0
_LEAST_SPECK: Final = 6.0
"""Grey levels."""
_RIDGE_SCALES_PX: Final = (2.5, 4.5, 7.0)
"""At half size: vessels of 0.5 to 2 mm on a grid of 70 um."""


@dataclass(frozen=True, eq=False)
class TissueLayers:
    """Of one image; noise is 1.48 times the median absolute deviation."""

    raised: Array
    """(rows, columns) grey levels above the tissue around."""
    raised_noise: float
    specks: Array
    """(rows, columns) white top-hat in grey levels."""
    speck_noise: float
    spots: Mask
    """(rows, columns) where specks stand out."""
    ridges: Array
    """(rows / 2, columns / 2): how much a bright line goes through, in units of its median; calcium is cut
    off before, so that it tells vessels."""
    ridge_angles: Array
    """(rows / 2, columns / 2): across the line, radians."""


def tissue_layers(image_u8: NDArray[np.uint8]) -> TissueLayers:
    """Make the layers of an image (rows, columns), not filtered, on the grid of the model."""
    soft = cv2.GaussianBlur(image_u8, (0, 0), 1.2).astype(np.float32)
    half = np.asarray(cv2.resize(image_u8, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
    tissue = cv2.resize(cv2.medianBlur(half, _TISSUE_MEDIAN_PX), image_u8.shape[::-1]).astype(np.float32)
    raised = soft - tissue
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_SPECK_PX, _SPECK_PX))
    specks = cv2.morphologyEx(cv2.GaussianBlur(image_u8, (0, 0), 1.0), cv2.MORPH_TOPHAT, disk).astype(
        np.float32
    )
    shown = image_u8 > 0
    _, raised_noise = _middle_and_noise(raised, shown, least=1.0)
    usual, speck_noise = _middle_and_noise(specks, shown, least=0.7)
    ridges, angles = _ridges(half, raised_noise)
    return TissueLayers(
        raised=np.asarray(raised, np.float32),
        raised_noise=raised_noise,
        specks=specks,
        speck_noise=speck_noise,
        spots=np.asarray((specks > usual + _SPECK_SD * speck_noise) & (specks > _LEAST_SPECK)),
        ridges=ridges,
        ridge_angles=angles,
    )


def _middle_and_noise(values: Array, shown: Mask, *, least: float) -> tuple[float, float]:
    sample = values[shown][::7]
    if not sample.size:
        return 0.0, least
    middle = float(np.median(sample))
    return middle, max(1.4826 * float(np.median(np.abs(sample - middle))), least)


def _ridges(half: NDArray[np.uint8], noise: float) -> tuple[Array, Array]:
    cut = np.minimum(
        half.astype(np.float32), cv2.medianBlur(half, _CALCIUM_MEDIAN_PX) + np.float32(2 * noise)
    )
    best, best_angle = np.zeros(half.shape, np.float32), np.zeros(half.shape, np.float32)
    for number, scale in enumerate(_RIDGE_SCALES_PX):
        blurred = cv2.GaussianBlur(cut, (0, 0), scale)
        xx, yy, xy = (
            cv2.Sobel(blurred, cv2.CV_32F, *order, ksize=3) / 4 for order in ((2, 0), (0, 2), (1, 1))
        )
        strength = np.maximum(np.sqrt(((xx - yy) / 2) ** 2 + xy**2) - (xx + yy) / 2, 0) * scale**2
        angle = 0.5 * np.arctan2(2 * xy, xx - yy)
        stronger = strength > best if number else np.ones(half.shape, bool)
        best, best_angle = np.where(stronger, strength, best), np.where(stronger, angle, best_angle)
    some = best[best > 0]
    usual = max(float(np.median(some)), 0.3) if some.size else 1.0
    return np.asarray(best / usual, np.float32), np.asarray(best_angle, np.float32)
