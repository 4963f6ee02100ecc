"""Error of measurement in series without growth: how views, and all views of an exam alike, stray."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared_core.change.repeat_error import error_of_series


@dataclass(frozen=True)
class Spread:
    """Coefficients of variation."""

    view_cv: float
    """Of a view against the others of its exam."""
    exam_cv: float
    """Of all views of an exam alike; 0 where the views explain it."""
    exam_total_cv: float
    """Of the mean over the views of an exam: both together."""
    series: int
    degrees_of_freedom: int
    """Of `view_cv`."""
    left_out: int
    """Views with 0 in some exam, which have no logarithm."""


def spread_of(tables: Iterable[NDArray[np.float64]]) -> Spread | None:
    """Two-way layout of ln y over exams and views, pooled over series.

    What is peculiar to a view lasts, and cancels. With T exams and V views of a series, the residuals
    give view², with (T - 1)(V - 1) degrees of freedom, and the sum of squares of exams has the
    expectation (T - 1)(V exam² + view²).

    Parameters
    ----------
    tables
        Of each series (exams, views), the quantity of each view, without growth.

    Returns
    -------
    None where no series has two exams and two views above 0.
    """
    squares = np.zeros(3)
    freedom = np.zeros(3)
    series = left_out = 0
    for table in tables:
        logs = np.log(table[:, (table > 0).all(axis=0)])
        left_out += table.shape[1] - logs.shape[1]
        exams, views = logs.shape
        if exams < 2 or views < 2:
            continue
        of_exam = logs.mean(axis=1, keepdims=True) - logs.mean()
        rest = logs - logs.mean(axis=0) - of_exam
        squares += float((rest**2).sum()), views * float((of_exam**2).sum()), float((of_exam**2).sum())
        freedom += (exams - 1) * (views - 1), (exams - 1) * views, exams - 1
        series += 1
    if not series:
        return None
    view = squares[0] / freedom[0]
    exam = max((squares[1] - view * freedom[2]) / freedom[1], 0.0)
    return Spread(
        view_cv=float(np.sqrt(view)),
        exam_cv=float(np.sqrt(exam)),
        exam_total_cv=float(np.sqrt(squares[2] / freedom[2])),
        series=series,
        degrees_of_freedom=int(freedom[0]),
        left_out=left_out,
    )


def spread_by_value(tables: Iterable[NDArray[np.float64]]) -> Spread | None:
    """The same, each view weighing as much as it adds to the exam, as `error_of_series` has it.

    A view of 0.01 mg that is 5 mg the next time is a thousandfold in the logarithm, but no more than
    those 5 mg in the value of the exam. Variances of series are averaged.

    Parameters
    ----------
    tables
        Of each series (exams, views), the quantity of each view, without growth.

    Returns
    -------
    None where no series tells its error.
    """
    of_view, of_total, of_exam, freedom = [], [], [], 0
    for table in tables:
        error = error_of_series(table)
        if error is None:
            continue
        totals = table.sum(axis=1)
        by_views = (error.sd / float(totals.mean())) ** 2
        share = table.sum(axis=0) / totals.sum()
        of_view.append(by_views / float((share**2).sum()))
        of_total.append(float(totals.var(ddof=1) / totals.mean() ** 2))
        of_exam.append(of_total[-1] - by_views)
        freedom += round(error.degrees_of_freedom)
    if not of_view:
        return None
    return Spread(
        view_cv=float(np.sqrt(np.mean(of_view))),
        exam_cv=float(np.sqrt(max(float(np.mean(of_exam)), 0.0))),
        exam_total_cv=float(np.sqrt(np.mean(of_total))),
        series=len(of_view),
        degrees_of_freedom=freedom,
        left_out=0,
    )
