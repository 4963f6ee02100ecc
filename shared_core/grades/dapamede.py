"""The classes of BAC area of Dapamede et al. 2026 (Eur Heart J): 0, to 10, to 25, and more mm².

They were found on the masks of their own transformer, whose style may differ from that of another model: say
on which masks a class was computed. The hazard ratios of the classes (1.32, 1.75, 3.29) are of theirs.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

UPPER_MM2: Final = (0.0, 10.0, 25.0)
"""Upper bounds of the classes 0 to 2, which belong to them."""
CLASS_NAMES: Final = ("0", "> 0 to 10", "> 10 to 25", "> 25")


@dataclass(frozen=True)
class AreaClass:
    """Class 0 to 3 and its bounds in mm²."""

    number: int
    name: str


def area_class(bac_area_mm2: float | None) -> AreaClass | None:
    """Class of a BAC area; None where the area is unknown.

    Examples
    --------
    >>> [area_class(area).number for area in (0, 0.1, 10, 10.1, 25, 26)]
    [0, 1, 1, 2, 2, 3]
    """
    if bac_area_mm2 is None:
        return None
    number = bisect_left(UPPER_MM2, bac_area_mm2)
    return AreaClass(number, CLASS_NAMES[number])
