"""Markers on the breast: nipple and lesion beads (discs) and scar wires.

A bead is round, flat and near the brightest level of the image, and millimetres wide. A calcified
artery is none of these: it is long, uneven, and seldom saturated.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask

DISC_RADIUS = (0.003, 0.02)
"""Radius of a bead as a part of the content's long side: 0.75 to 5 mm on 25 cm."""
DISC_CONTRAST = 40
"""Grey levels between a bead and the ring round it."""
DISC_FLATNESS = 5.0
"""Greatest standard deviation of grey within a bead."""
DISC_ROUNDNESS = 0.75
"""Least share of the smallest enclosing circle that a bead covers."""
BRIGHT_PART = 0.9
"""Markers are at least this bright, as a fraction of the brightest level on the breast."""
WIRE_LENGTH = 0.08
WIRE_WIDTH = 0.008
WIRE_FLATNESS = 6.0


def find_markers(image_u8: NDArray[np.uint8], mask: Mask, side_px: int) -> Mask:
    """Beads and wires within a mask, with a margin; at a scale where a bead is at least 5 px wide.

    `side_px` is the long side of the image's content, the ruler for sizes.
    """
    out = np.zeros(image_u8.shape, np.uint8)
    values = image_u8[mask]
    if not values.size:
        return out.view(bool)
    brightest = float(values.max())
    level = max(BRIGHT_PART * brightest, 90.0)
    # Where tissue itself is shown white, only a ring of contrast tells a marker.
    bright = ((image_u8 >= level) & mask).view(np.uint8)
    labels, stats = cv2.connectedComponentsWithStats(bright, connectivity=8)[1:3]
    least = 0.6 * np.pi * max(3.0, DISC_RADIUS[0] * side_px) ** 2
    for i in np.flatnonzero(stats[:, cv2.CC_STAT_AREA] >= least):
        if i == 0:
            continue
        left, top, width, height, area = (int(v) for v in stats[i])
        shape = (labels[top : top + height, left : left + width] == i).view(np.uint8)
        grown = _bead(image_u8, shape, (left, top), area, side_px)
        if grown is not None:
            (x, y), radius = grown
            cv2.circle(out, (x, y), radius, (1,), -1)
        elif _is_wire(image_u8[top : top + height, left : left + width], shape, area, side_px):
            border = max(2, round(0.003 * side_px))
            piece = out[
                max(0, top - border) : top + height + border, max(0, left - border) : left + width + border
            ]
            room = np.zeros_like(piece)
            row, column = min(border, top), min(border, left)
            room[row : row + height, column : column + width] = shape
            thick = np.ones((2 * border + 1, 2 * border + 1), np.uint8)
            np.maximum(piece, cv2.dilate(room, thick), out=piece)
    return out.view(bool)


def _bead(
    image_u8: NDArray[np.uint8], shape: NDArray[np.uint8], corner: tuple[int, int], area: int, side_px: int
) -> tuple[tuple[int, int], int] | None:
    """Centre and radius to take out, or None where the shape is no bead."""
    height, width = shape.shape
    if (
        max(height, width) > 2 * DISC_RADIUS[1] * side_px
        or max(height, width) > 1.35 * min(height, width) + 1
    ):
        return None
    outline = max(cv2.findContours(shape, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0], key=len)
    (x, y), radius = cv2.minEnclosingCircle(outline)
    radius += 0.25
    if area < DISC_ROUNDNESS * np.pi * radius**2:
        return None
    cx, cy = corner[0] + x, corner[1] + y
    reach = int(np.ceil(2.2 * radius)) + 3
    top, left = max(0, int(cy) - reach), max(0, int(cx) - reach)
    window = image_u8[top : int(cy) + reach + 1, left : int(cx) + reach + 1].astype(np.float32)
    rows, columns = np.mgrid[top : top + window.shape[0], left : left + window.shape[1]]
    distance = np.hypot(rows - cy, columns - cx)
    core = window[distance <= max(1.0, 0.75 * radius)]
    ring = window[(distance >= 1.4 * radius + 1.5) & (distance <= 2.0 * radius + 2.5)]
    if not ring.size or core.std() > DISC_FLATNESS:
        return None
    # The ring is dark all round: a thick spot of a vessel or of dense tissue has bright neighbours.
    if core.mean() - np.percentile(ring, 90) < DISC_CONTRAST:
        return None
    return (round(cx), round(cy)), int(np.ceil(radius * 1.25 + max(2.0, 0.003 * side_px)))


def _is_wire(window: NDArray[np.uint8], shape: NDArray[np.uint8], area: int, side_px: int) -> bool:
    """Long, thin, of one width and of one grey."""
    height, width = shape.shape
    if max(height, width) < WIRE_LENGTH * side_px:
        return False
    framed = cv2.copyMakeBorder(shape, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    distance = cv2.distanceTransform(framed, cv2.DIST_L2, 3)
    thickness = max(1.0, 2 * float(distance.max()) - 1)
    length = area / thickness
    inside = shape.view(bool)
    even = float(window[inside].std()) <= WIRE_FLATNESS
    return even and thickness <= max(3.0, WIRE_WIDTH * side_px) and length >= WIRE_LENGTH * side_px
