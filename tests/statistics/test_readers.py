"""Severe grades, consensus, groups and percentiles, against scipy, scikit-learn, statsmodels and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from shared_core.errors import UsageError
from shared_core.grades.dapamede import area_class
from shared_core.statistics.catalogue import STATISTICS
from shared_core.statistics.consensus import consensus
from shared_core.statistics.hypothesis_tests import kolmogorov_smirnov, mann_whitney
from shared_core.statistics.percentiles import LEAST_IN_BAND, age_percentile
from shared_core.statistics.proportions import exact_limits
from shared_core.statistics.regression import linear_regression
from shared_core.statistics.severe import severe_rates

TOLERANCE = 1e-10


@pytest.fixture
def graded() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    truth = random.integers(0, 4, 90)
    return truth, np.clip(truth + random.integers(-1, 2, 90), 0, 3)


def test_rates_of_severe_grades_are_those_of_scikit_learn(graded: tuple[np.ndarray, np.ndarray]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    truth, said = graded
    rates = severe_rates(truth, said)
    true, yes = truth == 3, said == 3
    wanted = {
        "sensitivity": metrics.recall_score(true, yes),
        "specificity": metrics.recall_score(~true, ~yes),
        "precision": metrics.precision_score(true, yes),
        "npv": metrics.precision_score(~true, ~yes),
        "accuracy": metrics.accuracy_score(true, yes),
        "f1": metrics.f1_score(true, yes),
        "auc_ordinal": metrics.roc_auc_score(true, said),
        "auc_binary": metrics.roc_auc_score(true, yes),
    }
    assert set(rates) == set(wanted)
    assert set(wanted) <= set(STATISTICS)
    for key, value in wanted.items():
        assert rates[key].value == pytest.approx(value, abs=TOLERANCE), key  # type: ignore[index]
        low, high = rates[key].limits  # type: ignore[index,misc]
        assert low < value < high, key


def test_ibrahims_two_areas_under_the_curve() -> None:
    # Five severe and fifteen other cases; one severe was called moderate and one moderate severe.
    truth = [3] * 5 + [2] * 5 + [1] * 5 + [0] * 5
    said = [3, 3, 3, 3, 2] + [3, 2, 2, 2, 2] + [1] * 5 + [0] * 5
    rates = severe_rates(truth, said)
    assert rates["auc_binary"].value == pytest.approx((4 / 5 + 14 / 15) / 2, abs=TOLERANCE)
    assert rates["auc_ordinal"].value == pytest.approx((4 * 14.5 + 10 + 4 / 2) / 75, abs=TOLERANCE)
    assert (rates["sensitivity"].n, rates["specificity"].n) == (5, 15)


def test_the_interval_of_the_ordinal_area_is_that_of_drawn_cases(
    graded: tuple[np.ndarray, np.ndarray],
) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    truth, said = graded
    random, drawn = np.random.default_rng(1), []
    for _ in range(400):
        cases = random.integers(0, truth.size, truth.size)
        drawn.append(metrics.roc_auc_score(truth[cases] == 3, said[cases]))
    limits = severe_rates(truth, said)["auc_ordinal"].limits
    assert limits == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.02)


def test_without_severe_cases_nothing_is_said_of_them() -> None:
    rates = severe_rates([0, 1, 2, 1], [0, 1, 3, 1])
    assert np.isnan(rates["sensitivity"].value)
    assert rates["sensitivity"].limits is None
    assert np.isnan(rates["auc_ordinal"].value)
    assert rates["specificity"].value == 0.75


@pytest.mark.parametrize(("count", "of"), [(0, 5), (5, 5), (3, 11), (70, 75)])
def test_shares_have_clopper_and_pearsons_interval(count: int, of: int) -> None:
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    assert exact_limits(count, of) == pytest.approx(
        proportion.proportion_confint(count, of, method="beta"), abs=TOLERANCE
    )
    assert exact_limits(0, 0) is None


def test_consensus_is_most_or_the_median_of_three_or_unknown() -> None:
    found = consensus([[0, 1, 3, 2], [0, 2, 3, 1], [1, 3, 2, 1]])
    assert found.tolist() == [0, 2, 3, 1]
    two = consensus([[0, 1], [0, 2]])
    assert two[0] == 0
    assert np.isnan(two[1])
    with pytest.raises(UsageError, match="two readers"):
        consensus([[0, 1]])
    with pytest.raises(UsageError, match="same cases"):
        consensus([[0, 1], [0]])


def test_groups_are_compared_as_in_scipy_and_pingouin() -> None:
    from scipy import stats

    random = np.random.default_rng(8)
    one, other = random.normal(60, 8, 40), random.normal(64, 8, 55)
    ranks, distance = mann_whitney(one, other), kolmogorov_smirnov(one, other)
    assert (ranks.statistic, ranks.p) == pytest.approx(tuple(stats.mannwhitneyu(one, other)), abs=TOLERANCE)
    theirs = stats.ks_2samp(one, other)
    assert (distance.statistic, distance.p) == pytest.approx((theirs.statistic, theirs.pvalue), abs=TOLERANCE)
    assert ranks.n == distance.n == 95
    pingouin = pytest.importorskip("pingouin")
    table = pingouin.mwu(one, other)
    assert ranks.statistic == pytest.approx(
        float(table["U_val" if "U_val" in table else "U-val"].iloc[0]), abs=TOLERANCE
    )


def test_the_slope_has_the_standard_error_of_statsmodels() -> None:
    api = pytest.importorskip("statsmodels.api")
    random = np.random.default_rng(2)
    x = random.uniform(0, 100, 30)
    y = 0.7 * x + random.normal(0, 5, 30)
    fit = api.OLS(y, api.add_constant(x)).fit()
    found = linear_regression(x, y)
    assert found.slope_se == pytest.approx(fit.bse[1], abs=TOLERANCE)
    assert found.see == pytest.approx(np.sqrt(fit.mse_resid), abs=TOLERANCE)
    assert found.r_squared == pytest.approx(fit.rsquared, abs=TOLERANCE)
    assert found.slope_limits == pytest.approx(fit.conf_int()[1], abs=TOLERANCE)


def test_percentiles_are_of_the_same_five_years_and_need_enough_people() -> None:
    from scipy import stats

    random = np.random.default_rng(5)
    ages, values = random.uniform(50, 65, 300), random.gamma(1, 10, 300).round()
    own = values[(ages >= 55) & (ages < 60)]
    found = age_percentile(7.0, 57.4, ages=ages, values=values)
    assert (found.band, found.n) == ("55-59", own.size)
    assert found.percentile == pytest.approx(stats.percentileofscore(own, 7.0, kind="mean"), abs=TOLERANCE)
    few = age_percentile(7.0, 80, ages=np.full(LEAST_IN_BAND - 1, 81.0), values=np.zeros(LEAST_IN_BAND - 1))
    assert np.isnan(few.percentile)
    assert few.n == LEAST_IN_BAND - 1


def test_area_classes_have_their_upper_bounds() -> None:
    areas = [0, 1e-9, 10, 10.001, 25, 25.001]
    assert [found.number for area in areas if (found := area_class(area))] == [0, 1, 1, 2, 2, 3]
    assert area_class(None) is None
