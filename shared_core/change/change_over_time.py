"""Change over time: is it more than measuring again would give?

Each quantity is compared over the standard views that all exams have, so that a missing view does not
look like regression. The error of measurement says which change can be told from none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared_core.change.repeat_error import (
    PairError,
    RepeatError,
    error_from_pairs,
    error_of_series,
)
from shared_core.change.serial_exams import (
    SERIAL_QUANTITIES,
    SerialExam,
    SerialQuantity,
    common_views,
    contributions,
    years_since_first,
)
from shared_core.errors import UsageError
from shared_core.notices import Notice
from shared_core.notices.of_results import EXAM_VIEWS_MISSING, MAKER_CHANGED, QUANTITY_NOT_FOLLOWED
from shared_core.reading.standard_views import STANDARD_VIEWS

Decision = Literal["increase", "no measurable change", "decrease", "cannot be decided"]
Values = NDArray[np.float64]


@dataclass(frozen=True)
class QuantityChange:
    """What became of one quantity between the first and the last exam."""

    quantity: SerialQuantity
    views: tuple[str, ...]
    """The views that all exams have; only these count."""
    years: tuple[float, ...]
    """Since the first exam."""
    values: tuple[float, ...]
    """Of each exam, over `views`."""
    change: float
    """Last - first with two exams, slope x years with more."""
    change_limits: tuple[float, float] | None
    least_detectable_change: float | None
    """Half width of the limits: a change that is smaller cannot be told from none."""
    change_percent: float | None
    """Of the first value, which with three or more exams is that of the line; None where it is 0."""
    decision: Decision
    slope_per_year: float
    slope_limits_per_year: tuple[float, float] | None
    error: RepeatError | None
    """Of one exam's value."""
    intercept: float
    """Value of the line at the first exam."""


@dataclass(frozen=True)
class PatientChange:
    """Change of every quantity that all exams know."""

    exams: tuple[SerialExam, ...]
    """In the order of their dates."""
    quantities: tuple[QuantityChange, ...]
    notices: tuple[Notice, ...]


class _Line(NamedTuple):
    intercept: float
    slope: float
    residual_sd: float


def change_over_time(
    exams: Sequence[SerialExam],
    *,
    quantities: Sequence[SerialQuantity] = SERIAL_QUANTITIES,
    pair_errors: Mapping[str, PairError] | None = None,
    confidence: float = 0.95,
) -> PatientChange:
    """Follow the quantities of one patient.

    Parameters
    ----------
    exams
        Two or more, of different dates, in any order.
    quantities
        Those that some exam does not know in any common view are left out with a notice.
    pair_errors
        By quantity key: error from the CC/MLO pairs of a cohort, taken instead of that of the series.
    confidence
        Of limits and decisions.

    Raises
    ------
    UsageError
        Fewer than two exams, two of one date, nothing to compare, or scipy is not installed.
    """
    ordered = tuple(sorted(exams, key=lambda exam: exam.date))
    if len(ordered) < 2:
        raise UsageError(f"Change needs two or more exams; there are {len(ordered)}.")
    for one, other in pairwise(ordered):
        if one.date == other.date:
            raise UsageError(
                f"The exams {one.key} and {other.key} have one date, {one.date}; give one of them."
            )
    followed, notices = [], list(_notices_of(ordered))
    for quantity in quantities:
        views = common_views(ordered, quantity)
        if views:
            given = (pair_errors or {}).get(quantity.key)
            followed.append(_follow(ordered, quantity, views, given, confidence))
        elif any(quantity.key in view for exam in ordered for view in exam.views.values()):
            notices.append(QUANTITY_NOT_FOLLOWED.notice(quantity=quantity.title))
    if not followed:
        raise UsageError(
            "The exams have no standard view and quantity in common, so nothing can be compared."
        )
    return PatientChange(ordered, tuple(followed), tuple(notices))


def _follow(
    exams: Sequence[SerialExam],
    quantity: SerialQuantity,
    views: tuple[str, ...],
    given: PairError | None,
    confidence: float,
) -> QuantityChange:
    table = contributions(exams, quantity, views)
    years, values = years_since_first(exams), table.sum(axis=1)
    error = error_of_series(table) if given is None else error_from_pairs(given, table)
    line = _line(years, values)
    error = _not_below_the_residuals(error, line, len(exams))
    span = float(years[-1])
    change = line.slope * span
    half = _half_width(error, years, confidence)
    first = line.intercept
    return QuantityChange(
        quantity=quantity,
        views=views,
        years=tuple(map(float, years)),
        values=tuple(map(float, values)),
        change=change,
        change_limits=(change - half, change + half) if half is not None else None,
        least_detectable_change=half,
        change_percent=100 * change / first if first > 0 else None,
        decision=_decision(change, half, values),
        slope_per_year=line.slope,
        slope_limits_per_year=((change - half) / span, (change + half) / span) if half is not None else None,
        error=error,
        intercept=first,
    )


def _line(years: Values, values: Values) -> _Line:
    apart = years - years.mean()
    slope = float(apart @ values / (apart @ apart))
    intercept = float(values.mean() - slope * years.mean())
    left = values - intercept - slope * years
    freedom = len(years) - 2
    return _Line(intercept, slope, float(np.sqrt(left @ left / freedom)) if freedom else 0.0)


def _not_below_the_residuals(error: RepeatError | None, line: _Line, exams: int) -> RepeatError | None:
    """What sways all views of an exam alike shows only round the line: the larger of the two counts."""
    if exams < 3 or (error is not None and error.sd >= line.residual_sd):
        return error
    if error is None:
        return RepeatError(line.residual_sd, exams - 2, "scatter of the exams round the line")
    return RepeatError(
        line.residual_sd, error.degrees_of_freedom, f"scatter round the line, above that of {error.source}"
    )


def _half_width(error: RepeatError | None, years: Values, confidence: float) -> float | None:
    """Of the limits of slope x span; for two exams t x sqrt(2) x SD, the repeatability of Bland & Altman."""
    if error is None:
        return None
    apart = years - years.mean()
    of_slope = error.sd / float(np.sqrt(apart @ apart))
    return _student_t((1 + confidence) / 2, error.degrees_of_freedom) * of_slope * float(years[-1])


def _decision(change: float, half: float | None, values: Values) -> Decision:
    if not values.any():
        return "no measurable change"
    if half is None:
        return "cannot be decided"
    if abs(change) <= half:
        return "no measurable change"
    return "increase" if change > 0 else "decrease"


def _student_t(level: float, degrees_of_freedom: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(degrees_of_freedom, level))


def _notices_of(exams: Sequence[SerialExam]) -> list[Notice]:
    notices = [notice.about(str(exam.date)) for exam in exams for notice in exam.notices]
    for exam in exams:
        missing = [label for label in STANDARD_VIEWS if label not in exam.views]
        if missing:
            notices.append(EXAM_VIEWS_MISSING.notice(views=", ".join(missing)).about(str(exam.date)))
    for before, after in pairwise(exam for exam in exams if exam.manufacturers):
        if before.manufacturers != after.manufacturers:
            notices.append(
                MAKER_CHANGED.notice(
                    before=", ".join(before.manufacturers),
                    before_date=before.date,
                    after=", ".join(after.manufacturers),
                    after_date=after.date,
                )
            )
    return notices
