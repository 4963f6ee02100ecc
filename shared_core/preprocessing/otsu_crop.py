"""The picture of the breast that Mobini 2023 judges: Otsu, smallest rectangle, one size, even contrast."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.errors import NoBreastError
from shared_core.mammogram import Mask
from shared_core.preprocessing.working_copy import ContentBox


@dataclass(frozen=True, eq=False)
class BreastPicture:
    """The rectangle around the breast, squeezed to one size."""

    image_u8: NDArray[np.uint8]
    """(rows, columns); 0 outside of the breast."""
    breast: Mask
    """(rows, columns) bool."""
    box: ContentBox
    """The rectangle on the view."""


def breast_picture(image_u8: NDArray[np.uint8], breast: Mask, size: tuple[int, int]) -> BreastPicture:
    """Cut a view to the breast and bring it to a size.

    Labels, edges and whatever else lies outside of the breast are taken out first, so that they neither widen
    the rectangle nor tell anything of the image. The two axes are scaled differently, as in the paper: a
    pixel of the picture has an area of its own for every view.

    Parameters
    ----------
    image_u8, breast
        (rows, columns) of the view: grey levels, and where the breast is.
    size
        (rows, columns) of the picture; 1536 x 768 in the paper.

    Raises
    ------
    NoBreastError
        Nothing stands out.
    """
    inside = np.where(breast, image_u8, np.uint8(0))
    box = otsu_box(inside)
    covered = breast[box.slices].view(np.uint8) * np.uint8(255)
    mask = resampled(covered, size) > 127
    picture = resampled(inside[box.slices], size)
    return BreastPicture(np.where(mask, picture, np.uint8(0)), mask, box)


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


def resampled(image_u8: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Bring to (rows, columns): by area where both axes shrink, else bilinear."""
    rows, columns = size
    shrinks = image_u8.shape[0] >= rows and image_u8.shape[1] >= columns
    interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image_u8, (columns, rows), interpolation=interpolation), np.uint8)


def standardised(image_u8: NDArray[np.uint8], breast: Mask) -> NDArray[np.float32]:
    """Grey levels with mean 0 and standard deviation 1 over the breast alone; 0 outside of it."""
    levels = image_u8[breast].astype(np.float64)
    if not levels.size:
        return np.zeros(image_u8.shape, np.float32)
    sd = float(levels.std())
    scaled = (image_u8.astype(np.float32) - np.float32(levels.mean())) / np.float32(sd if sd > 0 else 1.0)
    return np.asarray(np.where(breast, scaled, np.float32(0)), np.float32)
