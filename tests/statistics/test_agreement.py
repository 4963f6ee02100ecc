"""Kappa, Bland-Altman, ICC, regression and the hypothesis tests, against the reference packages."""

from __future__ import annotations

import math

import numpy as np
import pytest

from shared_core.errors import UsageError
from shared_core.statistics.agreement import bland_altman, icc
from shared_core.statistics.hypothesis_tests import paired_t
from shared_core.statistics.kappa import contingency, quadratic_kappa
from shared_core.statistics.regression import correlation, evans_words, linear_regression

pytest.importorskip("sklearn", reason="the extra statistics is not installed")
TOLERANCE = 1e-10


@pytest.fixture
def two_readers() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    truth = random.gamma(2, 10, 40)
    return truth + random.normal(0, 2, 40), 1.1 * truth + random.normal(1, 3, 40)


@pytest.fixture
def two_grades() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(4)
    first = random.integers(0, 4, 60)
    return first, np.clip(first + random.integers(-1, 2, 60), 0, 3)


def test_kappa_is_that_of_scikit_learn_and_statsmodels(two_grades: tuple[np.ndarray, np.ndarray]) -> None:
    from sklearn.metrics import cohen_kappa_score

    inter_rater = pytest.importorskip("statsmodels.stats.inter_rater")
    found = quadratic_kappa(*two_grades)
    theirs = cohen_kappa_score(*two_grades, labels=range(4), weights="quadratic")
    assert found.kappa == pytest.approx(theirs, abs=TOLERANCE)
    squared = np.subtract.outer(np.arange(4), np.arange(4)) ** 2
    statsmodels = inter_rater.cohens_kappa(found.table, weights=squared, return_results=False)
    assert found.kappa == pytest.approx(float(statsmodels), abs=TOLERANCE)
    weights, table = 1 - squared / 9, found.table / found.n
    by_chance = np.outer(table.sum(1), table.sum(0))
    p_o, p_e = np.sum(weights * table), np.sum(weights * by_chance)
    assert found.kappa == pytest.approx((p_o - p_e) / (1 - p_e), abs=TOLERANCE)


def test_table_has_the_first_reader_in_its_rows() -> None:
    table = contingency([0, 3, 3], [0, 1, 1])
    assert table.shape == (4, 4)
    assert (table[0, 0], table[3, 1], table.sum()) == (1, 2, 3)


def test_kappa_of_one_grade_only_is_not_a_number() -> None:
    assert math.isnan(quadratic_kappa([2, 2], [2, 2]).kappa)
    assert quadratic_kappa([0, 3], [0, 3]).kappa == 1
    assert quadratic_kappa([0, 3], [3, 0]).kappa == -1


def test_grades_outside_of_the_scale_are_refused() -> None:
    with pytest.raises(UsageError, match="0 to 3"):
        quadratic_kappa([0, 4], [0, 1])
    with pytest.raises(UsageError, match="0 to 3"):
        quadratic_kappa([0, 1.5], [0, 1])
    with pytest.raises(UsageError, match="2 and 1"):
        quadratic_kappa([0, 1], [0])


def test_bland_altman_of_a_small_example() -> None:
    found = bland_altman([1, 2, 3, 4], [0, 2, 1, 3])
    assert found.bias == 1
    assert found.sd == pytest.approx(math.sqrt(2 / 3))
    assert found.upper == pytest.approx(1 + 1.96 * math.sqrt(2 / 3))
    assert found.repeatability == pytest.approx(1.96 * found.sd)


def test_intervals_of_bland_altman_are_those_of_the_t_distribution(
    two_readers: tuple[np.ndarray, np.ndarray],
) -> None:
    stats = pytest.importorskip("scipy.stats")
    found = bland_altman(*two_readers)
    interval = stats.ttest_1samp(two_readers[0] - two_readers[1], 0).confidence_interval(0.95)
    assert found.bias_limits == pytest.approx((interval.low, interval.high), abs=TOLERANCE)
    # Bland & Altman 1999: the standard error of a limit is close to 1.71 SD / sqrt(n).
    half = (found.upper_limits[1] - found.upper_limits[0]) / 2
    assert half == pytest.approx(stats.t.ppf(0.975, 39) * 1.71 * found.sd / math.sqrt(40), rel=0.01)


