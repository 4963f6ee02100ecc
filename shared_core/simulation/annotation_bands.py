"""Vessel bands by the rule of annotation: a line runs on until 1 cm of artery is without calcium.

Guo et al. 2021 drew calcified arteries as continuous bands; the published network was trained on them.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.simulation.randomness import Floats

GAP_MM = 10.0
MARGIN_MM = 0.35
"""A band reaches this far beyond the artery on either side."""
NARROWEST_MM = 1.9
"""Width of the line with which thin arteries are drawn: 27 pixels of 70 um, as the published model paints."""

Run = tuple[int, int]
"""First point and the one behind the last."""


def calcified_runs(calcified: NDArray[np.bool_], along_mm: Floats) -> tuple[Run, ...]:
    """Join calcified points of a centre line over gaps of less than 1 cm; exactly 1 cm ends a run.

    `along_mm` is the place of the points along the centre line, in the plane of the breast.
    """
    points = np.flatnonzero(calcified)
    if not len(points):
        return ()
    breaks = np.flatnonzero(np.diff(along_mm[points]) >= GAP_MM)
    firsts = points[np.concatenate([[0], breaks + 1])]
    lasts = points[np.concatenate([breaks, [len(points) - 1]])]
    return tuple((int(first), int(last) + 1) for first, last in zip(firsts, lasts, strict=True))


def paint_band(mask: NDArray[np.uint8], curve: Floats, radius_mm: Floats, spacing_mm: float) -> None:
    """Paint one run of an artery as a band with round ends, in place.

    Parameters
    ----------
    curve
        (n, 2) row and column in px of the run.
    radius_mm
        (n,) outer radius of the artery at these points.
    """
    half_px = np.maximum(radius_mm + MARGIN_MM, NARROWEST_MM / 2) / spacing_mm
    fraction = 16
    centres = np.rint(curve[:, ::-1] * fraction).astype(int)
    radii = np.ceil(half_px * fraction).astype(int)
    step = 3
    for index in [*range(0, len(curve), step), len(curve) - 1]:
        centre = (int(centres[index, 0]), int(centres[index, 1]))
        cv2.circle(mask, centre, int(radii[index]), 1, -1, cv2.LINE_8, 4)
