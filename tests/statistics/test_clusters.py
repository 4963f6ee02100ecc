"""Intervals over patients: ratios of sums and medians, alone and paired."""

from __future__ import annotations

import numpy as np
import pytest

from shared_core.errors import UsageError
from shared_core.statistics.clusters import (
    clustered_ratio,
    clustered_ratio_difference,
    clustered_statistic,
    clustered_statistic_difference,
)


def test_a_mean_is_a_ratio_and_its_interval_that_of_the_normal_law() -> None:
    sample = np.random.default_rng(1).normal(10, 2, 400)
    found = clustered_ratio(sample, np.ones(400), range(400))
    assert found.value == pytest.approx(sample.mean())
    half = 1.96 * sample.std() / 20
    np.testing.assert_allclose(found.limits, (sample.mean() - half, sample.mean() + half), atol=0.03)
    assert found.clusters == 400


def test_views_of_a_patient_that_agree_make_the_interval_wider() -> None:
    random = np.random.default_rng(2)
    patients = np.repeat(np.arange(50), 4)
    sample = np.repeat(random.normal(size=50), 4) + 0.01 * random.normal(size=200)
    together = clustered_ratio(sample, np.ones(200), patients.tolist())
    apart = clustered_ratio(sample, np.ones(200), range(200))
    ratio = np.ptp(together.limits) / np.ptp(apart.limits)
    assert ratio == pytest.approx(2, rel=0.1)


def test_same_seed_same_limits_and_order_of_views_does_not_matter() -> None:
    above, below = np.arange(1.0, 9), np.arange(2.0, 10)
    names = list("aabbccdd")
    first = clustered_ratio(above, below, names, seed=3)
    assert first == clustered_ratio(above, below, names, seed=3)
    swapped = [1, 0, 3, 2, 5, 4, 7, 6]
    assert first == clustered_ratio(above[swapped], below[swapped], names, seed=3)


def test_nothing_below_is_nan_and_not_an_error() -> None:
    found = clustered_ratio([0, 0], [0, 0], ["a", "b"])
    assert np.isnan([found.value, *found.limits]).all()


def test_pairing_cancels_what_both_share() -> None:
    random = np.random.default_rng(4)
    base = random.normal(0, 5, 60)
    ones = np.ones(60)
    found = clustered_ratio_difference((base + 0.1, ones), (base, ones), range(60))
    assert found.difference == pytest.approx(0.1)
    np.testing.assert_allclose(found.limits, (0.1, 0.1), atol=1e-9)
    assert found.p < 0.001


def test_median_and_its_difference() -> None:
    sample = np.arange(101.0)
    found = clustered_statistic(sample, range(101), lambda s: float(np.median(s)))
    assert found.value == 50
    assert 30 < found.limits[0] < 50 < found.limits[1] < 70
    paired = clustered_statistic_difference(sample + 3, sample, range(101), lambda s: float(np.median(s)))
    assert paired.difference == 3
    assert paired.limits == (3, 3)


def test_a_patient_too_few_is_named() -> None:
    with pytest.raises(UsageError, match="Every view belongs to a patient"):
        clustered_ratio([1, 2], [1, 1], ["a"])
    with pytest.raises(UsageError, match="Every view belongs to a patient"):
        clustered_statistic([1, 2], ["a"], lambda s: float(s.mean()))
