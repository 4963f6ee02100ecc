"""Intervals of scores over views that come in patients: whole patients are drawn, with all their views.

Most scores of a set of views are a ratio of two sums: a mean is a sum over a count, pooled Dice is twice the
common pixels over all pixels of both masks. So a resample needs no view again, only its patient's two sums.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared_core.errors import UsageError
from shared_core.statistics.bootstrap import bootstrap_limits, monte_carlo_p
from shared_core.statistics.paired_samples import Values, pairs, ratio, values

CLUSTER_RESAMPLES = 5_000
STATISTIC_RESAMPLES = 1_000
"""For what is not a ratio of sums and must be computed each time."""
_ROWS = 500
"""Resamples worked on at once."""


@dataclass(frozen=True)
class Estimate:
    """A score with its percentile interval; NaN where nothing can be said."""

    value: float
    limits: tuple[float, float]
    clusters: int
    """Patients who have a say in it; below two there is no interval."""


@dataclass(frozen=True)
class EstimateDifference:
    """Score of the first less that of the second on the same views."""

    difference: float
    limits: tuple[float, float]
    p: float
    """Two-sided Monte-Carlo P of no difference; NaN where nothing can be said."""
    clusters: int


def clustered_ratio(
    numerators: ArrayLike,
    denominators: ArrayLike,
    clusters: Sequence[Hashable],
    *,
    resamples: int = CLUSTER_RESAMPLES,
    confidence: float = 0.95,
    seed: int = 0,
) -> Estimate:
    """Sum of numerators / sum of denominators over views, with an interval from drawing whole clusters.

    `clusters` says whose each view is. The same seed gives the same limits. `UsageError` where the lengths
    differ, or a number is not finite.
    """
    sums = _sums(numerators, denominators, clusters)
    value = ratio(float(sums[0].sum()), float(sums[1].sum()))
    resampled = _resampled_ratios([sums], resamples, seed)[0]
    taking_part = int(np.count_nonzero(sums[1]))
    return Estimate(value, _limits(resampled, value, confidence, taking_part), taking_part)


def clustered_ratio_difference(
    first: tuple[ArrayLike, ArrayLike],
    second: tuple[ArrayLike, ArrayLike],
    clusters: Sequence[Hashable],
    *,
    resamples: int = CLUSTER_RESAMPLES,
    confidence: float = 0.95,
    seed: int = 0,
) -> EstimateDifference:
    """Difference of two ratios of sums; both are drawn with the same clusters each time (paired)."""
    both = [_sums(*one, clusters) for one in (first, second)]
    ratios = [ratio(float(sums[0].sum()), float(sums[1].sum())) for sums in both]
    resampled = _resampled_ratios(both, resamples, seed)
    taking_part = min(int(np.count_nonzero(sums[1])) for sums in both)
    return _difference(ratios[0] - ratios[1], resampled[0] - resampled[1], taking_part, confidence)


def clustered_statistic(
    sample: ArrayLike,
    clusters: Sequence[Hashable],
    statistic: Callable[[Values], float],
    *,
    resamples: int = STATISTIC_RESAMPLES,
    confidence: float = 0.95,
    seed: int = 0,
) -> Estimate:
    """Any statistic of one value a view, e.g. the median, with its interval."""
    table = values(sample)
    value = float(statistic(table))
    drawn = _drawn_views(clusters, table.size, resamples, seed)
    resampled = np.array([statistic(table[views]) for views in drawn])
    count = len(set(clusters))
    return Estimate(value, _limits(resampled, value, confidence, count), count)


def clustered_statistic_difference(
    first: ArrayLike,
    second: ArrayLike,
    clusters: Sequence[Hashable],
    statistic: Callable[[Values], float],
    *,
    resamples: int = STATISTIC_RESAMPLES,
    confidence: float = 0.95,
    seed: int = 0,
) -> EstimateDifference:
    """Difference of a statistic of two values a view, paired."""
    one, other = pairs(first, second, at_least=1)
    drawn = _drawn_views(clusters, one.size, resamples, seed)
    resampled = np.array([statistic(one[views]) - statistic(other[views]) for views in drawn])
    estimate = float(statistic(one)) - float(statistic(other))
    return _difference(estimate, resampled, len(set(clusters)), confidence)


def _difference(estimate: float, resampled: Values, clusters: int, confidence: float) -> EstimateDifference:
    known = resampled[np.isfinite(resampled)]
    limits = _limits(resampled, estimate, confidence, clusters)
    p = monte_carlo_p(known) if np.isfinite(limits).all() else float("nan")
    return EstimateDifference(estimate, limits, p, clusters)


def _numbers(clusters: Sequence[Hashable]) -> NDArray[np.intp]:
    """Clusters as whole numbers from 0, in the order in which they first come."""
    seen: dict[Hashable, int] = {}
    return np.array([seen.setdefault(cluster, len(seen)) for cluster in clusters], np.intp)


def _sums(numerators: ArrayLike, denominators: ArrayLike, clusters: Sequence[Hashable]) -> Values:
    """(2, clusters)."""
    above, below = pairs(numerators, denominators, at_least=1)
    if above.size != len(clusters):
        raise UsageError(f"Every view belongs to a patient; {above.size} have {len(clusters)}.")
    numbers = _numbers(clusters)
    return np.stack([np.bincount(numbers, weights=part) for part in (above, below)])


def _resampled_ratios(tables: Sequence[Values], resamples: int, seed: int) -> list[Values]:
    """For each table of sums (resamples,) ratios; the same draws for all."""
    draws = _draws(tables[0].shape[1], resamples, seed)
    ratios = []
    for sums in tables:
        parts = [draws[start : start + _ROWS] @ sums.T for start in range(0, resamples, _ROWS)]
        above, below = np.concatenate(parts).T
        ratios.append(np.divide(above, below, out=np.full(resamples, np.nan), where=below != 0))
    return ratios


@lru_cache(maxsize=4)
def _draws(count: int, resamples: int, seed: int) -> NDArray[np.uint16]:
    """(resamples, count): how often each cluster is drawn. Scores of one set of views share them."""
    random = np.random.default_rng(seed)
    chances = np.full(count, 1 / count)
    parts = [
        random.multinomial(count, chances, size=min(_ROWS, resamples - start)).astype(np.uint16)
        for start in range(0, resamples, _ROWS)
    ]
    return np.concatenate(parts)


def _drawn_views(
    clusters: Sequence[Hashable], size: int, resamples: int, seed: int
) -> list[NDArray[np.intp]]:
    """For each resample the views of the patients drawn."""
    if size != len(clusters):
        raise UsageError(f"Every view belongs to a patient; {size} have {len(clusters)}.")
    numbers = _numbers(clusters)
    members = [np.flatnonzero(numbers == number) for number in range(int(numbers.max()) + 1)]
    random = np.random.default_rng(seed)
    return [
        np.concatenate([members[number] for number in random.integers(0, len(members), len(members))])
        for _ in range(resamples)
    ]


def _limits(resampled: Values, estimate: float, confidence: float, clusters: int) -> tuple[float, float]:
    known = resampled[np.isfinite(resampled)]
    # A single patient drawn again and again says nothing of others.
    if clusters < 2 or not (known.size and np.isfinite(estimate)):
        return float("nan"), float("nan")
    return bootstrap_limits(known, estimate, method="percentile", confidence=confidence)
