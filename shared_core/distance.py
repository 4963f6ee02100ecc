"""Distances on the pixel grid, the same wherever an array lies in memory."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

_FARTHEST_PX: Final = 1000.0
"""Up to here the error of OpenCV's float32 root, squared, is far below one half."""


def distance_from_outside(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Of each pixel of a mask to the nearest pixel outside it, in px, exactly; 0 outside.

    The last bit of OpenCV's own root changes with the place of the array in memory. A mask without a pixel
    outside has no such distance: infinity.
    """
    if mask.all():
        return np.full(mask.shape, np.inf)
    precise = cv2.DIST_MASK_PRECISE  # noqa: TID251  # the one place that mends its last bit
    nearly = cv2.distanceTransform(mask.view(np.uint8), cv2.DIST_L2, precise)
    if nearly.max(initial=0.0) > _FARTHEST_PX:
        return np.asarray(distance_transform_edt(mask), np.float64)
    # Squares of distances on a grid are whole numbers, and numpy rounds a root correctly.
    return np.asarray(np.sqrt(np.rint(np.square(nearly, dtype=np.float64))), np.float64)
