"""What ``bac change`` says of the measured series, and of many series with the measured errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shared_core.change.change_over_time import Decision, PatientChange, change_over_time
from shared_core.change.serial_exams import SERIAL_QUANTITIES, SerialExam, SerialQuantity, common_views
from shared_core.simulation.cohort import FIRST_DATE
from validation.series.errors import Spread
from validation.series.rows import GROWTH_A_YEAR, Course, Masks, Row, series_of
from validation.series_of_numbers import CHANGES, SERIES, series

THREE: Final = (0, 2, 5)


@dataclass(frozen=True)
class Share:
    """x of n, with the interval of Wilson (J Am Stat Assoc 1927; 22: 209-212)."""

    x: int
    n: int

    @property
    def part(self) -> float:
        """NaN where n is 0."""
        return self.x / self.n if self.n else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """95 %; 0 to 1 where n is 0."""
        if not self.n:
            return 0.0, 1.0
        z = NormalDist().inv_cdf(0.975)
        p = self.part
        middle = p + z**2 / (2 * self.n)
        half = z * float(np.sqrt(p * (1 - p) / self.n + z**2 / (4 * self.n**2)))
        low, high = (float((middle + sign * half) / (1 + z**2 / self.n)) for sign in (-1, 1))
        return max(low, 0.0), min(high, 1.0)


def patients_of(rows: Sequence[Row]) -> list[int]:
    """Their numbers, in order."""
    return sorted({row.patient for row in rows})


def exams_of(rows: Sequence[Row], patient: int, course: Course, masks: Masks) -> list[SerialExam]:
    """The exams of one series, as ``bac change`` has them."""
    chosen = series_of(rows, patient, course, masks)
    return [
        SerialExam(
            f"{years:g} years",
            FIRST_DATE + timedelta(days=round(years * 365.25)),
            {row.view: _quantities(row) for row in chosen if row.years == years},
            tuple(dict.fromkeys(row.style for row in chosen if row.years == years)),
        )
        for years in sorted({row.years for row in chosen})
    ]


def judged(rows: Sequence[Row], patient: int, course: Course, masks: Masks) -> PatientChange:
    """What ``bac change`` says of one series."""
    return change_over_time(exams_of(rows, patient, course, masks))


def decided(rows: Sequence[Row], course: Course, masks: Masks) -> dict[str, list[Decision]]:
    """Of each quantity, by key, the decision of every patient."""
    found: dict[str, list[Decision]] = {quantity.key: [] for quantity in SERIAL_QUANTITIES}
    for patient in patients_of(rows):
        for one in judged(rows, patient, course, masks).quantities:
            found[one.quantity.key].append(one.decision)
    return found


def alarms(decisions: Sequence[Decision]) -> Share:
    """Increase or decrease, where there was no growth."""
    return Share(sum(one in CHANGES for one in decisions), len(decisions))


def finds(decisions: Sequence[Decision]) -> Share:
    """Increase, where there was growth."""
    return Share(decisions.count("increase"), len(decisions))


def still_tables(rows: Sequence[Row], quantity: SerialQuantity, masks: Masks) -> list[NDArray[np.float64]]:
    """Of each patient without growth, (exams, views) of a quantity; those who do not know it are left out."""
    tables = []
    for patient in patients_of(rows):
        exams = exams_of(rows, patient, "still", masks)
        views = common_views(exams, quantity)
        if views:
            values = [[exam.views[view][quantity.key] for view in views] for exam in exams]
            tables.append(np.array(values, np.float64))
    return tables


def median_growth(rows: Sequence[Row], quantity: SerialQuantity, masks: Masks) -> float:
    """How much the quantity itself has grown at the last exam: median over patients of the ratio - 1."""
    ratios = []
    for patient in patients_of(rows):
        still, grown = (
            next(one for one in judged(rows, patient, course, masks).quantities if one.quantity == quantity)
            for course in ("still", "grown")
        )
        if still.values[-1] > 0:
            ratios.append(grown.values[-1] / still.values[-1] - 1)
    return float(np.median(ratios)) if ratios else float("nan")


def expected(view_cv: float, exam_cv: float, years: tuple[int, ...], *, growth: float) -> Share:
    """Alarms, or finds where there is growth, in `SERIES` series of numbers with these errors."""
    random = np.random.default_rng(0)
    decisions = [
        change_over_time(series(random, growth=growth, years=years, view_cv=view_cv, exam_cv=exam_cv))
        .quantities[0]
        .decision
        for _ in range(SERIES)
    ]
    return finds(decisions) if growth else alarms(decisions)


def expected_of(spread: Spread, years: tuple[int, ...]) -> tuple[Share, Share]:
    """(false alarms, growth of 10 % a year found) of series with measured errors."""
    cvs = (spread.view_cv, spread.exam_cv)
    return expected(*cvs, years, growth=0.0), expected(*cvs, years, growth=GROWTH_A_YEAR)


def _quantities(row: Row) -> dict[str, float]:
    values = {quantity.key: float(getattr(row, quantity.key)) for quantity in SERIAL_QUANTITIES}
    return {key: value for key, value in values.items() if not np.isnan(value)}
