"""What a person does to whole arteries of a labelled mask: renumber, join, part, delete, add; and to a part.

Labels are (rows, columns) uint8 of both classes, see `calcification_classes`. Nothing is changed in place.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.connected_groups import Groups
from shared_core.arteries.connected_parts import bounding_box
from shared_core.arteries.vessels import steps_mm
from shared_core.mammogram import Mask, PixelSpacing
from shared_core.quantification.calcification_classes import (
    MOST_ARTERIES,
    OTHER_LABEL,
    UNFOLLOWED_LABEL,
    artery_labels,
    artery_mask,
    other_mask,
)

Labels = NDArray[np.uint8]

REACH_PX: Final = 8
"""From so far beside a part it is meant: bands are narrow where a whole view is seen."""


@dataclass(frozen=True, eq=False)
class MovedPart:
    """A part that was moved from one class to the other."""

    labels: Labels
    """(rows, columns), with the part in its new class."""
    area_px: int
    is_artery: bool
    """What it is now."""


def free_label(*labels: Labels) -> int | None:
    """The lowest artery number that nothing is marked with in any labels, None where all 253 are taken."""
    taken = np.zeros(MOST_ARTERIES, np.bool_)
    for one in labels:
        # `np.bincount` would take 8 bytes a pixel.
        counts = cv2.calcHist([np.ascontiguousarray(one)], [0], None, [256], [0.0, 256.0])
        taken |= counts.ravel()[1 : MOST_ARTERIES + 1] > 0
    return None if taken.all() else int(np.argmin(taken)) + 1


def relabelled(labels: Labels, which: Collection[int], to: int) -> Labels:
    """Give everything that is marked with one of `which` the label `to`; 0 takes it out of the mask."""
    table = np.arange(256, dtype=np.uint8)
    table[list(which)] = to
    return np.asarray(table[labels])


def parted(labels: Labels, label: int, to: int, *, spacing: PixelSpacing | None = None) -> Labels | None:
    """Give what lies beyond the widest gap of an artery the label `to`: the smaller side of it.

    None where all that is marked with `label` is connected, so that there is no gap.
    """
    mask = labels == label
    box = bounding_box(mask)
    if box is None:
        return None
    inside = np.ascontiguousarray(mask[box.slices]).view(np.uint8)
    count, found_pieces = cv2.connectedComponents(inside, connectivity=8)
    pieces = np.asarray(found_pieces, np.int32)
    if count < 3:
        return None
    gaps = _gaps(pieces, count - 1, steps_mm(spacing))
    groups = Groups(count - 1)
    # Joined from the narrowest gap on, two sides are left before the widest.
    for _, one, other in sorted(gaps):
        if len(groups.members()) == 2:
            break
        groups.join(one, other)
    areas = np.bincount(pieces.ravel(), minlength=count)[1:]
    smaller = min(groups.members(), key=lambda side: (int(areas[side].sum()), side))
    found = np.array(labels, np.uint8)
    found[box.slices][np.isin(pieces, np.array(smaller) + 1)] = to
    return found


def _gaps(pieces: NDArray[np.int32], count: int, mm: NDArray[np.float64]) -> list[tuple[float, int, int]]:
    """(shortest distance in mm, one, other) of every two pieces, which are numbered from 0 here."""
    # Imported where it is needed: most views have no such artery.
    from scipy.spatial import cKDTree

    points = [np.argwhere(pieces == number + 1) * mm for number in range(count)]
    trees = [cKDTree(own) for own in points]
    return [
        (float(trees[one].query(points[other])[0].min()), one, other)
        for one in range(count)
        for other in range(one)
    ]


def added(labels: Labels, mask: Mask, label: int) -> Labels:
    """Mark `mask` with `label` where no artery is yet: what has the number of one keeps it."""
    free = (labels == 0) | (labels >= OTHER_LABEL)
    return np.where(mask & free, np.uint8(label), labels)


def moved(
    labels: Labels, row: float, column: float, *, numbers: Labels | None = None, reach_px: float = REACH_PX
) -> MovedPart | None:
    """Move the connected part at a place from its class to the other one.

    A part ends where its class does, whatever numbers its arteries have: so it is the same where nobody
    numbers them.

    Parameters
    ----------
    row, column
        In pixels: of the part, or no farther from it than `reach_px`.
    numbers
        (rows, columns): what pixels were marked with while they were arteries, which they get again. Others
        get a number that is free.

    Returns
    -------
    None where no part is there.
    """
    pixel = _nearest(labels, row, column, reach_px)
    if pixel is None:
        return None
    becomes_artery = bool(labels[pixel] == OTHER_LABEL)
    part = _part_at(other_mask(labels) if becomes_artery else artery_mask(labels), pixel)
    found = np.array(labels, np.uint8)
    if becomes_artery:
        known = artery_labels(numbers) if numbers is not None else np.zeros_like(labels)
        # Nor the number of an artery that may come back, too.
        free = free_label(labels, known) or UNFOLLOWED_LABEL
        found[part] = np.where(known[part] > 0, known[part], free)
    else:
        found[part] = OTHER_LABEL
    return MovedPart(found, int(np.count_nonzero(part)), becomes_artery)


def _nearest(labels: Labels, row: float, column: float, reach_px: float) -> tuple[int, int] | None:
    """The marked pixel that lies nearest to a place; of equally near ones the upper left."""
    reach = int(np.ceil(reach_px))
    top, left = max(round(row) - reach, 0), max(round(column) - reach, 0)
    around = labels[top : max(round(row) + reach + 1, 0), left : max(round(column) + reach + 1, 0)]
    rows, columns = np.nonzero(around)
    if not len(rows):
        return None
    distances = np.hypot(rows + (top - row), columns + (left - column))
    nearest = int(distances.argmin())
    # A place within a pixel is never farther from its middle than half its diagonal.
    if distances[nearest] > max(reach_px, 0.75):
        return None
    return int(rows[nearest]) + top, int(columns[nearest]) + left


def _part_at(mask: Mask, pixel: tuple[int, int]) -> Mask:
    """The 8-connected part of a mask that holds a pixel."""
    box = bounding_box(mask)
    assert box is not None
    inside = np.ascontiguousarray(mask[box.slices]).view(np.uint8)
    _, parts = cv2.connectedComponents(inside, connectivity=8)
    found = np.zeros_like(mask)
    found[box.slices] = parts == parts[pixel[0] - box.top, pixel[1] - box.left]
    return found
