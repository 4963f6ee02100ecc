"""How far the value of an exam would stray if it were taken again: from views that should agree.

CC and MLO show one breast twice, and both breasts belong to one woman. Where their *relation* changes
from exam to exam, that is no disease: it is positioning, compression, projection and the mask. So the
error of an exam's value is taken from how CC against MLO and left against right vary over the exams of
a series, where what is peculiar to a woman's views cancels; or from CC against MLO in a cohort, where it
does not, so that the error is too large rather than too small.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared_core.change.serial_exams import SerialExam, SerialQuantity

Values = NDArray[np.float64]
_LEAST_INFORMATION = 0.1
"""Below this share of the variance that the comparison of views can see, it is no estimate."""
_EXACT = 1e-9


@dataclass(frozen=True)
class RepeatError:
    """Standard deviation of repeated values of one exam."""

    sd: float
    """In the unit of the quantity."""
    degrees_of_freedom: float
    source: str
    """Where it comes from, for people."""


@dataclass(frozen=True)
class PairError:
    """Relative within-subject error of one view, from pairs of a cohort."""

    cv: float
    """SD of ln(CC / MLO) / sqrt(2): within-subject coefficient of variation."""
    pairs: int
    ratio: float
    """Geometric mean of CC / MLO: the systematic difference that was taken out."""
    left_right_cv: float
    """The same of left against right breast; anatomy is in it, for comparison only. NaN below two."""
    left_right_pairs: int
    left_out: int
    """CC/MLO pairs left out as one or both are 0."""


def error_of_series(contributions: Values) -> RepeatError | None:
    """Error of an exam's value from how the shares of its views vary over the series.

    With y_tv what view v adds at exam t (see `contributions`), S_t their sum and p_v the mean share, the
    residuals ``r_tv = y_tv - p_v S_t`` hold CC against MLO of each breast and left against right; growth that
    all views share is not in them. Where every view has the same coefficient of variation,
    Var(r) = R s² with R = (I - p 1') diag(p²) (I - 1 p') / sum p², so that
    ``s² = sum r² / ((T - 1) tr R)``, with Satterthwaite's (T - 1) (tr R)² / tr R² degrees of freedom.

    None where it cannot be told: fewer than two exams with BAC, one view, nearly all in one view, or
    shares that are exactly equal.
    """
    # An exam without BAC has no shares.
    table = contributions[contributions.sum(axis=1) > 0]
    exams, views = table.shape
    if exams < 2 or views < 2:
        return None
    totals = table.sum(axis=1)
    share = table.sum(axis=0) / totals.sum()
    left = table - np.outer(totals, share)
    apart = np.eye(views) - np.outer(share, np.ones(views))
    seen = apart @ np.diag(share**2) @ apart.T / np.sum(share**2)
    information = float(np.trace(seen))
    if information < _LEAST_INFORMATION:
        return None
    variance = float(np.sum(left**2)) / ((exams - 1) * information)
    if variance <= (_EXACT * float(totals.mean())) ** 2:
        # A few pixels, or one exam twice: shares that are exactly equal are no sign of precision.
        return None
    freedom = (exams - 1) * information**2 / float(np.sum(seen * seen.T))
    return RepeatError(
        float(np.sqrt(variance)), freedom, "CC against MLO and left against right over the series"
    )


def projection_pairs(exams: Iterable[SerialExam], quantity: SerialQuantity) -> list[tuple[float, float]]:
    """(CC, MLO) of each breast that has both."""
    return _pairs(exams, quantity, [("LCC", "LMLO"), ("RCC", "RMLO")])


def side_pairs(exams: Iterable[SerialExam], quantity: SerialQuantity) -> list[tuple[float, float]]:
    """(left, right) of each projection that has both."""
    return _pairs(exams, quantity, [("LCC", "RCC"), ("LMLO", "RMLO")])


def pair_error(exams: Iterable[SerialExam], quantity: SerialQuantity) -> PairError | None:
    """Relative error of one view from CC/MLO pairs of many exams; None below two pairs with BAC in both."""
    cohort = tuple(exams)
    projections = projection_pairs(cohort, quantity)
    logs, of_sides = _log_ratios(projections), _log_ratios(side_pairs(cohort, quantity))
    if logs.size < 2:
        return None
    return PairError(
        cv=float(logs.std(ddof=1) / np.sqrt(2)),
        pairs=logs.size,
        ratio=float(np.exp(logs.mean())),
        left_right_cv=float(of_sides.std(ddof=1) / np.sqrt(2)) if of_sides.size > 1 else float("nan"),
        left_right_pairs=of_sides.size,
        left_out=len(projections) - logs.size,
    )


def error_from_pairs(error: PairError, contributions: Values) -> RepeatError:
    """Error of an exam's value from the relative error of one view: cv sqrt(sum of squared contributions)."""
    level = np.sqrt(np.mean(np.sum(contributions**2, axis=1)))
    return RepeatError(float(error.cv * level), error.pairs - 1, f"{error.pairs} CC/MLO pairs of a cohort")


def _pairs(
    exams: Iterable[SerialExam], quantity: SerialQuantity, labels: Sequence[tuple[str, str]]
) -> list[tuple[float, float]]:
    found = []
    for exam in exams:
        for one, other in labels:
            first, second = (exam.views.get(label, {}).get(quantity.key) for label in (one, other))
            if first is not None and second is not None:
                found.append((first, second))
    return found


def _log_ratios(pairs: Sequence[tuple[float, float]]) -> Values:
    return np.array([np.log(one / other) for one, other in pairs if one > 0 and other > 0])
