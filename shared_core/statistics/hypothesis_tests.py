"""The hypothesis tests of the papers: paired t (Guo 2021), Mann-Whitney, Kolmogorov-Smirnov (Mobini 2023)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from shared_core.errors import UsageError
from shared_core.statistics.paired_samples import pairs, values


@dataclass(frozen=True)
class HypothesisTest:
    """Outcome of one test."""

    name: str
    statistic: float
    p: float
    """Two-sided."""
    n: int
    """Pairs, or values of all groups."""


def paired_t(first: ArrayLike, second: ArrayLike) -> HypothesisTest:
    """Paired t-test of a mean difference of 0; NaN where all differences are equal."""
    one, other = pairs(first, second)
    if np.ptp(one - other) == 0:
        return HypothesisTest("paired t", float("nan"), float("nan"), one.size)
    from scipy import stats

    found = stats.ttest_rel(one, other)
    return HypothesisTest("paired t", float(found.statistic), float(found.pvalue), one.size)


def mann_whitney(first: ArrayLike, second: ArrayLike) -> HypothesisTest:
    """Mann-Whitney U of two independent groups; U is that of the first."""
    one, other = values(first), values(second)
    from scipy import stats

    found = stats.mannwhitneyu(one, other, alternative="two-sided")
    return HypothesisTest(
        "Mann-Whitney U", float(found.statistic), float(found.pvalue), one.size + other.size
    )


def normality(sample: ArrayLike) -> HypothesisTest:
    """Kolmogorov-Smirnov against the normal distribution with the sample's mean and SD.

    As mean and SD come from the sample, P is too large (conservative); Lilliefors' correction is what
    statsmodels offers where that matters.

    Raises
    ------
    UsageError
        Below three values, or where all are equal.
    """
    given = values(sample, at_least=3)
    if np.ptp(given) == 0:
        raise UsageError("A test of normality needs values that differ; all are equal.")
    parameters = (given.mean(), given.std(ddof=1))
    from scipy import stats

    found = stats.kstest(given, "norm", args=parameters)
    return HypothesisTest("Kolmogorov-Smirnov", float(found.statistic), float(found.pvalue), given.size)
