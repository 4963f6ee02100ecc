"""What the grey levels of the breast say of how a picture was exposed, stored and processed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask

_LEAST_PX: Final = 50_000
"""Fewer pixels leave levels out by chance."""
_TAIL: Final = 0.02
"""Share of the pixels at either end that is left out of the range."""
LEAST_LEVELS: Final = 40
"""Sound pictures have 52 and more."""
MOST_CLIPPED: Final = 0.08
"""Sound pictures have up to 0.04."""
MOST_UNUSED: Final = 0.15
"""Sound pictures have none."""
MOST_ENTROPY_BIT: Final = 7.75
"""Sound pictures have up to 7.57; 8 are of levels that are all as frequent."""


@dataclass(frozen=True)
class GreyLevels:
    """Of the 8-bit display values of a breast."""

    used: int
    """From the darkest to the brightest, without 2 % of the pixels at either end."""
    clipped_share: float
    """Pixels, 0 to 1, that are wholly white, or wholly black."""
    unused_share: float
    """Levels, 0 to 1, within the range that no pixel has."""
    entropy_bit: float

    @property
    def too_few(self) -> bool:
        """Whether the breast is shown in too few levels."""
        return self.used < LEAST_LEVELS

    @property
    def clipped(self) -> bool:
        """Whether what is brightest or darkest was cut off."""
        return self.clipped_share > MOST_CLIPPED

    @property
    def processed_again(self) -> bool:
        """Whether the picture was stretched or equalised after it had been stored in 8 bit."""
        return self.unused_share > MOST_UNUSED or self.entropy_bit > MOST_ENTROPY_BIT


def grey_levels_of(image_u8: NDArray[np.uint8], breast: Mask) -> GreyLevels | None:
    """See `GreyLevels`; None where the breast has too few pixels.

    Parameters
    ----------
    image_u8
        (rows, columns) display values, not filtered.
    breast
        (rows, columns) bool, without the rim, which the skin darkens.
    """
    counts = np.bincount(image_u8[breast], minlength=256)
    total = int(counts.sum())
    if total < _LEAST_PX:
        return None
    shares = counts / total
    summed = np.cumsum(shares)
    low, high = (int(np.searchsorted(summed, part)) for part in (_TAIL, 1 - _TAIL))
    range_ = shares[low : high + 1]
    present = shares[shares > 0]
    return GreyLevels(
        used=high - low + 1,
        clipped_share=float(shares[0] + shares[255]),
        unused_share=float((range_ == 0).mean()),
        entropy_bit=float(-(present * np.log2(present)).sum()),
    )
