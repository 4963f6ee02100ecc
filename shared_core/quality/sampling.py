"""Square pieces within the breast, spread evenly: enough of a picture for its statistics."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask

MOST_PIECES: Final = 24
LEAST_PIECES: Final = 4
"""Fewer say too little of a picture."""


def interior(breast: Mask, distance_px: float) -> Mask:
    """The breast farther than a distance from its edge and from the sides of the picture."""
    framed = np.pad(breast.view(np.uint8), 1)
    far: Mask = cv2.distanceTransform(framed, cv2.DIST_L2, 3)[1:-1, 1:-1] > distance_px
    return far


def pieces(image_u8: NDArray[np.uint8], inside: Mask, side_px: int) -> list[NDArray[np.uint8]]:
    """Up to `MOST_PIECES` squares that lie wholly inside, always the same ones of a picture."""
    rows, columns = inside.shape
    corners = [
        (row, column)
        for row in range(0, rows - side_px + 1, side_px)
        for column in range(0, columns - side_px + 1, side_px)
        if inside[row : row + side_px, column : column + side_px].all()
    ]
    return [
        image_u8[row : row + side_px, column : column + side_px]
        for row, column in _evenly(corners, MOST_PIECES)
    ]


def _evenly(all_of: list[tuple[int, int]], most: int) -> Iterator[tuple[int, int]]:
    step = max(1.0, len(all_of) / most)
    for number in range(min(most, len(all_of))):
        yield all_of[int(number * step)]
