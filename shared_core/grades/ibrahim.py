"""The area grade of Ibrahim 2025: which part of the breast the BAC mask covers.

The cut-offs were found on continuous vessel bands, wider than the calcium. They mean nothing on a
mask of the calcium alone, so such a mask gets no grade.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import Final, Literal

from shared_core.weights.card import MaskStyle

GradeProfile = Literal["ibrahim-paper", "ibrahim-code"]

GRADE_NAMES: Final = ("absence", "mild", "moderate", "severe")

_UPPER_PERCENT: Final[dict[GradeProfile, tuple[float, float, float]]] = {
    "ibrahim-paper": (0.2, 1.0, 2.5),
    "ibrahim-code": (0.25, 1.0, 2.5),
}


@dataclass(frozen=True)
class AreaGrade:
    """Grade 0 to 3 and its name."""

    grade: int
    name: str


def percent(part: float, whole: float) -> float | None:
    """100 x part / whole, None where there is no whole.

    With whole numbers this is one correctly rounded division, so that a mask of exactly 0.2 %
    compares equal to 0.2.
    """
    return 100 * part / whole if whole > 0 else None


def area_grade(
    percent_area: float | None, *, profile: GradeProfile, mask_style: MaskStyle
) -> AreaGrade | None:
    """Grade of a BAC area given in percent of the profile's denominator.

    ``ibrahim-paper`` (of the breast): absence < 0.2, mild 0.2 to 1, moderate 1 to 2.5, severe > 2.5. The
    paper leaves exactly 1 open; here upper bounds belong to the lower grade, as its "> 2.5" and its code have
    it. ``ibrahim-code`` (of the whole image): absence <= 0.25, mild <= 1, moderate <= 2.5, as released. None
    where the percentage is unknown or the mask is not made of vessel bands.
    """
    if percent_area is None or mask_style != "vessel-band":
        return None
    absence, mild, moderate = _UPPER_PERCENT[profile]
    if profile == "ibrahim-paper" and percent_area == absence:
        grade = 1
    else:
        grade = bisect_left((absence, mild, moderate), percent_area)
    return AreaGrade(grade=grade, name=GRADE_NAMES[grade])
