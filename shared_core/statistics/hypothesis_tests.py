"""Hypothesis tests: paired t (Guo 2021), of two groups, and Holm's correction for several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from shared_core.statistics.paired_samples import pairs, values


@dataclass(frozen=True)
class HypothesisTest:
    """Outcome of one test."""

    name: str
    statistic: float
    p: float
    """Two-sided."""
    n: int
    """Pairs; of two groups, the cases of both."""


def mann_whitney(first: ArrayLike, second: ArrayLike) -> HypothesisTest:
    """Mann-Whitney U of the first of two groups, two-sided (scipy's choice of exact or normal)."""
    one, other = values(first), values(second)
    from scipy import stats

    found = stats.mannwhitneyu(one, other, alternative="two-sided")
    return HypothesisTest("Mann-Whitney", float(found.statistic), float(found.pvalue), one.size + other.size)


def kolmogorov_smirnov(first: ArrayLike, second: ArrayLike) -> HypothesisTest:
    """Largest distance of the distributions of two groups, two-sided."""
    one, other = values(first), values(second)
    from scipy import stats

    found = stats.ks_2samp(one, other)
    n = one.size + other.size
    return HypothesisTest("Kolmogorov-Smirnov", float(found.statistic), float(found.pvalue), n)


def paired_t(first: ArrayLike, second: ArrayLike) -> HypothesisTest:
    """Paired t-test of a mean difference of 0; NaN where all differences are equal."""
    one, other = pairs(first, second)
    if np.ptp(one - other) == 0:
        return HypothesisTest("paired t", float("nan"), float("nan"), one.size)
    from scipy import stats

    found = stats.ttest_rel(one, other)
    return HypothesisTest("paired t", float(found.statistic), float(found.pvalue), one.size)


def holm(p: Sequence[float]) -> tuple[float, ...]:
    """P values of several tests, each corrected for all (Holm 1979); NaN stays NaN and counts as no test."""
    known = sorted((value, place) for place, value in enumerate(p) if not np.isnan(value))
    corrected = [float("nan")] * len(p)
    least = 0.0
    for rank, (value, place) in enumerate(known):
        least = max(least, min(1.0, (len(known) - rank) * value))
        corrected[place] = least
    return tuple(corrected)
