"""What else than calcium changes the logarithmic signal under a mask: blur, and the artery itself."""

from __future__ import annotations

import math

import cv2
import numpy as np

from shared_core.mammogram import Mask
from shared_core.quantification.background import Image


def artery_path_mm(mask: Mask, *, pixel_mm: float, calibre_mm: float) -> Image:
    """Mean path of the rays in an artery that runs along the mask.

    Blood and wall take the place of a more fatty tissue, and so attenuate without any calcium. The artery is
    taken to be round, of the given calibre or as narrow as the mask is there; its cross-section is
    spread evenly over the width of the mask, as only the sum counts.
    """
    inside = cv2.distanceTransform(mask.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    reach = 2 * math.ceil(min(float(inside.max()), 2 * calibre_mm / pixel_mm)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    # The last pixel's centre lies at distance 1, its edge at half a pixel: the width of W pixels is 2 d - 1.
    width_px = 2 * cv2.dilate(inside, kernel).astype(np.float64)[mask] - 1
    width_mm = pixel_mm * np.maximum(width_px, 1)
    path = np.zeros(mask.shape)
    path[mask] = math.pi / 4 * np.minimum(width_mm, calibre_mm) ** 2 / width_mm
    return path


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
