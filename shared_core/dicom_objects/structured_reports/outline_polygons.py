"""Outlines of the parts of a mask, as polygons that give the mask back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.measure import find_contours

from shared_core.mammogram import Mask

Points = tuple[tuple[float, float], ...]
"""(column, row), the centre of the first pixel at (0.5, 0.5): the coordinates of DICOM (PS3.3 C.18.6.1.1)."""

_STRAIGHT: Final = 1e-9


@dataclass(frozen=True)
class OutlinePart:
    """One connected part of a mask."""

    outline: Points
    """Closed: the last point is the first. Pixels of the part, and of its holes, have their centre inside."""
    centre: tuple[float, float]
    """A point of the part, of those farthest from its border."""
    area_px: int
    thinned: bool = False
    """Whether points were left out to fit, so that the outline is near the part but not exactly it."""


def parts_of(mask: Mask, *, most_points: int) -> tuple[OutlinePart, ...]:
    """The parts of a mask (8 neighbours), largest first; an outline has at most `most_points`."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
    found = []
    for label in range(1, count):
        left, top, width, height, area = (int(number) for number in stats[label])
        inside = labels[top : top + height, left : left + width] == label
        found.append(_part(np.pad(inside, 1), (top - 1, left - 1), area, most_points))
    return tuple(sorted(found, key=lambda part: (-part.area_px, part.outline)))


def _part(inside: Mask, origin: tuple[int, int], area_px: int, most_points: int) -> OutlinePart:
    """`inside` has a border of one pixel; `origin` is its first pixel (row, column)."""
    lines = find_contours(inside.astype(np.float32), 0.5, fully_connected="high")  # type: ignore[no-untyped-call]  # ships no types
    outer = max(lines, key=lambda line: float(np.ptp(line[:, 0]) * np.ptp(line[:, 1])))
    corners = _corners(outer)
    points, thinned = _few_enough(corners, most_points)
    at = points[:, ::-1] + np.array([origin[1] + 0.5, origin[0] + 0.5])
    depth = cv2.distanceTransform(inside.view(np.uint8), cv2.DIST_L2, 3)
    row, column = divmod(int(depth.argmax()), depth.shape[1])
    return OutlinePart(
        tuple((float(x), float(y)) for x, y in at),
        (column + origin[1] + 0.5, row + origin[0] + 0.5),
        area_px,
        thinned,
    )


def _corners(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """The closed line without the points that lie on a straight way between their neighbours."""
    points = line[:-1]
    before, after = points - np.roll(points, 1, axis=0), np.roll(points, -1, axis=0) - points
    turns = np.abs(before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]) > _STRAIGHT
    kept = points[turns]
    return np.concatenate([kept, kept[:1]])


def _few_enough(corners: NDArray[np.float64], most: int) -> tuple[NDArray[np.float64], bool]:
    tolerance, points = 0.0, corners
    while len(points) > most:
        tolerance = 2 * tolerance or 0.5
        thin = cv2.approxPolyDP(corners[:-1].astype(np.float32), tolerance, True)[:, 0].astype(np.float64)
        points = np.concatenate([thin, thin[:1]])
    return points, tolerance > 0
