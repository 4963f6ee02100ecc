"""Change over time: told from none by the error of measurement."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from hypothesis import given, strategies as st

from shared_core.change.change_over_time import change_over_time
from shared_core.change.repeat_error import (
    error_from_pairs,
    error_of_series,
    pair_error,
    projection_pairs,
    side_pairs,
)
from shared_core.change.serial_exams import (
    GUO_INDEX,
    SERIAL_QUANTITIES,
    SerialExam,
    SerialQuantity,
    common_views,
    contributions,
    serial_exam,
)
from shared_core.errors import UsageError
from tests.told import codes, texts
from validation.series_of_numbers import AREA, VIEWS, exam, series

PERCENT = next(quantity for quantity in SERIAL_QUANTITIES if quantity.key == "bac_percent_of_breast")


def decisions(growth: float, years: tuple[int, ...], count: int, seed: int) -> list[str]:
    random = np.random.default_rng(seed)
    return [
        change_over_time(series(random, growth=growth, years=years)).quantities[0].decision
        for _ in range(count)
    ]


@pytest.mark.parametrize("years", [(0, 1), (0, 2, 4), (0, 1, 2, 3, 4, 5)])
def test_series_without_change_seldom_raise_an_alarm(years: tuple[int, ...]) -> None:
    found = decisions(0.0, years, 1000, seed=1)
    assert sum(decision != "no measurable change" for decision in found) / len(found) <= 0.05


def test_ten_percent_a_year_are_found_within_five_years() -> None:
    found = decisions(0.10, (0, 1, 2, 3, 4, 5), 400, seed=2)
    assert sum(decision == "increase" for decision in found) / len(found) >= 0.90


def test_ten_percent_less_a_year_is_a_decrease() -> None:
    assert decisions(-0.2, (0, 1, 2, 3, 4, 5), 20, seed=3).count("decrease") >= 18


def test_error_of_the_series_is_the_error_that_was_put_in() -> None:
    random = np.random.default_rng(4)
    level, cv = np.array([10.0, 14.0, 7.0, 9.0]), 0.12
    found = [error_of_series(level * (1 + cv * random.normal(size=(3, 4)))) for _ in range(2000)]
    variances = [error.sd**2 for error in found if error is not None]
    assert len(variances) == 2000
    assert np.mean(variances) == pytest.approx(cv**2 * np.sum(level**2), rel=0.05)
    freedom = np.mean([error.degrees_of_freedom for error in found if error is not None])
    assert freedom == pytest.approx(2 * np.mean(variances) ** 2 / np.var(variances), rel=0.15)


def test_growth_that_all_views_share_is_no_error() -> None:
    share = np.array([3.0, 4.0, 5.0, 6.0])
    stray = np.random.default_rng(9).normal(0, 0.01, (3, 4))
    grown, still = (error_of_series(np.outer(level, share) + stray) for level in ([10, 15, 20], [10, 10, 10]))
    assert grown is not None
    assert still is not None
    assert grown.sd == pytest.approx(still.sd, rel=0.2)
    assert grown.sd < 0.05


@pytest.mark.parametrize(
    "table",
    [
        [[1.0, 2.0]],
        [[1.0], [2.0]],
        [[0.0, 0.0], [1.0, 2.0]],
        [[1.0, 0.0], [2.0, 0.0]],
        [[1.0, 1.0], [2.0, 2.0]],
    ],
)
def test_error_that_views_cannot_tell_is_not_guessed(table: list[list[float]]) -> None:
    assert error_of_series(np.array(table)) is None


def test_two_exams_give_the_repeatability_of_bland_and_altman() -> None:
    one, two = (
        {"LCC": 10.0, "LMLO": 8.0, "RCC": 6.0, "RMLO": 6.5},
        {"LCC": 11.0, "LMLO": 8.0, "RCC": 7, "RMLO": 6},
    )
    found = change_over_time([exam(0, one), exam(2, two)]).quantities[0]
    stats = pytest.importorskip("scipy.stats")
    assert found.error is not None
    t = stats.t.ppf(0.975, found.error.degrees_of_freedom)
    assert found.least_detectable_change == pytest.approx(t * math.sqrt(2) * found.error.sd)
    assert found.change == pytest.approx(found.values[1] - found.values[0])
    assert found.change_limits == pytest.approx(
        (found.change - found.least_detectable_change, found.change + found.least_detectable_change)
    )


def test_slope_is_that_of_scipy_and_its_limits_grow_with_scatter() -> None:
    stats = pytest.importorskip("scipy.stats")
    random = np.random.default_rng(5)
    found = change_over_time(series(random, growth=0.05, years=(0, 1, 3, 4), exam_cv=0.3)).quantities[0]
    fit = stats.linregress(found.years, found.values)
    assert found.slope_per_year == pytest.approx(fit.slope)
    assert found.intercept == pytest.approx(fit.intercept)
    assert found.slope_limits_per_year is not None
    assert found.error is not None
    assert "scatter round the line" in found.error.source
    half = (found.slope_limits_per_year[1] - found.slope_limits_per_year[0]) / 2
    assert half == pytest.approx(stats.t.ppf(0.975, found.error.degrees_of_freedom) * fit.stderr)


def test_missing_view_is_left_out_of_every_exam() -> None:
    full = dict.fromkeys(VIEWS, 10.0)
    without = {view: 10.0 for view in VIEWS if view != "RMLO"}
    found = change_over_time([exam(0, full), exam(1, without), exam(2, full)])
    assert found.quantities[0].views == ("LCC", "LMLO", "RCC")
    assert found.quantities[0].values == pytest.approx((20.0, 20.0, 20.0))
    assert codes(found.notices) == ["exam-views-missing"]
    assert "RMLO missing" in texts(found.notices)


def test_area_is_the_mean_of_a_breast_and_the_sum_of_both() -> None:
    areas = {"LCC": 10.0, "LMLO": 14.0, "RCC": 1.0, "RMLO": 3.0}
    assert contributions([exam(0, areas)], AREA, VIEWS).sum() == 12 + 2
    assert contributions([exam(0, areas)], AREA, ("LCC", "RCC", "RMLO")).sum() == 10 + 2
    assert contributions([exam(0, areas, key=GUO_INDEX.key)], GUO_INDEX, VIEWS).sum() == 28
    assert contributions([exam(0, areas, key=PERCENT.key)], PERCENT, VIEWS).sum() == 7
    assert common_views([exam(0, areas), exam(1, {"RCC": 1.0})], AREA) == ("RCC",)


@given(st.floats(0.01, 100), st.integers(0, 2**32 - 1))
def test_decision_does_not_depend_on_the_unit(scale: float, seed: int) -> None:
    exams = series(np.random.default_rng(seed), growth=0.1, years=(0, 2, 3))
    scaled = [
        SerialExam(one.key, one.date, {v: {AREA.key: scale * n[AREA.key]} for v, n in one.views.items()})
        for one in exams
    ]
    one, other = (change_over_time(them).quantities[0] for them in (exams, scaled))
    assert one.least_detectable_change is not None
    assert other.least_detectable_change == pytest.approx(scale * one.least_detectable_change, rel=1e-6)
    assert other.change == pytest.approx(scale * one.change, rel=1e-6, abs=1e-9 * scale)


def test_no_bac_at_all_is_no_change() -> None:
    found = change_over_time([exam(year, dict.fromkeys(VIEWS, 0.0)) for year in range(3)]).quantities[0]
    assert (found.decision, found.change, found.change_percent) == ("no measurable change", 0, None)


def test_new_bac_cannot_be_decided_from_two_exams_but_with_the_error_of_a_cohort() -> None:
    exams = [exam(0, dict.fromkeys(VIEWS, 0.0)), exam(2, dict.fromkeys(VIEWS, 30.0))]
    assert change_over_time(exams).quantities[0].decision == "cannot be decided"
    random = np.random.default_rng(6)
    error = pair_error([series(random, growth=0, years=(0,))[0] for _ in range(40)], AREA)
    assert error is not None
    found = change_over_time(exams, pair_errors={AREA.key: error}).quantities[0]
    assert found.decision == "increase"
    assert found.error is not None
    assert "80 CC/MLO pairs" in found.error.source


def test_error_of_a_cohort_is_the_spread_of_its_pairs() -> None:
    random = np.random.default_rng(7)
    exams = []
    for _ in range(500):
        values = {view: 20 * math.exp(random.normal(0, 0.1)) * (1.3 if "CC" in view else 1) for view in VIEWS}
        exams.append(exam(0, values))
    exams.append(exam(0, {"LCC": 0.0, "LMLO": 1.0}))
    error = pair_error(exams, AREA)
    assert error is not None
    assert (error.pairs, error.left_out, error.left_right_pairs) == (1000, 1, 1000)
    assert error.cv == pytest.approx(0.1, rel=0.08)
    assert error.left_right_cv == pytest.approx(0.1, rel=0.08)
    assert error.ratio == pytest.approx(1.3, rel=0.02)
    assert error_from_pairs(error, np.array([[3.0, 4.0]])).sd == pytest.approx(5 * error.cv)
    assert pair_error(exams[:0], AREA) is None


def test_pairs_are_of_one_breast_and_of_one_projection() -> None:
    exams = [exam(0, {"LCC": 1.0, "LMLO": 2.0, "RCC": 3.0}), exam(1, {"RCC": 4.0, "RMLO": 5.0})]
    assert projection_pairs(exams, AREA) == [(1, 2), (4, 5)]
    assert side_pairs(exams, AREA) == [(1, 3)]


def test_change_of_maker_is_said() -> None:
    values = dict.fromkeys(VIEWS, 5.0)
    found = change_over_time([exam(0, values, maker="GE"), exam(1, values, maker="Hologic")])
    assert codes(found.notices) == ["maker-changed"]
    assert "from GE (2010-03-01) to Hologic (2011-03-01)" in texts(found.notices)


def test_exams_come_in_any_order() -> None:
    exams = series(np.random.default_rng(8), growth=0.1, years=(0, 1, 2))
    assert change_over_time(exams[::-1]) == change_over_time(exams)


def test_what_cannot_be_compared_is_said() -> None:
    one = exam(0, {"LCC": 1.0})
    with pytest.raises(UsageError, match="two or more exams"):
        change_over_time([one])
    with pytest.raises(UsageError, match="one date"):
        change_over_time([one, one])
    with pytest.raises(UsageError, match="in common"):
        change_over_time([one, exam(1, {"RCC": 1.0})])
    two = [SerialExam("a", date(2020, 1, 1), {"LCC": {AREA.key: 1.0, "x": 2.0}}), exam(20, {"LCC": 2.0})]
    found = change_over_time(two, quantities=[AREA, SerialQuantity("x", "X", "", "sum of breasts")])
    assert found.notices[-1].text == "X is not followed: no view has it in every exam."


def test_exam_of_measured_views_has_their_numbers(
    make_header: Callable[..., object], make_measurement: Callable[..., object]
) -> None:
    views = [(make_header(label), make_measurement(100, spacing_mm=0.1)) for label in ("LCC", "RMLO")]
    found = serial_exam("key", date(2020, 1, 1), views)  # type: ignore[arg-type]
    assert set(found.views) == {"LCC", "RMLO"}
    assert found.views["LCC"]["bac_area_mm2"] == pytest.approx(1.0)
    assert found.views["LCC"][GUO_INDEX.key] == pytest.approx(0.01)
