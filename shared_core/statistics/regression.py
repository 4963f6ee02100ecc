"""Straight lines and correlation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from shared_core.errors import UsageError
from shared_core.statistics.paired_samples import Limits, around, pairs

Evans = Literal["very weak", "weak", "moderate", "strong", "very strong"]
_EVANS: Final[tuple[tuple[float, Evans], ...]] = (
    (0.80, "very strong"),
    (0.60, "strong"),
    (0.40, "moderate"),
    (0.20, "weak"),
    (0.00, "very weak"),
)


@dataclass(frozen=True)
class Regression:
    """y = slope x + intercept, by least squares."""

    slope: float
    slope_se: float
    """Standard error of the slope."""
    slope_limits: Limits
    """Confidence interval of the slope."""
    intercept: float
    intercept_limits: Limits
    r_squared: float
    see: float
    """Standard error of the estimate: sqrt(sum of squared residuals / (n - 2)), in the unit of y."""
    p: float
    """Of a slope of 0, two-sided."""
    n: int


@dataclass(frozen=True)
class Correlation:
    """A coefficient of correlation."""

    method: Literal["pearson", "spearman"]
    r: float
    p: float
    words: Evans
    n: int


def linear_regression(x: ArrayLike, y: ArrayLike, *, confidence: float = 0.95) -> Regression:
    """Fit y on x; `UsageError` below three pairs, or where all x are equal."""
    one, other = pairs(x, y, at_least=3)
    if np.ptp(one) == 0:
        raise UsageError("A line needs x that differ; all are equal.")
    from scipy import stats

    fit = stats.linregress(one, other)
    residuals = other - (fit.slope * one + fit.intercept)
    t = stats.t.ppf((1 + confidence) / 2, one.size - 2)
    constant = np.ptp(other) == 0
    return Regression(
        slope=float(fit.slope),
        slope_se=float(fit.stderr),
        slope_limits=around(fit.slope, t * fit.stderr),
        intercept=float(fit.intercept),
        intercept_limits=around(fit.intercept, t * fit.intercept_stderr),
        r_squared=float("nan") if constant else float(fit.rvalue**2),
        see=float(np.sqrt(residuals @ residuals / (one.size - 2))),
        p=float("nan") if constant else float(fit.pvalue),
        n=one.size,
    )


def correlation(
    x: ArrayLike, y: ArrayLike, *, method: Literal["pearson", "spearman"] = "spearman"
) -> Correlation:
    """Pearson's or Spearman's correlation with Evans' word for it (Mobini 2023).

    `UsageError` below three pairs, or where all values of one side are equal.
    """
    one, other = pairs(x, y, at_least=3)
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        raise UsageError("A correlation needs values that differ; those of one side are all equal.")
    from scipy import stats

    found = stats.pearsonr(one, other) if method == "pearson" else stats.spearmanr(one, other)
    r = float(found.statistic)
    return Correlation(method=method, r=r, p=float(found.pvalue), words=evans_words(r), n=one.size)


def evans_words(r: float) -> Evans:
    """Evans 1996: |r| .00-.19 very weak, .20-.39 weak, .40-.59 moderate, .60-.79 strong, .80-1 very strong.

    The bands are printed with two digits, so r is rounded to two before it is looked up.
    """
    size = round(abs(r), 2)
    return next(words for lower, words in _EVANS if size >= lower)
