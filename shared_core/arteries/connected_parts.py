"""The connected parts of a mask: how many, how large, where."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from shared_core.mammogram import Mask


@dataclass(frozen=True)
class Box:
    """A rectangle of whole pixels."""

    top: int
    left: int
    rows: int
    columns: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """To cut the rectangle out of a (rows, columns) array."""
        return slice(self.top, self.top + self.rows), slice(self.left, self.left + self.columns)

    def widened(self, rows: int, columns: int, shape: tuple[int, ...]) -> Box:
        """With so much more on every side, as far as an array of that shape has it."""
        top, left = max(self.top - rows, 0), max(self.left - columns, 0)
        bottom = min(self.top + self.rows + rows, shape[0])
        right = min(self.left + self.columns + columns, shape[1])
        return Box(top, left, bottom - top, right - left)


@dataclass(frozen=True)
class ConnectedPart:
    """One 8-connected part."""

    area_px: int
    box: Box


def bounding_box(mask: Mask) -> Box | None:
    """Smallest rectangle that holds the mask, None where the mask is empty."""
    left, top, columns, rows = cv2.boundingRect(mask.view(np.uint8))
    return Box(top=top, left=left, rows=rows, columns=columns) if rows else None


def connected_parts(mask: Mask) -> tuple[ConnectedPart, ...]:
    """8-connected parts, largest first (equal ones from the top, then from the left).

    Work is done in the mask's bounding box only: a vessel is small in a 13-megapixel view.
    """
    bounds = bounding_box(mask)
    if bounds is None:
        return ()
    inside = np.ascontiguousarray(mask[bounds.slices]).view(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(inside, connectivity=8, ltype=cv2.CV_32S)
    parts = [
        ConnectedPart(int(area), Box(bounds.top + int(top), bounds.left + int(left), int(rows), int(columns)))
        for left, top, columns, rows, area in stats[1:]
    ]
    return tuple(sorted(parts, key=lambda part: (-part.area_px, part.box.top, part.box.left)))
