"""Morphology of bool masks, with OpenCV beneath: hundreds of times faster than SciPy."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask

Element = NDArray[np.uint8]


def disk(radius_px: int) -> Element:
    """Filled disk of 2 r + 1 pixels, the structuring element of scikit-image's ``disk``."""
    offset = np.arange(-radius_px, radius_px + 1)
    return ((offset[:, None] ** 2 + offset[None, :] ** 2) <= radius_px**2).astype(np.uint8)


def square(side_px: int) -> Element:
    """Filled square."""
    return np.ones((side_px, side_px), np.uint8)


def dilated(mask: Mask, element: Element) -> Mask:
    """Dilation; beyond the sides lies nothing."""
    out: Mask = cv2.dilate(mask.view(np.uint8), element).view(bool)
    return out


def eroded(mask: Mask, element: Element) -> Mask:
    """Erosion; the sides do not erode."""
    out: Mask = cv2.erode(mask.view(np.uint8), element).view(bool)
    return out


def opened(mask: Mask, element: Element) -> Mask:
    """Opening; see `eroded`."""
    return dilated(eroded(mask, element), element)


def closed(mask: Mask, element: Element) -> Mask:
    """Closing; see `dilated`."""
    return eroded(dilated(mask, element), element)


def filled(mask: Mask) -> Mask:
    """Fill holes: background that is not connected to the outside."""
    framed = cv2.copyMakeBorder(mask.view(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(0,))
    cv2.floodFill(framed, None, (0, 0), (2,))
    out: Mask = framed[1:-1, 1:-1] != 2
    return out


def components(mask: Mask, connectivity: int = 8) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Label image, and areas by label with 0 for the background."""
    labels, stats = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=connectivity)[1:3]
    areas = stats[:, cv2.CC_STAT_AREA].astype(np.int32)
    areas[0] = 0
    return labels.astype(np.int32, copy=False), areas
