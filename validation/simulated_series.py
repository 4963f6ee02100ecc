"""Serial exams with known growth: numbers of views, not images."""

from __future__ import annotations

import math
from datetime import date

import numpy as np

from shared_core.change.serial_exams import SERIAL_QUANTITIES, SerialExam

VIEWS = ("LCC", "LMLO", "RCC", "RMLO")
AREA = next(quantity for quantity in SERIAL_QUANTITIES if quantity.key == "bac_area_mm2")


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
