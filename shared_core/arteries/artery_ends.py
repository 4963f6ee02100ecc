"""Where an artery goes on beyond its calcium: it has blood and wall there too, and no calcium.

Taken for background, these stretches would hide a part of the artery's own signal.
"""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.centre_line import centre_lines
from shared_core.mammogram import Mask

REACH_MM: Final = 3.0
"""Followed beyond the calcium; farther on nobody knows where the artery turns."""
_LOOK_BACK_MM: Final = 6.0
"""Of the centre line, which the way beyond its end is drawn from."""
_SLACK_MM: Final = 0.3
"""On both sides, for what the drawn way strays from the true one."""
_GAP_MM: Final = 1.0
"""Pieces of calcium nearer than this are one artery's."""
_LEAST_SLENDERNESS: Final = 2.0
"""Length by width; shorter pieces do not tell their direction."""


def artery_ends(mask: Mask, *, pixel_mm: float, widest_mm: float) -> Mask:
    """Carry every artery on beyond the ends of its calcium, along the curve it came by, for `REACH_MM`.

    The mask is as wide as the arteries; no artery is wider than `widest_mm`.
    """
    beyond = np.zeros(mask.shape, np.uint8)
    size = 2 * math.ceil(_GAP_MM / 2 / pixel_mm) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    joined = cv2.morphologyEx(np.ascontiguousarray(mask).view(np.uint8), cv2.MORPH_CLOSE, kernel)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, ltype=cv2.CV_32S)
    for number in range(1, count):
        left, top, columns, rows = (int(value) for value in stats[number, :4])
        if max(columns, rows) * pixel_mm < _GAP_MM:
            continue
        part = labels[top : top + rows, left : left + columns] == number
        for line in centre_lines(np.pad(part, 1)):
            width_mm = min(line.width * pixel_mm, widest_mm)
            if line.length * pixel_mm < _LEAST_SLENDERNESS * width_mm:
                continue
            for free, points in zip(line.free, (line.points[::-1], line.points), strict=True):
                if free:
                    way = _way_on(points + (top - 1, left - 1), pixel_mm)
                    _lay(beyond, way, (width_mm + 2 * _SLACK_MM) / pixel_mm)
    return beyond.view(bool)


def _way_on(points: NDArray[np.float64], pixel_mm: float) -> NDArray[np.float64]:
    """(n, 2) rows and columns from the last point on: a parabola through the last of the line."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))]) * pixel_mm
    along -= along[-1]
    near = along > -_LOOK_BACK_MM
    degree = 2 if -along[0] >= _LOOK_BACK_MM / 2 and np.count_nonzero(near) > 6 else 1
    moved = points[near] - points[-1]
    curves = np.polyfit(along[near], moved, degree)
    curves[-1] = 0.0  # from the last point itself
    ahead = np.linspace(0, REACH_MM, 13)
    powers = ahead[:, None] ** np.arange(degree, -1, -1)
    return np.asarray(points[-1] + powers @ curves, np.float64)


def _lay(beyond: NDArray[np.uint8], way: NDArray[np.float64], width_px: float) -> None:
    corners = np.rint(way[:, ::-1] * 16).astype(np.int32)
    cv2.polylines(beyond, [corners], False, (1,), max(round(width_px), 1), cv2.LINE_8, 4)
