"""What else than calcium changes the logarithmic signal under a mask: blur, and the artery itself."""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np

from shared_core.mammogram import Mask
from shared_core.mass.background import Image

EDGE_PX: Final = 0.3
"""Width of a mask by its ridge less that of the artery in it. A mask of all pixels that the artery touches
is 0.9 px wider by that measure, one of those whose middle it covers 0.3 px narrower: halfway between."""
EDGE_SD_PX: Final = 1.2 / math.sqrt(12)
"""Of that: which mask it is, is not known."""


def artery_path_mm(mask: Mask, *, pixel_mm: float, calibre_mm: float) -> tuple[Image, float]:
    """Mean path of the rays in an artery that runs along the mask.

    Blood and wall take the place of a more fatty tissue, and so attenuate without any calcium. The artery is
    taken to be round, of the given calibre or as narrow as the mask is there; its cross-section is
    spread evenly over the width of the mask, as only the sum counts.

    Returns
    -------
    path, float
        In mm a pixel; and the SD of its sum as a part of it, for the mask's edges (`EDGE_SD_PX`).
    """
    inside = cv2.distanceTransform(mask.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    reach = 2 * math.ceil(min(float(inside.max()), 2 * calibre_mm / pixel_mm)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    # The last pixel's centre lies at distance 1, its edge at half a pixel: the width of W pixels is 2 d - 1.
    mask_px = 2 * cv2.dilate(inside, kernel).astype(np.float64)[mask] - 1
    width_mm = pixel_mm * np.maximum(mask_px - EDGE_PX, 1)
    section_mm2 = math.pi / 4 * np.minimum(width_mm, calibre_mm) ** 2
    path = np.zeros(mask.shape)
    path[mask] = section_mm2 / (pixel_mm * np.maximum(mask_px, 1))
    by_width = np.where(width_mm < calibre_mm, 2 / width_mm, 0.0)
    moved = float((path[mask] * by_width).sum()) * EDGE_SD_PX * pixel_mm
    return path, moved / max(float(path.sum()), 1e-12)


def lost_to_blur(primary: Image, region: Mask, of_noise: float, *, blur_px2: float, scatter: float) -> float:
    """Σ ΔL that the blur took: the mean of a logarithm is not the logarithm of the mean.

    To second order ``s² |grad t|² / (2 t²)`` a pixel, s² being the variance of the blur with the pixel's own
    aperture (1/12 px²). What noise adds to the gradient is taken off; under calcium there are fewer quanta,
    and so relatively more noise.
    """
    down, right = map(np.asarray, np.gradient(primary))
    passed = primary[region]
    steepness = (down**2 + right**2)[region] / passed**2
    noisier = (1 + scatter) * (passed + scatter) / passed**2
    return blur_px2 / 2 * float((steepness - of_noise * noisier).sum())


def noise_steepness(log_image: Image, near: Mask) -> float:
    """Mean square of the gradient of L that noise (and texture) make, near the mask."""
    if not near.any():
        return 0.0
    down, right = map(np.asarray, np.gradient(log_image))
    inside = cv2.erode(near.view(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    square = (down**2 + right**2)[inside if inside.any() else near]
    return float(np.median(square)) / math.log(2)  # an exponential's mean by its median
