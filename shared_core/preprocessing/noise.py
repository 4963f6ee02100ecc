"""Guo 2021's noise filter."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.errors import UsageError


def median(image_u8: NDArray[np.uint8], size_px: int = 5) -> NDArray[np.uint8]:
    """Smooth with a square median, edges replicated; a side of 0 or 1 returns the image as it is.

    Guo 2021 writes "disk kernel of size 5"; the published code, and so the published weights, use
    the 5 x 5 square of ``cv2.medianBlur``.
    """
    if size_px in (0, 1):
        return image_u8
    if size_px < 0 or size_px % 2 == 0:
        raise UsageError(f"The median filter needs an odd side, not {size_px} px; use 0 for none.")
    return cv2.medianBlur(image_u8, size_px).astype(np.uint8, copy=False)
