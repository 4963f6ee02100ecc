"""Bands from lines that a person draws along arteries: the rule by which Guo 2021 annotated (II.A).

What goes on in the same direction after less than 1 cm is one line; every line becomes a band of one width
with round ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.joining import SEGMENT_GAP_MM, Segment, chains_of_segments, runs_of
from shared_core.arteries.skeleton import Points
from shared_core.arteries.vessels import steps_mm
from shared_core.mammogram import Mask, PixelSpacing

BAND_MM: Final = 1.9
"""Width of the line: 27 pixels of 70 um, as the published model paints."""


def line_bands(
    lines: Sequence[Points],
    shape: tuple[int, ...],
    *,
    spacing: PixelSpacing | None,
    width_mm: float = BAND_MM,
) -> Mask:
    """The bands of lines that were drawn on an image.

    Parameters
    ----------
    lines
        Each (n, 2): row and column in pixels, along an artery. Of a single point comes a disc.
    shape
        (rows, columns) of the image.
    spacing
        In the plane of the breast; None takes pixels for 70 um.
    width_mm
        Of the bands, above 0.

    Returns
    -------
    (rows, columns) bool.
    """
    mm = steps_mm(spacing)
    segments = [Segment(np.asarray(line, np.float64) * mm, width_mm, (True, True)) for line in lines]
    return bands_of(segments, shape, mm=mm, width_mm=width_mm)


def band_width_px(mask: Mask) -> int | None:
    """How wide the bands of a mask are in its middle, in pixels; None where nothing is marked.

    A long band of width w has an area of w times its length, and an outline of twice its length.
    """
    if not mask.any():
        return None
    marked = mask.view(np.uint8)
    inside = cv2.erode(marked, cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)), borderValue=0)
    outline = int(marked.sum()) - int(inside.sum())
    return max(round(2 * int(marked.sum()) / outline), 1)


def bands_of(
    segments: Sequence[Segment], shape: tuple[int, ...], *, mm: NDArray[np.float64], width_mm: float
) -> Mask:
    """The bands of pieces of arteries, joined by the rule; `mm` as in `steps_mm`."""
    band = np.zeros(shape, np.bool_)
    for chain in chains_of_segments(segments, gap_mm=SEGMENT_GAP_MM):
        for run_mm in runs_of(segments, chain, gap_mm=SEGMENT_GAP_MM):
            _paint(band, run_mm, width_mm / 2, mm)
    return band


def _paint(band: Mask, run_mm: Points, reach_mm: float, mm: NDArray[np.float64]) -> None:
    """Mark the pixels whose middle is no further from a line than `reach_mm`, in place."""
    stretches = pairwise(run_mm) if len(run_mm) > 1 else [(run_mm[0], run_mm[0])]
    for start, end in stretches:
        low = np.ceil((np.minimum(start, end) - reach_mm) / mm).astype(int)
        high = np.floor((np.maximum(start, end) + reach_mm) / mm).astype(int) + 1
        (top, left), (bottom, right) = np.maximum(low, 0), np.minimum(high, band.shape)
        if top >= bottom or left >= right:
            continue
        rows = np.arange(top, bottom)[:, None] * mm[0] - start[0]
        columns = np.arange(left, right)[None, :] * mm[1] - start[1]
        along = end - start
        square = float(along @ along)
        # The nearest point of the stretch, from 0 at its start to 1 at its end.
        place = np.clip((rows * along[0] + columns * along[1]) / square, 0, 1) if square > 0 else 0.0
        distance = np.hypot(rows - place * along[0], columns - place * along[1])
        band[top:bottom, left:right] |= distance <= reach_mm
