"""What a mask finds of a labelled view, and what it marks besides, at one threshold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.followed_parts import followed_parts
from shared_core.distance import distance_from_outside
from shared_core.mammogram import Mask
from shared_core.statistics.overlap import Overlap
from shared_core.training.example import TrainingView

TOLERANCE_MM: Final = 0.84
"""12 px of 70 um: how far from an artery's centre line a mark may lie to have found it."""
TOLERANCE_PX: Final = 12.0
"""Where the spacing is not known."""
FOUND_SHARE: Final = 0.5
"""An artery is found where this much of its length is."""


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
    arteries_found: int
    """Connected parts of the label of whose length `FOUND_SHARE` is found."""
    open_found_px: int
    """Pixels of the label that are left open and marked."""

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
    artery: NDArray[np.intp]
    """(points,) which connected part of the label each lies in, from 0."""
    open_label: Mask | None
    """Pixels of the label among those that are left open."""
    near: Mask
    """Within the tolerance of the label, or of what is left open."""
    tolerance_px: float

    @property
    def arteries(self) -> int:
        """Connected parts of the label that have a centre line."""
        return int(self.artery.max()) + 1 if len(self.artery) else 0


def reference_of(view: TrainingView, *, tolerance_mm: float = TOLERANCE_MM) -> Reference:
    """Follow the label and mark its surroundings."""
    spacing = view.spacing_mm
    tolerance_px = TOLERANCE_PX if spacing is None else tolerance_mm / spacing
    label = view.label if view.ignore is None else view.label & ~view.ignore
    told = label if view.ignore is None else label | view.ignore
    near = distance_from_outside(~told) <= tolerance_px if told.any() else np.zeros_like(label)
    open_label = None if view.ignore is None else view.label & view.ignore
    return Reference(label, view.ignore, *_line(label, spacing), open_label, near, tolerance_px)


def operating_point(mask: Mask, reference: Reference, *, threshold: float) -> OperatingPoint:
    """Compare one mask, which was made with a threshold, at the size of the view."""
    label = reference.label
    told = mask if reference.open is None else mask & ~reference.open
    true_px = int(np.count_nonzero(told & label))
    parts, false_parts = _parts(told, reference.near)
    found = _found(mask, reference)
    of_artery = np.bincount(reference.artery, minlength=reference.arteries)
    found_of_artery = np.bincount(reference.artery[found], minlength=reference.arteries)
    return OperatingPoint(
        threshold=threshold,
        true_positive_px=true_px,
        false_positive_px=int(np.count_nonzero(told)) - true_px,
        false_negative_px=int(np.count_nonzero(label)) - true_px,
        line_found_px=int(np.count_nonzero(found)),
        parts=parts,
        false_parts=false_parts,
        stray_px=int(np.count_nonzero(told & ~reference.near)),
        arteries_found=int(np.count_nonzero(found_of_artery >= FOUND_SHARE * of_artery)),
        open_found_px=0
        if reference.open_label is None
        else int(np.count_nonzero(mask & reference.open_label)),
    )


def _line(label: Mask, spacing_mm: float | None) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Points of the centre lines, and the number of each one's artery."""
    mm = np.full(2, spacing_mm if spacing_mm is not None else TOLERANCE_MM / TOLERANCE_PX)
    arteries = [
        np.concatenate([_one_px_apart(part.grid.in_view(line.points)) for line in part.lines])
        for part in (followed_parts(label, mm) if label.any() else ())
        if part.lines
    ]
    if not arteries:
        return np.zeros((0, 2), np.intp), np.zeros(0, np.intp)
    points = np.rint(np.concatenate(arteries)).astype(np.intp)
    numbers = np.repeat(np.arange(len(arteries)), [len(points) for points in arteries])
    return np.clip(points, 0, np.array(label.shape) - 1), numbers.astype(np.intp)


def _one_px_apart(points: NDArray[np.float64]) -> NDArray[np.float64]:
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    at = np.arange(0.5, max(along[-1], 1.0), 1.0)
    return np.stack([np.interp(at, along, points[:, axis]) for axis in (0, 1)], axis=1)


def _found(mask: Mask, reference: Reference) -> NDArray[np.bool_]:
    """(points,) whether each point of the centre lines has a mark within the tolerance."""
    line = reference.line
    if not len(line):
        return np.zeros(0, np.bool_)
    reach = int(np.ceil(reference.tolerance_px)) + 1
    low = np.maximum(line.min(axis=0) - reach, 0)
    high = line.max(axis=0) + reach + 1
    around = mask[low[0] : high[0], low[1] : high[1]]
    if not around.any():
        return np.zeros(len(line), np.bool_)
    distance = distance_from_outside(~around)
    rows, columns = (line - low).T
    return np.asarray(distance[rows, columns] <= reference.tolerance_px)


def _parts(mask: Mask, near: Mask) -> tuple[int, int]:
    """Connected parts, and those of them that are nowhere near."""
    if not mask.any():
        return 0, 0
    count, numbers = cv2.connectedComponents(mask.view(np.uint8), connectivity=8)
    touching = np.unique(numbers[mask & near]).size
    return count - 1, count - 1 - touching
