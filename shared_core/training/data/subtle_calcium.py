"""Bands whose calcium is too little to be seen: nobody would have drawn them, nobody should learn them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask
from shared_core.simulation.projected_view import Map

_REACH_MM = 2.0
"""Standard deviation of the window along the band."""
_COARSE_MM = 0.5
_STARVED = 0.1
_STARVED_REACH_MM = 1.0


def faint_band(band: Mask, amount: Map, *, spacing_mm: float, least: float) -> Mask:
    """Parts of a vessel band in which little is to be seen.

    Parameters
    ----------
    amount
        (rows, columns): calcium, or how much brighter it makes the image.
    least
        Parts with a lower mean of `amount`, over the width and a few mm of the band, are found; 0 finds none.
    """
    if least <= 0 or not band.any():
        return np.zeros(band.shape, np.bool_)
    step = max(round(_COARSE_MM / spacing_mm), 1)
    size = (max(band.shape[1] // step, 1), max(band.shape[0] // step, 1))
    means = []
    for values in (np.where(band, amount, np.float32(0)), band.astype(np.float32)):
        coarse = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
        means.append(cv2.GaussianBlur(coarse, (0, 0), _REACH_MM / (step * spacing_mm)))
    mean = cv2.resize(
        means[0] / np.maximum(means[1], np.float32(1e-6)),
        (band.shape[1], band.shape[0]),
        interpolation=cv2.INTER_LINEAR,
    )
    return np.asarray(band & (mean < least))


def starved_band(band: Mask, signal: NDArray[np.uint16], breast: Mask, *, spacing_mm: float) -> Mask:
    """Parts of a vessel band behind what nearly stops the rays, such as an implant.

    There the signal, which is linear in the X-rays, is below a tenth of the breast's, averaged over more than
    the width of an artery.
    """
    if not band.any() or not breast.any():
        return np.zeros(band.shape, np.bool_)
    level = _STARVED * float(np.median(signal[breast]))
    around = cv2.GaussianBlur(signal.astype(np.float32), (0, 0), _STARVED_REACH_MM / spacing_mm)
    return np.asarray(band & (around < level))


def texture_levels(image_u8: NDArray[np.uint8], inside: Mask) -> float:
    """Standard deviation, in grey levels, of tissue as fine as an artery, which calcium competes with."""
    size = (max(image_u8.shape[1] // 4, 1), max(image_u8.shape[0] // 4, 1))
    coarse = cv2.resize(image_u8, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    within = cv2.resize(inside.view(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    detail = cv2.GaussianBlur(coarse, (0, 0), 0.5) - cv2.GaussianBlur(coarse, (0, 0), 3.5)
    return float(detail[within].std()) if within.any() else 0.0
