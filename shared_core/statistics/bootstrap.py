"""Intervals by resampling exams: the paired bootstrap, and kappa's (Ibrahim 2025; Efron 1987).

The exam is the unit: its views and patches rise and fall together, so they are never resampled apart.
Who compares two methods on images first averages each exam.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from shared_core.statistics.kappa import GRADES, contingency, kappa_of_tables, quadratic_kappa
from shared_core.statistics.paired_samples import Values, pairs

Method = Literal["percentile", "bias-corrected", "BCa"]
PAIRED_RESAMPLES = 100_000
KAPPA_RESAMPLES = 5_000
_CHUNK = 4_000_000
"""Random numbers drawn at once: 32 MB."""


@dataclass(frozen=True)
class BootstrapDifference:
    """Mean difference first - second over exams."""

    difference: float
    limits: tuple[float, float]
    p: float
    """Two-sided Monte-Carlo P: 2 min(1 + #(d* <= 0), 1 + #(d* >= 0)) / (resamples + 1), at most 1."""
    method: Method
    resamples: int
    seed: int
    n: int
    """Exams."""


@dataclass(frozen=True)
class BootstrapKappa:
    """Quadratic-weighted kappa with a percentile interval over cases."""

    kappa: float
    limits: tuple[float, float]
    resamples: int
    undefined: int
    """Resamples without kappa (one grade only), left out."""
    seed: int
    n: int


def paired_bootstrap(
    first: ArrayLike,
    second: ArrayLike,
    *,
    method: Method = "bias-corrected",
    resamples: int = PAIRED_RESAMPLES,
    confidence: float = 0.95,
    seed: int = 0,
) -> BootstrapDifference:
    """Bootstrap the mean difference of two scores of the same exams.

    Parameters
    ----------
    first, second
        (exams,) one score an exam, e.g. Jaccard.
    method
        ``bias-corrected`` percentile (Ibrahim 2025), ``BCa`` or plain ``percentile``.
    seed
        The same seed gives the same limits.
    """
    one, other = pairs(first, second)
    difference = one - other
    means = _resampled_means(difference, resamples, seed)
    estimate = float(difference.mean())
    n = difference.size
    jackknife = (difference.sum() - difference) / (n - 1)
    return BootstrapDifference(
        difference=estimate,
        limits=bootstrap_limits(means, estimate, method=method, jackknife=jackknife, confidence=confidence),
        p=monte_carlo_p(means),
        method=method,
        resamples=resamples,
        seed=seed,
        n=n,
    )


def kappa_bootstrap(
    first: ArrayLike,
    second: ArrayLike,
    *,
    grades: int = GRADES,
    resamples: int = KAPPA_RESAMPLES,
    confidence: float = 0.95,
    seed: int = 0,
) -> BootstrapKappa:
    """Percentile bootstrap of the quadratic-weighted kappa; cases are drawn with both their grades."""
    found = quadratic_kappa(first, second, grades=grades)
    table = contingency(first, second, grades=grades)
    # Drawing n cases with replacement is drawing a table from the multinomial distribution.
    tables = np.random.default_rng(seed).multinomial(found.n, table.ravel() / found.n, size=resamples)
    kappas = kappa_of_tables(tables.reshape(-1, grades, grades))
    known = kappas[~np.isnan(kappas)]
    limits = (float("nan"), float("nan"))
    if known.size:
        limits = bootstrap_limits(known, found.kappa, method="percentile", confidence=confidence)
    return BootstrapKappa(found.kappa, limits, resamples, resamples - known.size, seed, found.n)


def bootstrap_limits(
    resampled: Values,
    estimate: float,
    *,
    method: Method,
    jackknife: Values | None = None,
    confidence: float = 0.95,
) -> tuple[float, float]:
    """Confidence limits from resampled estimates.

    Percentiles at Phi(z0 + (z0 + z) / (1 - a (z0 + z))) (Efron 1987): a = 0 is the bias-corrected interval,
    and z0 = 0 with it the percentile interval. z0 counts ties half.

    Parameters
    ----------
    resampled
        (resamples,) estimates.
    estimate
        Of the sample itself.
    jackknife
        (n,) estimates, each without one case; for ``BCa``.
    """
    from scipy.stats import norm as normal

    z = normal.ppf([(1 - confidence) / 2, (1 + confidence) / 2])
    if np.ptp(resampled) == 0:
        return float(resampled[0]), float(resampled[0])
    z0, acceleration = 0.0, 0.0
    if method != "percentile":
        below = (np.sum(resampled < estimate) + np.sum(resampled <= estimate)) / (2 * resampled.size)
        z0 = float(normal.ppf(below))
    if method == "BCa":
        if jackknife is None:
            raise ValueError("BCa needs the jackknife estimates")
        apart = jackknife.mean() - jackknife
        acceleration = float(np.sum(apart**3) / (6 * np.sum(apart**2) ** 1.5))
    levels = normal.cdf(z0 + (z0 + z) / (1 - acceleration * (z0 + z)))
    lower, upper = np.quantile(resampled, levels)
    return float(lower), float(upper)


def monte_carlo_p(resampled: Values) -> float:
    """Two-sided P of an estimate of 0, with one added so that it is never 0 (Davison & Hinkley 1997)."""
    tail = min(int(np.sum(resampled <= 0)), int(np.sum(resampled >= 0)))
    return min(2 * (1 + tail) / (resampled.size + 1), 1.0)


def _resampled_means(sample: Values, resamples: int, seed: int) -> Values:
    random = np.random.default_rng(seed)
    step = max(_CHUNK // sample.size, 1)
    means = [
        sample[random.integers(0, sample.size, size=(min(step, resamples - start), sample.size))].mean(axis=1)
        for start in range(0, resamples, step)
    ]
    return np.concatenate(means)
