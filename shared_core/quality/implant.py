"""A large bright shape within a breast, even and with a sharp round edge all along, as an implant is.

Dense tissue is neither even nor sharp, a mass is smaller, and a pectoral muscle leaves the picture above.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask

_SIDE_PX: Final = 250
"""The side of a square of the breast's area, where it is looked for."""
_OPENED_PX: Final = 25
"""Narrower parts do not belong to it."""
_RIM_PX: Final = (3, 9)
"""From the edge to either side: what lies there shows how high the step is."""
_EDGE_PX: Final = (4, 6)
LEAST_SHARE: Final = 0.12
"""Of the breast. What is as solid on 75 real pictures without an implant is at least 0.85 uneven."""
LEAST_SOLIDITY: Final = 0.94
"""Share of its convex hull."""
LEAST_SHARPNESS: Final = 0.6
"""The step at three quarters of its edge, of the median step."""
_LEVELS: Final = 8
"""Brightnesses from which on it is looked for, so that tissue nearly as bright does not hide its outline."""
MOST_UNEVEN: Final = 0.6
"""Between the first and the last tenth of its pixels, of that step."""
_LEAST_MARGIN: Final = 0.03
"""Above it and below it, of the breast's height."""


def implant_share(image_u8: NDArray[np.uint8], breast: Mask) -> float:
    """Share of the breast, 0 to 1, that an implant takes; 0 where none is seen.

    Parameters
    ----------
    image_u8
        (rows, columns) display values.
    breast
        (rows, columns) bool.
    """
    rows = np.flatnonzero(breast.any(axis=1))
    if not rows.size:
        return 0.0
    scale = min(1.0, _SIDE_PX / float(np.count_nonzero(breast)) ** 0.5)
    size = max(1, round(breast.shape[1] * scale)), max(1, round(breast.shape[0] * scale))
    small = cv2.resize(image_u8, size, interpolation=cv2.INTER_AREA)
    grey = cv2.GaussianBlur(small, (0, 0), 2).astype(np.int16)
    inside = cv2.resize(breast.view(np.uint8), size, interpolation=cv2.INTER_NEAREST).view(np.bool_)
    breast_px = int(np.count_nonzero(inside))
    for level in _levels(grey, inside):
        shape = _largest_shape(grey, inside, level)
        share = float(np.count_nonzero(shape)) / max(1, breast_px)
        if share < LEAST_SHARE:
            return 0.0
        is_round = _margin(shape, inside) >= _LEAST_MARGIN and _solidity(shape) >= LEAST_SOLIDITY
        if is_round and _is_even_and_sharp(grey, shape, inside):
            return share
    return 0.0


def _levels(grey: NDArray[np.int16], inside: Mask) -> list[float]:
    values = grey[inside].astype(np.uint8)[None]
    if not values.size:
        return []
    lowest, _ = cv2.threshold(values, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return [*np.linspace(lowest, float(np.percentile(values, 99)), _LEVELS, endpoint=False)]


def _largest_shape(grey: NDArray[np.int16], inside: Mask, level: float) -> Mask:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_OPENED_PX, _OPENED_PX))
    bright = cv2.morphologyEx(((grey > level) & inside).astype(np.uint8), cv2.MORPH_OPEN, disc)
    _, labels, found, _ = cv2.connectedComponentsWithStats(bright)
    if len(found) < 2:
        return np.zeros_like(inside)
    return np.asarray(labels == 1 + int(found[1:, cv2.CC_STAT_AREA].argmax()))


def _margin(shape: Mask, inside: Mask) -> float:
    own, all_rows = np.flatnonzero(shape.any(axis=1)), np.flatnonzero(inside.any(axis=1))
    return float(min(own[0] - all_rows[0], all_rows[-1] - own[-1])) / len(all_rows)


def _solidity(shape: Mask) -> float:
    outlines, _ = cv2.findContours(shape.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(outlines, key=cv2.contourArea)
    return float(cv2.contourArea(outline) / max(1.0, cv2.contourArea(cv2.convexHull(outline))))


def _is_even_and_sharp(grey: NDArray[np.int16], shape: Mask, inside: Mask) -> bool:
    to_edge = cv2.distanceTransform(shape.view(np.uint8), cv2.DIST_L2, 5)
    from_edge = cv2.distanceTransform((~shape).view(np.uint8), cv2.DIST_L2, 5)
    near, far = _RIM_PX
    rim = (to_edge > near) & (to_edge < far)
    around = (from_edge > near) & (from_edge < far) & inside
    if not rim.any() or not around.any():
        return False
    step = float(np.median(grey[rim])) - float(np.median(grey[around]))
    first, last = np.percentile(grey[to_edge > (near + far) / 2], (10, 90))
    if step <= 0 or last - first > MOST_UNEVEN * step:
        return False
    brightest = cv2.dilate(np.where(shape & (to_edge < far), grey, 0), np.ones((21, 21), np.uint8))
    edge = (from_edge > _EDGE_PX[0]) & (from_edge < _EDGE_PX[1]) & inside
    return bool(np.percentile(brightest[edge] - grey[edge], 25) >= LEAST_SHARPNESS * step)
