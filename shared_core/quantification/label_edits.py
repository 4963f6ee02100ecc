"""What a person does to whole arteries of a labelled mask: renumber, join, delete, add.

Labels are (rows, columns) uint8, 0 where nothing is marked. Nothing is changed in place.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask
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


def added(labels: Labels, mask: Mask, label: int) -> Labels:
    """Mark `mask` with `label` where no artery is yet: what has a number keeps it."""
    free = (labels == 0) | (labels == UNFOLLOWED_LABEL)
    return np.where(mask & free, np.uint8(label), labels)
