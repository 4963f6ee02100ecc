"""Two classes of calcification on one image: arteries, by their numbers, and what is not along an artery.

Whoever lets a person edit holds both as labels, (rows, columns) uint8: 0 where nothing is marked,
`OTHER_LABEL` for calcification that is not along an artery, every other number for an artery. Results hold
them apart, as a mask each: in no number of BAC is there a pixel of the other class.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask

Labels = NDArray[np.uint8]

OTHER_LABEL: Final = 254
"""Of calcification that is not along an artery."""
UNFOLLOWED_LABEL: Final = 255
"""Of what is BAC, and too small or round to be followed as an artery."""
MOST_ARTERIES: Final = 253
"""Numbers that are left for arteries, from 1."""


def artery_mask(labels: Labels) -> Mask:
    """(rows, columns) bool, True where BAC."""
    return np.asarray((labels != 0) & (labels != OTHER_LABEL))


def artery_labels(labels: Labels) -> Labels:
    """The numbers of the arteries alone: 0 where other calcification is."""
    return np.where(labels == OTHER_LABEL, np.uint8(0), labels)


def other_mask(labels: Labels) -> Mask:
    """(rows, columns) bool, True where calcification is not along an artery."""
    return np.asarray(labels == OTHER_LABEL)


def both_classes(labels: Labels, other: Mask | None = None) -> Labels:
    """Labels of both classes; a pixel of both belongs to the artery.

    Parameters
    ----------
    labels
        (rows, columns), above 0 where BAC: an artery that has the number of the other class keeps its
        pixels, and loses the number.
    other
        (rows, columns) bool; None for none.
    """
    found = np.where(labels == OTHER_LABEL, np.uint8(UNFOLLOWED_LABEL), labels)
    if other is not None:
        found[other & (found == 0)] = OTHER_LABEL
    return found
