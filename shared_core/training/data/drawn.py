"""What people drew on an image, lines along arteries and areas, and the bands that Guo's rule makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask
from shared_core.quantification.bands import followed_parts
from shared_core.quantification.joining import SEGMENT_GAP_MM, Segment, chains_of_segments, runs_of
from shared_core.simulation.bands import NARROWEST_MM

Floats = NDArray[np.float64]
BAND_MM: Final = NARROWEST_MM
"""Width of the line: 27 pixels of 70 um, as the published model paints."""
ASSUMED_SPACING_MM: Final = 0.07
_FRACTION_BITS: Final = 4


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
    """The bands of a drawing by the rule of Guo 2021 (II.A).

    Areas are followed along their middle. What goes on in the same direction after less than 1 cm is one
    line; every line becomes a band of one width with round ends.

    Parameters
    ----------
    drawn
        Lines and areas.
    shape
        (rows, columns) of the image.
    spacing_mm
        In the plane of the breast; None takes pixels for 70 um.
    width_mm
        Of the band.
    """
    mm = spacing_mm or ASSUMED_SPACING_MM
    segments = [_segment(line * mm, width_mm) for line in drawn.lines if len(line) > 1]
    segments += _followed(drawn, shape, mm)
    band = np.zeros(shape, np.uint8)
    for chain in chains_of_segments(segments, gap_mm=SEGMENT_GAP_MM):
        for run in runs_of(segments, chain, gap_mm=SEGMENT_GAP_MM):
            _paint(band, run / mm, width_mm / mm)
    return band.astype(np.bool_)


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


def _paint(band: NDArray[np.uint8], points: Floats, width_px: float) -> None:
    """One line, thick and with round ends, in place."""
    factor = 1 << _FRACTION_BITS
    places = np.rint(points[:, ::-1] * factor).astype(np.int32)
    # A thick polyline of OpenCV takes whole pixels only; circles take fractions, and are as quick.
    radius = round(width_px / 2 * factor)
    for start, end in pairwise(places):
        steps = max(int(np.hypot(*(end - start)) / (2 * factor)), 1)
        for place in np.linspace(start, end, steps + 1):
            centre = round(float(place[0])), round(float(place[1]))
            cv2.circle(band, centre, radius, 1, cv2.FILLED, cv2.LINE_8, _FRACTION_BITS)


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
