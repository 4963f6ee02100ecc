"""What people drew on an image, lines along arteries and areas, and the bands that Guo's rule makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.followed_parts import followed_parts
from shared_core.arteries.joining import Segment
from shared_core.arteries.line_bands import BAND_MM, bands_of
from shared_core.arteries.vessels import ASSUMED_SPACING_MM
from shared_core.mammogram import Mask

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class DrawnImage:
    """The drawing on one image."""

    key: str
    """SOP Instance UID, or the name of the image file."""
    shape: tuple[int, int] | None
    """(rows, columns) of the image that was drawn on, where the export says it."""
    lines: tuple[Floats, ...] = ()
    """(n, 2) row and column in pixels, along arteries."""
    areas: tuple[Floats, ...] = ()
    """(n, 2) row and column in pixels of the corners of areas that are calcified arteries."""
    brushed: Mask | None = None
    """(rows, columns): painted with a brush."""


def drawn_band(
    drawn: DrawnImage, shape: tuple[int, int], *, spacing_mm: float | None, width_mm: float = BAND_MM
) -> Mask:
    """The bands of a drawing on an image of `shape` by the rule of Guo 2021 (II.A).

    Areas are followed along their middle. What goes on in the same direction after less than 1 cm is one
    line; every line becomes a band of one width with round ends. Where no spacing is known, pixels are taken
    for 70 um.
    """
    mm = spacing_mm or ASSUMED_SPACING_MM
    segments = [_segment(line * mm, width_mm) for line in drawn.lines if len(line) > 1]
    segments += _followed(drawn, shape, mm)
    return bands_of(segments, shape, mm=np.array([mm, mm]), width_mm=width_mm)


def _segment(points_mm: Floats, width_mm: float) -> Segment:
    return Segment(points_mm, width_mm, (True, True))


def _followed(drawn: DrawnImage, shape: tuple[int, int], mm: float) -> list[Segment]:
    """Centre lines of what was drawn as areas."""
    area = np.zeros(shape, np.uint8)
    for corners in drawn.areas:
        cv2.fillPoly(area, [np.rint(corners[:, ::-1]).astype(np.int32)], 1)
    if drawn.brushed is not None:
        area |= drawn.brushed.view(np.uint8)
    if not area.any():
        return []
    parts = followed_parts(area.view(np.bool_), np.array([mm, mm]))
    return [
        Segment(
            part.grid.in_view(line.points) * mm,
            line.width * part.grid.row_step * mm,
            line.free,
        )
        for part in parts
        for line in part.lines
    ]


def merged(drawings: Sequence[DrawnImage]) -> DrawnImage:
    """Several drawings on one image as one."""
    first = drawings[0]
    brushed = [drawing.brushed for drawing in drawings if drawing.brushed is not None]
    return DrawnImage(
        key=first.key,
        shape=first.shape,
        lines=tuple(line for drawing in drawings for line in drawing.lines),
        areas=tuple(area for drawing in drawings for area in drawing.areas),
        brushed=np.logical_or.reduce(brushed) if brushed else None,
    )
