"""Serial exams of numbers, not images, with known growth: what `bac change` decides on them.

Prints the table of docs/statistics.md:

    python -m validation.series_of_numbers
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date

import numpy as np

from shared_core.change.change_over_time import change_over_time
from shared_core.change.serial_exams import SERIAL_QUANTITIES, SerialExam

VIEWS = ("LCC", "LMLO", "RCC", "RMLO")
AREA = next(quantity for quantity in SERIAL_QUANTITIES if quantity.key == "bac_area_mm2")
SERIES = 1200
YEARLY = (0, 1, 2, 3, 4, 5)
CASES = (
    (YEARLY, 0.15, 0.04),
    (YEARLY, 0.10, 0.04),
    (YEARLY, 0.20, 0.04),
    (YEARLY, 0.15, 0.08),
    (YEARLY, 0.10, 0.08),
    ((0, 2, 4), 0.15, 0.04),
    ((0, 2, 4), 0.10, 0.04),
    ((0, 2, 4), 0.10, 0.08),
    ((0, 5), 0.10, 0.04),
)
"""Years of the exams, coefficient of variation of a view and of a whole exam."""
CHANGES = ("increase", "decrease")
"""False alarms where there is no growth."""


def exam(year: float, values: dict[str, float], *, key: str = AREA.key, maker: str = "") -> SerialExam:
    day = date.fromordinal(date(2010, 3, 1).toordinal() + round(365.25 * year))
    return SerialExam(
        str(year), day, {view: {key: v} for view, v in values.items()}, (maker,) if maker else ()
    )


def series(
    random: np.random.Generator,
    *,
    growth: float,
    years: tuple[int, ...],
    view_cv: float = 0.15,
    exam_cv: float = 0.04,
    floor_mm2: float = 0.5,
) -> list[SerialExam]:
    """A woman with BAC: her breasts and views differ for good; each view and each exam strays."""
    level = random.gamma(1.5, 20) + 5
    of_side = {side: math.exp(random.normal(0, 0.4)) for side in "LR"}
    of_view = {view: of_side[view[0]] * math.exp(random.normal(0, 0.25)) for view in VIEWS}
    exams = []
    for year in years:
        sway = math.exp(random.normal(0, exam_cv))
        areas = {
            view: level * of_view[view] * (1 + growth) ** year * sway * math.exp(random.normal(0, view_cv))
            + random.normal(0, floor_mm2)
            for view in VIEWS
        }
        exams.append(exam(year, {view: max(area, 0.0) for view, area in areas.items()}))
    return exams


def decisions(growth: float, years: tuple[int, ...], view_cv: float, exam_cv: float) -> Iterator[list[str]]:
    """Of each series the decision after the second exam, the third, and so on."""
    random = np.random.default_rng(0)
    for _ in range(SERIES):
        exams = series(random, growth=growth, years=years, view_cv=view_cv, exam_cv=exam_cv)
        yield [change_over_time(exams[:n]).quantities[0].decision for n in range(2, len(years) + 1)]


def main() -> None:
    """Print the rows."""
    print("| exams at years | view | whole exam | false alarms | at any exam | 10 % a year found |")
    print("|---|---:|---:|---:|---:|---:|")
    for years, view_cv, exam_cv in CASES:
        still = list(decisions(0.0, years, view_cv, exam_cv))
        grown = list(decisions(0.1, years, view_cv, exam_cv))
        alarms = np.mean([found[-1] in CHANGES for found in still])
        ever = np.mean([any(one in CHANGES for one in found) for found in still])
        power = np.mean([found[-1] == "increase" for found in grown])
        print(
            f"| {', '.join(map(str, years))} | {view_cv:.0%} | {exam_cv:.0%} "
            f"| {alarms:.1%} | {ever:.1%} | {power:.0%} |".replace("%", " %")
        )


if __name__ == "__main__":
    main()
