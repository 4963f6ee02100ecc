"""Resampling: equal to scipy where it has the same, seeded, and right in the long run."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from shared_core.statistics.bootstrap import (
    KAPPA_RESAMPLES,
    PAIRED_RESAMPLES,
    bootstrap_limits,
    kappa_bootstrap,
    monte_carlo_p,
    paired_bootstrap,
)
from shared_core.statistics.kappa import quadratic_kappa


@pytest.fixture
def two_methods() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(8)
    first = random.beta(6, 4, 141)
    return first, first - random.gamma(1, 0.011, 141)


@pytest.mark.parametrize(("ours", "theirs"), [("percentile", "percentile"), ("BCa", "BCa")])
def test_limits_from_the_same_resamples_are_those_of_scipy(
    two_methods: tuple[np.ndarray, np.ndarray], ours: str, theirs: str
) -> None:
    difference = two_methods[0] - two_methods[1]
    resampled = np.random.default_rng(9).choice(difference, (9999, difference.size)).mean(axis=1)
    before = SimpleNamespace(bootstrap_distribution=resampled)
    answer = stats.bootstrap(
        (difference,), np.mean, n_resamples=0, bootstrap_result=before, method=theirs, vectorized=True
    ).confidence_interval
    jackknife = np.array([np.delete(difference, i).mean() for i in range(difference.size)])
    found = bootstrap_limits(resampled, difference.mean(), method=ours, jackknife=jackknife)  # type: ignore[arg-type]
    assert found == pytest.approx((answer.low, answer.high), abs=1e-10)


def test_bias_corrected_limits_move_with_the_bias() -> None:
    resampled = np.linspace(-1, 1, 10_001)
    z = stats.norm.ppf([0.025, 0.975])
    levels = stats.norm.cdf(2 * stats.norm.ppf(0.6) + z)
    found = bootstrap_limits(resampled, 0.2, method="bias-corrected")
    assert found == pytest.approx(tuple(2 * levels - 1), abs=1e-3)
    unbiased = bootstrap_limits(resampled, 0.0, method="bias-corrected")
    assert unbiased == pytest.approx((-0.95, 0.95), abs=1e-3)


def test_hundred_thousand_resamples_of_141_exams_agree_with_theory(
    two_methods: tuple[np.ndarray, np.ndarray],
) -> None:
    found = paired_bootstrap(*two_methods)
    difference = two_methods[0] - two_methods[1]
    error = difference.std() / np.sqrt(difference.size)
    assert found.resamples == PAIRED_RESAMPLES == 100_000
    assert found.difference == pytest.approx(difference.mean())
    assert found.limits[1] - found.limits[0] == pytest.approx(2 * 1.96 * error, rel=0.03)
    # No resample of 100,000 is on the other side: P is the smallest there can be, and not 0.
    assert found.p == 2 / 100_001


def test_same_seed_gives_the_same_limits(two_methods: tuple[np.ndarray, np.ndarray]) -> None:
    once, again = (paired_bootstrap(*two_methods, resamples=2000, seed=5) for _ in range(2))
    assert once == again
    assert paired_bootstrap(*two_methods, resamples=2000, seed=6).limits != once.limits


def test_p_counts_resamples_on_the_other_side() -> None:
    assert monte_carlo_p(np.array([-1.0, 1, 2, 3, 4, 5, 6, 7, 8])) == 2 * 2 / 10
    assert monte_carlo_p(np.array([-1.0, 1])) == 1


def test_equal_methods_do_not_differ() -> None:
    found = paired_bootstrap([0.5, 0.6, 0.7], [0.5, 0.6, 0.7], resamples=100)
    assert (found.difference, found.limits, found.p) == (0, (0, 0), 1)


def test_intervals_cover_the_true_difference() -> None:
    random = np.random.default_rng(10)
    covered = 0
    for seed in range(200):
        sample = random.exponential(1, 60)
        low, high = paired_bootstrap(sample, np.zeros(60), method="BCa", resamples=1000, seed=seed).limits
        covered += low <= 1 <= high
    assert 0.89 <= covered / 200 <= 0.98


def test_kappa_interval_holds_kappa_and_is_seeded() -> None:
    random = np.random.default_rng(11)
    first = np.repeat([0, 1, 2, 3], 5)
    second = np.clip(first + random.choice([-1, 0, 0, 0, 1], 20), 0, 3)
    found = kappa_bootstrap(first, second)
    assert found.resamples == KAPPA_RESAMPLES == 5_000
    assert found.limits[0] < found.kappa < found.limits[1] <= 1
    assert found == kappa_bootstrap(first, second)
    by_hand = []
    for _ in range(2000):
        drawn = random.integers(0, 20, 20)
        by_hand.append(quadratic_kappa(first[drawn], second[drawn]).kappa)
    assert found.limits == pytest.approx(tuple(np.nanpercentile(by_hand, [2.5, 97.5])), abs=0.04)


def test_kappa_of_one_grade_has_no_interval() -> None:
    found = kappa_bootstrap([1, 1, 1], [1, 1, 1], resamples=50)
    assert found.undefined == 50
    assert np.isnan(found.limits).all()
