"""How far a nipple stands out from the skin line.

A disc that is wider than a nipple is moved along the inside of the breast: what it does not reach in front
stands out. A faint nipple is often left out of the breast's mask, so pixels near the mask that are brighter
than the air belong to the shape as well.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask
from shared_core.quality.framing import Edge

LEAST_HEIGHT: Final = 0.0065
"""Of the side of a square of the breast's area. By eye, nipples in profile have 0.0095 and more, 0.8 mm of a
breast of middle size."""
_SIDE_PX: Final = 473
"""The side of that square, where it is looked for: so many pixels show 0.8 mm as three."""
_DISC: Final = 0.1
"""Radius, of that side: a nipple with its areola is not as wide."""
_NEAR: Final = 0.118
"""Distance from the mask, of that side, within which a faint nipple may lie."""
_LEVELS_ABOVE_AIR: Final = 6
_LEAST_AIR_PX: Final = 100
_FRONT: Final = 0.6
"""Part of the depth of the breast beyond which a nipple lies."""


def nipple_height(image_u8: NDArray[np.uint8], breast: Mask, wall: Edge) -> float | None:
    """Height of what stands out most, of the side of a square of the breast's area; None for no breast.

    Parameters
    ----------
    image_u8
        (rows, columns) display values.
    breast
        (rows, columns) bool.
    wall
        The edge of the chest wall.
    """
    area = int(np.count_nonzero(breast))
    if area == 0:
        return None
    scale = min(1.0, _SIDE_PX / area**0.5)
    side = scale * area**0.5
    size = max(1, round(breast.shape[1] * scale)), max(1, round(breast.shape[0] * scale))
    grey = cv2.resize(image_u8, size, interpolation=cv2.INTER_AREA)
    mask = cv2.resize(breast.view(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    if wall == "right":
        grey, mask = np.ascontiguousarray(grey[:, ::-1]), np.ascontiguousarray(mask[:, ::-1])
    shape = _framed(_with_faint_parts(grey.astype(np.uint8), mask.astype(np.uint8), side), round(0.3 * side))
    radius = _DISC * side
    middles = _distance(shape) > radius
    if not middles.any():
        return None
    to_middle = _distance(~middles)
    front_of_disc = int(np.flatnonzero(middles.any(axis=0))[-1]) + radius
    first = round(0.3 * side)
    front = first + int(_FRONT * (front_of_disc - first))
    beyond = (to_middle - radius)[:, front:][shape[:, front:]]
    return max(0.0, float(beyond.max())) / side if beyond.size else 0.0


def _with_faint_parts(grey: NDArray[np.uint8], mask: NDArray[np.uint8], side: float) -> Mask:
    from_mask = _distance(mask == 0)
    air = grey[from_mask > 1.15 * _NEAR * side]
    level = float(np.median(air)) if air.size >= _LEAST_AIR_PX else 0.0
    faint = cv2.medianBlur(grey, 5) > level + _LEVELS_ABOVE_AIR
    return np.asarray((mask > 0) | (faint & (from_mask < _NEAR * side)))


def _framed(shape: Mask, margin_px: int) -> Mask:
    """The breast goes on beyond the wall and beyond the edges above and below it, not beyond the front."""
    beyond = np.pad(shape, ((margin_px, margin_px), (margin_px, 0)), mode="edge")
    return np.pad(beyond, ((0, 0), (0, margin_px)))


def _distance(inside: Mask) -> NDArray[np.float32]:
    """Of each pixel to the nearest one that is not inside."""
    return np.asarray(cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5), np.float32)
