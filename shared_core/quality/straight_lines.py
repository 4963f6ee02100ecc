"""A row or column that differs from both neighbours all along: a fault of the detector or the scanner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask

LEAST_AGREEMENT: Final = 0.85
"""By eye, lines of 0.96 and more are plain on films, one of 0.71 is hardly seen; sound pictures have up to
0.66."""
_LEAST_LENGTH: Final = 0.2
"""Of the side of the picture, within the breast."""
_EVERY: Final = 4
"""Every fourth pixel along a line is enough."""


@dataclass(frozen=True)
class StraightLine:
    """The plainest one of a picture."""

    along: Literal["row", "column"]
    number: int
    """Of the row or column, from 0."""
    agreement: float
    """Share, 0 to 1, by which more of its pixels stand out to one side than to the other."""

    @property
    def is_fault(self) -> bool:
        """Whether nothing in a breast looks so."""
        return self.agreement >= LEAST_AGREEMENT


def plainest_line(image_u8: NDArray[np.uint8], inside: Mask) -> StraightLine | None:
    """See `StraightLine`; None where the breast is too small to hold one.

    Parameters
    ----------
    image_u8
        (rows, columns) display values, not filtered.
    inside
        (rows, columns) bool: the breast without its rim.
    """
    column, by_column = _of_columns(image_u8[::_EVERY], inside[::_EVERY])
    row, by_row = _of_columns(image_u8[:, ::_EVERY].T, inside[:, ::_EVERY].T)
    if max(by_column, by_row) < 0:
        return None
    if by_column >= by_row:
        return StraightLine("column", column, by_column)
    return StraightLine("row", row, by_row)


def _of_columns(image_u8: NDArray[np.uint8], inside: Mask) -> tuple[int, float]:
    grey = image_u8.astype(np.int16)
    stands_out = np.sign(2 * grey[:, 1:-1] - grey[:, :-2] - grey[:, 2:])
    there = inside[:, 1:-1]
    length = there.sum(axis=0)
    long_enough = length >= _LEAST_LENGTH * len(image_u8)
    if not long_enough.any():
        return -1, -1.0
    agreement = np.abs((stands_out * there).sum(axis=0)) / np.maximum(length, 1)
    agreement[~long_enough] = -1.0
    best = int(agreement.argmax())
    return best + 1, float(agreement[best])
