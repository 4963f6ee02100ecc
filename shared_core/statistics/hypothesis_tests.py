"""The hypothesis test of paired measurements: paired t (Guo 2021)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from shared_core.statistics.paired_samples import pairs


@dataclass(frozen=True)
class HypothesisTest:
    """Outcome of one test."""

    name: str
    statistic: float
    p: float
    """Two-sided."""
    n: int
    """Pairs."""


def paired_t(first: ArrayLike, second: ArrayLike) -> HypothesisTest:
    """Paired t-test of a mean difference of 0; NaN where all differences are equal."""
    one, other = pairs(first, second)
    if np.ptp(one - other) == 0:
        return HypothesisTest("paired t", float("nan"), float("nan"), one.size)
    from scipy import stats

    found = stats.ttest_rel(one, other)
    return HypothesisTest("paired t", float(found.statistic), float(found.pvalue), one.size)
