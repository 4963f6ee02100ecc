"""What a mask finds of a labelled view, and what it marks besides, at one threshold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask
from shared_core.quantification.bands import followed_parts
from shared_core.statistics.segmentation import Overlap
from shared_core.training.example import TrainingView

TOLERANCE_MM: Final = 0.84
"""12 px of 70 um: how far from an artery's centre line a mark may lie to have found it."""
TOLERANCE_PX: Final = 12.0
"""Where the spacing is not known."""


@dataclass(frozen=True)
class OperatingPoint:
    """Counts at one threshold; pixels that the label leaves open take no part."""

    threshold: float
    true_positive_px: int
    false_positive_px: int
    false_negative_px: int
    line_found_px: int
    """Points, 1 px apart, of the labelled centre lines with a mark within the tolerance."""
    parts: int
    """Connected parts of the mask."""
    false_parts: int
    """Of them, those that come nowhere within the tolerance of the label."""
    stray_px: int
    """Area of the mask farther than the tolerance from the label; without a label, all of it."""

    @property
    def overlap(self) -> Overlap:
        """For the scores; true negatives are not counted."""
        return Overlap(self.true_positive_px, self.false_positive_px, self.false_negative_px, 0)

    @property
    def marked_px(self) -> int:
        """Area of the mask."""
        return self.true_positive_px + self.false_positive_px


@dataclass(frozen=True, eq=False)
class Reference:
    """A label made ready to be compared with many masks of its view."""

    label: Mask
    """Without the pixels that are left open."""
    open: Mask | None
    """Pixels that take no part."""
    line: NDArray[np.intp]
    """(points, 2) row and column, 1 px apart, of its centre lines."""
    near: Mask
    """Within the tolerance of the label, or of what is left open."""
    tolerance_px: float


def reference_of(view: TrainingView, *, tolerance_mm: float = TOLERANCE_MM) -> Reference:
    """Follow the label and mark its surroundings."""
    spacing = view.spacing_mm
    tolerance_px = TOLERANCE_PX if spacing is None else tolerance_mm / spacing
    label = view.label if view.ignore is None else view.label & ~view.ignore
    told = label if view.ignore is None else label | view.ignore
    near = _distance_px(told) <= tolerance_px if told.any() else np.zeros_like(label)
    return Reference(label, view.ignore, _line(label, spacing), near, tolerance_px)


def operating_point(mask: Mask, reference: Reference, *, threshold: float) -> OperatingPoint:
    """Compare one mask.

    Parameters
    ----------
    mask
        (rows, columns) bool at the size of the view.
    threshold
        That it was made with, to be kept beside the counts.
    """
    label = reference.label
    told = mask if reference.open is None else mask & ~reference.open
    true_px = int(np.count_nonzero(told & label))
    parts, false_parts = _parts(told, reference.near)
    return OperatingPoint(
        threshold=threshold,
        true_positive_px=true_px,
        false_positive_px=int(np.count_nonzero(told)) - true_px,
        false_negative_px=int(np.count_nonzero(label)) - true_px,
        line_found_px=_line_found_px(mask, reference),
        parts=parts,
        false_parts=false_parts,
        stray_px=int(np.count_nonzero(told & ~reference.near)),
    )


def _line(label: Mask, spacing_mm: float | None) -> NDArray[np.intp]:
    if not label.any():
        return np.zeros((0, 2), np.intp)
    mm = np.full(2, spacing_mm if spacing_mm is not None else TOLERANCE_MM / TOLERANCE_PX)
    lines = [
        _one_px_apart(part.grid.in_view(line.points))
        for part in followed_parts(label, mm)
        for line in part.lines
    ]
    if not lines:
        return np.zeros((0, 2), np.intp)
    points = np.rint(np.concatenate(lines)).astype(np.intp)
    return np.clip(points, 0, np.array(label.shape) - 1)


def _one_px_apart(points: NDArray[np.float64]) -> NDArray[np.float64]:
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    at = np.arange(0.5, max(along[-1], 1.0), 1.0)
    return np.stack([np.interp(at, along, points[:, axis]) for axis in (0, 1)], axis=1)


def _line_found_px(mask: Mask, reference: Reference) -> int:
    line = reference.line
    if not len(line):
        return 0
    reach = int(np.ceil(reference.tolerance_px)) + 1
    low = np.maximum(line.min(axis=0) - reach, 0)
    high = line.max(axis=0) + reach + 1
    around = mask[low[0] : high[0], low[1] : high[1]]
    if not around.any():
        return 0
    distance = _distance_px(around)
    rows, columns = (line - low).T
    return int(np.count_nonzero(distance[rows, columns] <= reference.tolerance_px))


def _parts(mask: Mask, near: Mask) -> tuple[int, int]:
    """Connected parts, and those of them that are nowhere near."""
    if not mask.any():
        return 0, 0
    count, numbers = cv2.connectedComponents(mask.view(np.uint8), connectivity=8)
    touching = np.unique(numbers[mask & near]).size
    return count - 1, count - 1 - touching


def _distance_px(mask: Mask) -> NDArray[np.float32]:
    """To the nearest pixel of a mask that holds one."""
    outside = (~mask).view(np.uint8)
    return np.asarray(cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE), np.float32)
