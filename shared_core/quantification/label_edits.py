"""What a person does to whole arteries of a labelled mask: renumber, join, part, delete, add.

Labels are (rows, columns) uint8, 0 where nothing is marked. Nothing is changed in place.
"""

from __future__ import annotations

from collections.abc import Collection

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.connected_groups import Groups
from shared_core.arteries.connected_parts import bounding_box
from shared_core.arteries.vessels import steps_mm
from shared_core.mammogram import Mask, PixelSpacing
from shared_core.quantification.labelled_mask import UNFOLLOWED_LABEL

Labels = NDArray[np.uint8]


def free_label(labels: Labels) -> int | None:
    """The lowest artery number that nothing is marked with, None where all 254 are taken."""
    taken = np.bincount(labels.ravel(), minlength=256)[1:UNFOLLOWED_LABEL] > 0
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
    """Mark `mask` with `label` where no artery is yet: what has a number keeps it."""
    free = (labels == 0) | (labels == UNFOLLOWED_LABEL)
    return np.where(mask & free, np.uint8(label), labels)
