"""The texture of a picture, octave by octave: grain and edges tell how finely it was sampled."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask
from shared_core.weights.picture_scale import BANDS_PX, PictureScale

_SIDE_PX: Final = 640
_LEAST_PX: Final = 1000
_GREY: Final = 0.02
"""Added before the logarithm: a band of nothing has one."""


def texture_slopes(image_u8: NDArray[np.uint8], valid: Mask) -> NDArray[np.float64] | None:
    """How much stronger each band is than the finer one before, as a logarithm.

    Contrast cancels out. Medians are taken, as calcium and edges are rare.

    Parameters
    ----------
    image_u8
        (rows, columns), not filtered.
    valid
        (rows, columns) bool: tissue. A square around its middle is looked at.

    Returns
    -------
    (bands - 1,), or None where there is too little tissue.
    """
    window = _window(valid)
    tissue = valid[window]
    if np.count_nonzero(tissue) < _LEAST_PX:
        return None
    picture = image_u8[window].astype(np.float32)
    smooth = [picture, *(cv2.GaussianBlur(picture, (0, 0), width) for width in BANDS_PX)]
    bands = [np.abs(finer - coarser)[tissue] for finer, coarser in pairwise(smooth)]
    return np.diff([float(np.log(np.median(band) + _GREY)) for band in bands])


def _window(valid: Mask) -> tuple[slice, slice]:
    rows, columns = (np.flatnonzero(valid.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return slice(0, 0), slice(0, 0)
    middle = (int(rows[0] + rows[-1] + 1) // 2, int(columns[0] + columns[-1] + 1) // 2)
    top, left = (max(place - _SIDE_PX // 2, 0) for place in middle)
    return slice(top, top + _SIDE_PX), slice(left, left + _SIDE_PX)


def picture_size(scale: PictureScale, slopes: NDArray[np.float64]) -> float:
    """How large a picture is, in terms of the pictures that the second stage was taught on."""
    standard = (slopes - np.array(scale.means)) / np.array(scale.deviations)
    return float(2 ** (terms(standard) @ np.array(scale.weights) + scale.intercept))


def terms(standard: NDArray[np.float64]) -> NDArray[np.float64]:
    """(..., terms) that the weights stand for, of (..., slopes)."""
    first, second = np.triu_indices(standard.shape[-1])
    return np.concatenate([standard, standard[..., first] * standard[..., second]], axis=-1)
