"""Shares of cases with their exact interval."""

from __future__ import annotations

from shared_core.statistics.paired_samples import Limits


def exact_limits(count: int, of: int, *, confidence: float = 0.95) -> Limits | None:
    """Clopper and Pearson's interval of a share (1934); None where there are no cases.

    Five of five have 0.48 to 1: a bootstrap would say 1 to 1.
    """
    if not of:
        return None
    from scipy.stats import binomtest

    found = binomtest(count, of).proportion_ci(confidence, method="exact")
    return float(found.low), float(found.high)
