"""Bands whose calcium is too little to be seen: nobody would have drawn them, nobody should learn them."""

from __future__ import annotations

import cv2
import numpy as np

from shared_core.mammogram import Mask
from shared_core.simulation.projected import Map

_REACH_MM = 2.0
"""Standard deviation of the window along the band."""
_COARSE_MM = 0.5


def faint_band(band: Mask, calcium_g_cm2: Map, *, spacing_mm: float, least_g_cm2: float) -> Mask:
    """Parts of a vessel band with less calcium than `least_g_cm2` on average over a few millimetres of it.

    Parameters
    ----------
    band
        (rows, columns) bool.
    calcium_g_cm2
        (rows, columns) hydroxyapatite.
    spacing_mm
        Of the pixels.
    least_g_cm2
        Mean over the width of the band; 0 finds nothing.
    """
    if least_g_cm2 <= 0 or not band.any():
        return np.zeros(band.shape, np.bool_)
    step = max(round(_COARSE_MM / spacing_mm), 1)
    size = (max(band.shape[1] // step, 1), max(band.shape[0] // step, 1))
    means = []
    for values in (np.where(band, calcium_g_cm2, np.float32(0)), band.astype(np.float32)):
        coarse = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
        means.append(cv2.GaussianBlur(coarse, (0, 0), _REACH_MM / (step * spacing_mm)))
    mean = means[0] / np.maximum(means[1], np.float32(1e-6))
    mean = cv2.resize(mean, (band.shape[1], band.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(band & (mean < least_g_cm2))
