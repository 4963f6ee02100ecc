"""Agreement of two or more measurements of one thing: Bland-Altman, within-subject SD, ICC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from shared_core.errors import UsageError
from shared_core.statistics.paired_samples import Limits, Values, around, pairs


@dataclass(frozen=True)
class BlandAltman:
    """Differences first - second (Bland & Altman 1986, 1999)."""

    bias: float
    """Mean difference."""
    bias_limits: Limits
    """Confidence interval of the bias."""
    sd: float
    """SD of the differences (n - 1)."""
    lower: float
    """Lower limit of agreement, bias - 1.96 SD."""
    lower_limits: Limits
    upper: float
    upper_limits: Limits
    within_subject_sd: float
    """sqrt(sum of d² / 2n) of the differences less their bias (n - 1): the error of one measurement."""
    repeatability: float
    """1.96 sqrt(2) within-subject SD: 95 % of differences of two measurements are smaller."""
    n: int


@dataclass(frozen=True)
class Icc:
    """Intraclass correlation of single measurements."""

    kind: Literal["ICC(2,1)", "ICC(3,1)"]
    """(2,1): two-way random, absolute agreement; (3,1): two-way mixed, consistency."""
    icc: float
    limits: Limits
    n: int
    raters: int


def bland_altman(first: ArrayLike, second: ArrayLike, *, confidence: float = 0.95) -> BlandAltman:
    """Bias and limits of agreement with confidence intervals.

    The interval of a limit takes its standard error as sqrt((1/n + 1.96² / (2 (n - 1))) SD²), which
    Bland & Altman 1999 round to 1.71 SD / sqrt(n). `UsageError` below two pairs, or where lengths differ.
    """
    one, other = pairs(first, second)
    difference = one - other
    n = difference.size
    bias, sd = float(difference.mean()), float(difference.std(ddof=1))
    z = 1.96
    from scipy import stats

    t = float(stats.t.ppf((1 + confidence) / 2, n - 1))
    of_bias = t * sd / np.sqrt(n)
    of_limit = t * sd * np.sqrt(1 / n + z**2 / (2 * (n - 1)))
    lower, upper = bias - z * sd, bias + z * sd
    within = sd / np.sqrt(2)
    return BlandAltman(
        bias=bias,
        bias_limits=around(bias, of_bias),
        sd=sd,
        lower=lower,
        lower_limits=around(lower, of_limit),
        upper=upper,
        upper_limits=around(upper, of_limit),
        within_subject_sd=float(within),
        repeatability=float(z * np.sqrt(2) * within),
        n=n,
    )


def icc(
    ratings: ArrayLike, *, kind: Literal["ICC(2,1)", "ICC(3,1)"] = "ICC(2,1)", confidence: float = 0.95
) -> Icc:
    """Intraclass correlation with its confidence interval (Shrout & Fleiss 1979; McGraw & Wong 1996).

    Of a complete table (subjects, raters); NaN where nothing varies. `UsageError` below two subjects or
    raters, or where a value is missing.
    """
    table = np.asarray(ratings, dtype=np.float64)
    if table.ndim != 2 or min(table.shape) < 2:
        raise UsageError(f"ICC needs 2 or more subjects and raters; the table is {table.shape}.")
    if not np.isfinite(table).all():
        raise UsageError("ICC needs a complete table; leave out the subjects with missing values.")
    n, k = table.shape
    if np.ptp(table) == 0:
        return Icc(kind, float("nan"), (float("nan"), float("nan")), n, k)
    from scipy.stats import f

    subjects, raters, error = _mean_squares(table)
    with np.errstate(divide="ignore", invalid="ignore"):
        if kind == "ICC(3,1)":
            value = (subjects - error) / (subjects + (k - 1) * error)
            limits = _consistency_limits(subjects / error, n, k, (1 + confidence) / 2, f)
        else:
            value = (subjects - error) / (subjects + (k - 1) * error + k * (raters - error) / n)
            limits = _agreement_limits((subjects, raters, error), value, (n, k), (1 + confidence) / 2, f)
    return Icc(kind, float(value), limits, n, k)


def _mean_squares(table: Values) -> tuple[np.float64, np.float64, np.float64]:
    """Of subjects, raters and what is left, of a two-way layout without repeats."""
    n, k = table.shape
    grand = table.mean()
    of_subjects, of_raters = table.mean(axis=1), table.mean(axis=0)
    left = table - of_subjects[:, None] - of_raters[None, :] + grand
    return (
        np.float64(k * np.sum((of_subjects - grand) ** 2) / (n - 1)),
        np.float64(n * np.sum((of_raters - grand) ** 2) / (k - 1)),
        np.float64(np.sum(left**2) / ((n - 1) * (k - 1))),
    )


def _consistency_limits(ratio: np.float64, n: int, k: int, level: float, f: Any) -> Limits:
    """McGraw & Wong 1996, Table 7, ICC(C,1)."""
    ppf = f.ppf
    first, second = n - 1, (n - 1) * (k - 1)
    low, high = ratio / ppf(level, first, second), ratio * ppf(level, second, first)
    return float((low - 1) / (low + k - 1)), float((high - 1) / (high + k - 1)) if np.isfinite(high) else 1.0


def _agreement_limits(
    squares: tuple[np.float64, np.float64, np.float64],
    value: np.float64,
    shape: tuple[int, int],
    level: float,
    f: Any,
) -> Limits:
    """McGraw & Wong 1996, Table 7, ICC(A,1), with Satterthwaite's degrees of freedom."""
    ppf = f.ppf
    subjects, raters, error = squares
    n, k = shape
    f_raters = raters / error
    above = (k - 1) * (n - 1) * (k * value * f_raters + n * (1 + (k - 1) * value) - k * value) ** 2
    below = (n - 1) * k**2 * value**2 * f_raters**2 + (n * (1 + (k - 1) * value) - k * value) ** 2
    freedom = above / below
    low_f, high_f = ppf(level, n - 1, freedom), ppf(level, freedom, n - 1)
    shared = k * raters + (k * n - k - n) * error
    low = n * (subjects - low_f * error) / (low_f * shared + n * subjects)
    high = n * (high_f * subjects - error) / (shared + n * high_f * subjects)
    return float(low), float(high)
