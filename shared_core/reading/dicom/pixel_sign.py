"""The sign of stored pixels, where Pixel Representation (PS3.3 C.7.6.3.1) is contradicted by them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask

FEWEST_PAIRS = 32
FEWEST_VALUES = 16
"""Different values on each side of a seam: labels, saturation and padding have one or a few."""
LEAST_SEAM_PART = 0.1
"""Of all neighbours torn apart, part that must go on across the limit; the others are edges."""
LEAST_REACH = 1 / 64
"""Part of the range to which the values reach on each side of the seam: a noisy label stays beside it."""
EDGE = 0.5, 1.5
"""Four pixels across a hard edge span as much as the two at the edge, a slope three times that, noise on a
slope next to nothing."""


def sign_contradicted(
    said: NDArray[Any], other: NDArray[Any], bits_stored: int, padding: Mask | None = None
) -> bool:
    """Whether the values, read as said, jump by nearly the whole range where with the other sign they go on.

    A seam counts only where the step across it is no larger than the steps beside it allow: a hard edge
    between dark and bright is none. Where Pixel Representation is right, seams of the opposite kind show.
    """
    upper = np.signbit(said) if said.dtype.kind == "i" else np.signbit(other)
    if bool(upper.all()) or not bool(upper.any()):
        return False
    limit = 0 if other.dtype.kind == "i" else 1 << (bits_stored - 1)
    reach = min(limit - int(other.min()), int(other.max()) - limit)
    if reach < LEAST_REACH * (1 << bits_stored):
        return False
    torn = seams = opposite = wide = narrow = 0
    below: set[int] = set()
    above: set[int] = set()
    for turn in (False, True):
        one, two, sides = (a.T if turn else a for a in (said, other, upper))
        rows, columns = np.nonzero(sides[1:-2] != sides[2:-1])
        if padding is not None:
            mask = padding.T if turn else padding
            fine = ~(mask[rows + 1, columns] | mask[rows + 2, columns])
            rows, columns = rows[fine], columns[fine]
        as_said = np.abs(_steps(one, rows, columns))
        as_other = np.abs(steps := _steps(two, rows, columns))
        nearly_all, little = (1 << bits_stored) * 7 // 8, (1 << bits_stored) // 8
        apart = (as_said[1] > nearly_all) & (as_other[1] < little)
        torn += int(np.count_nonzero(apart))
        seam = apart & _goes_on(as_other)
        seams += int(np.count_nonzero(seam))
        wide += int((steps.sum(axis=0) * np.sign(steps[1]))[seam].sum())
        narrow += int(as_other[1][seam].sum())
        reverse = (as_other[1] > nearly_all) & (as_said[1] < little)
        opposite += int(np.count_nonzero(reverse))
        for step in (1, 2):
            found = one[rows[seam] + step, columns[seam]]
            high = sides[rows[seam] + step, columns[seam]]
            above.update(np.unique(found[high]).tolist())
            below.update(np.unique(found[~high]).tolist())
    return (
        seams >= FEWEST_PAIRS
        and seams > LEAST_SEAM_PART * torn
        and seams > 9 * opposite
        and not EDGE[0] * narrow < wide < EDGE[1] * narrow
        and min(len(below), len(above)) >= FEWEST_VALUES
    )


def _steps(values: NDArray[Any], rows: NDArray[Any], columns: NDArray[Any]) -> NDArray[np.int32]:
    """Three steps in a row; the middle one is that across the limit."""
    line = np.stack([values[rows + i, columns].astype(np.int32) for i in range(4)])
    return np.diff(line, axis=0)


def _goes_on(steps: NDArray[np.int32]) -> Mask:
    return np.asarray(steps[1] <= 2 * np.maximum(steps[0], steps[2]) + 1)