@pytest.mark.parametrize(
    ("kind", "theirs"), [("ICC(2,1)", ("ICC2", "ICC(A,1)")), ("ICC(3,1)", ("ICC3", "ICC(C,1)"))]
)
@pytest.mark.parametrize("raters", [2, 4])
def test_icc_is_that_of_pingouin(
    kind: str, theirs: tuple[str, str], raters: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pingouin = pytest.importorskip("pingouin")
    pandas = pytest.importorskip("pandas")
    random = np.random.default_rng(5)
    table = random.gamma(2, 10, (25, 1)) + random.normal(0, 4, (25, raters)) + np.arange(raters)
    found = icc(table, kind=kind)  # type: ignore[arg-type]
    long = pandas.DataFrame(
        {
            "subject": np.repeat(np.arange(25), raters),
            "rater": np.tile(np.arange(raters), 25),
            "value": table.ravel(),
        }
    )
    for name in ("CI95", "CI95%"):  # rounded to two digits unless told otherwise
        if f"round.column.{name}" in pingouin.options:
            monkeypatch.setitem(pingouin.options, f"round.column.{name}", 12)
    answer = pingouin.intraclass_corr(long, "subject", "rater", "value").set_index("Type")
    row = answer.loc[next(name for name in theirs if name in answer.index)]
    assert found.icc == pytest.approx(float(row["ICC"]), abs=TOLERANCE)
    column = "CI95%" if "CI95%" in row.index else "CI95"
    assert found.limits == pytest.approx(tuple(map(float, row[column])), abs=TOLERANCE)


def test_icc_of_shrout_and_fleiss() -> None:
    # Shrout & Fleiss 1979, Table 2: six targets, four judges.
    table = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    agreement, consistency = icc(table), icc(table, kind="ICC(3,1)")
    assert round(agreement.icc, 2) == 0.29
    assert round(consistency.icc, 2) == 0.71
    assert agreement.limits == pytest.approx((0.019, 0.761), abs=0.001)
    assert consistency.limits == pytest.approx((0.342, 0.946), abs=0.001)


def test_icc_of_one_column_twice_is_one() -> None:
    column = np.arange(5.0)
    assert icc(np.column_stack([column, column])).icc == pytest.approx(1)
    assert math.isnan(icc(np.ones((4, 2))).icc)
    assert icc(np.column_stack([column, column + 3]), kind="ICC(3,1)").icc == pytest.approx(1)
    assert icc(np.column_stack([column, column + 3])).icc < 0.5


def test_regression_is_that_of_statsmodels(two_readers: tuple[np.ndarray, np.ndarray]) -> None:
    models = pytest.importorskip("statsmodels.api")
    x, y = two_readers
    found = linear_regression(x, y)
    fit = models.OLS(y, models.add_constant(x)).fit()
    assert (found.intercept, found.slope) == pytest.approx(tuple(fit.params), abs=TOLERANCE)
    limits = fit.conf_int(0.05)
    assert found.intercept_limits == pytest.approx(tuple(limits[0]), abs=TOLERANCE)
    assert found.slope_limits == pytest.approx(tuple(limits[1]), abs=TOLERANCE)
    assert found.r_squared == pytest.approx(fit.rsquared, abs=TOLERANCE)
    assert found.see == pytest.approx(math.sqrt(fit.mse_resid), abs=TOLERANCE)
    assert found.p == pytest.approx(fit.pvalues[1], abs=TOLERANCE)


@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_correlation_is_that_of_pingouin(two_readers: tuple[np.ndarray, np.ndarray], method: str) -> None:
    pingouin = pytest.importorskip("pingouin")
    found = correlation(*two_readers, method=method)  # type: ignore[arg-type]
    row = pingouin.corr(*two_readers, method=method).iloc[0]
    assert found.r == pytest.approx(float(row["r"]), abs=TOLERANCE)


@pytest.mark.parametrize(
    ("r", "words"),
    [
        (0.0, "very weak"),
        (0.19, "very weak"),
        (0.195, "weak"),
        (-0.39, "weak"),
        (0.40, "moderate"),
        (0.60, "strong"),
        (0.79, "strong"),
        (0.88, "very strong"),
        (-1.0, "very strong"),
    ],
)
def test_words_of_evans(r: float, words: str) -> None:
    assert evans_words(r) == words


def test_paired_t_is_that_of_statsmodels(two_readers: tuple[np.ndarray, np.ndarray]) -> None:
    weights = pytest.importorskip("statsmodels.stats.weightstats")
    found = paired_t(*two_readers)
    t, p, _ = weights.DescrStatsW(two_readers[0] - two_readers[1]).ttest_mean(0)
    assert (found.statistic, found.p) == pytest.approx((t, p), abs=TOLERANCE)
    assert math.isnan(paired_t([1, 2], [0, 1]).p)


def test_samples_that_do_not_pair_are_refused() -> None:
    with pytest.raises(UsageError, match="one length"):
        bland_altman([1, 2], [1, 2, 3])
    with pytest.raises(UsageError, match="finite"):
        paired_t([1, float("nan")], [1, 2])
    with pytest.raises(UsageError, match="At least 3"):
        linear_regression([1, 2], [1, 2])
    with pytest.raises(UsageError, match="all equal"):
        correlation([1, 1, 1], [1, 2, 3])
