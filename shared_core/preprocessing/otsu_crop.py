"""Mobini 2023's breast crop: Otsu, smallest rectangle, 1536 x 768."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.errors import NoBreastError
from shared_core.preprocessing.working_copy import ContentBox

MOBINI_ROWS, MOBINI_COLUMNS = 1536, 768


def otsu_box(image_u8: NDArray[np.uint8]) -> ContentBox:
    """Smallest rectangle round the largest region above Otsu's threshold (Mobini 2023, Methods).

    The paper takes "the tissue regions"; only the largest connected one is kept here, because view
    labels would widen the rectangle. A uniform image is a `NoBreastError`.
    """
    if image_u8.min() == image_u8.max():
        raise NoBreastError("No tissue stands out from the background; check that the image is a mammogram.")
    _, tissue = cv2.threshold(image_u8, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    _, _, stats, _ = cv2.connectedComponentsWithStats(tissue, connectivity=8)
    left, top, width, height = (int(v) for v in stats[1 + stats[1:, cv2.CC_STAT_AREA].argmax(), :4])
    return ContentBox(top, top + height, left, left + width)


def otsu_crop(image_u8: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The image within `otsu_box`; a view, not a copy."""
    return image_u8[otsu_box(image_u8).slices]


def resize_mobini(cropped_u8: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Resample to 1536 rows x 768 columns, the input of Mobini 2023's VGG16.

    The two axes are scaled differently, as in the paper: the area of an output pixel is
    ``spacing.row_mm * rows / 1536 * spacing.column_mm * columns / 768``.
    """
    size = (MOBINI_COLUMNS, MOBINI_ROWS)
    shrinks = cropped_u8.shape[0] >= MOBINI_ROWS and cropped_u8.shape[1] >= MOBINI_COLUMNS
    interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cv2.resize(cropped_u8, size, interpolation=interpolation).astype(np.uint8, copy=False)
