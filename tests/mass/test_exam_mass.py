"""From views to the exam: means within a breast, a sum over breasts, and the rule for missing views."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared_core.mass.exam_mass import breast_mass, exam_mass
from shared_core.mass.mass_numbers import MassNumbers


def views(masses: dict[str, float | None]) -> dict[str, MassNumbers]:
    return {
        label: MassNumbers() if mass is None else MassNumbers(ha_mg=mass, low_mg=mass - 2, high_mg=mass + 2)
        for label, mass in masses.items()
    }


FULL: dict[str, float | None] = {"LCC": 10.0, "LMLO": 14.0, "RCC": 3.0, "RMLO": 5.0}


@pytest.mark.parametrize(
    ("without", "mass", "words"),
    [
        ((), 16.0, ""),
        (("LMLO",), 14.0, "Without LMLO, LCC stands for breast L."),
        (("LCC", "RMLO"), 17.0, "Without RMLO, RCC stands for breast R."),
        (("RCC", "RMLO"), None, "No view of breast R has a mass."),
        (tuple(FULL), None, "No view of breast L has a mass."),
    ],
)
def test_missing_views(without: tuple[str, ...], mass: float | None, words: str) -> None:
    absent = exam_mass(views({label: value for label, value in FULL.items() if label not in without}))
    no_number = exam_mass(views({**FULL, **dict.fromkeys(without)}))
    assert absent == no_number
    assert absent.ha_mg == mass
    assert words in (absent.reason or "")


def test_two_views_of_a_breast_are_never_added() -> None:
    left = breast_mass("L", views(FULL))
    assert (left.ha_mg, left.low_mg, left.high_mg) == (12.0, 10.0, 14.0)


def test_intervals_of_the_breasts_add_up() -> None:
    whole = exam_mass(views(FULL))
    assert (whole.low_mg, whole.high_mg, whole.stratum) == (12.0, 20.0, "0-20")
    assert whole.ca_mg == pytest.approx(16 * 0.399, rel=1e-3)


def test_a_breast_without_an_interval_leaves_the_exam_without_one() -> None:
    measured = views({"LCC": 10, "LMLO": 10, "RMLO": 0.5}) | {"RCC": MassNumbers(ha_mg=0.0)}
    whole = exam_mass(measured)
    assert whole.ha_mg == pytest.approx(10.25)
    assert whole.low_mg is None


def test_other_views_do_not_count() -> None:
    assert exam_mass(views({**FULL, "LML": 100.0})).ha_mg == 16


def test_an_exam_is_calibrated_only_where_every_view_is() -> None:
    calibrated = {label: replace(mass, status="computed:calibrated") for label, mass in views(FULL).items()}
    one_not = calibrated | {"RCC": replace(calibrated["RCC"], status="computed:uncalibrated")}
    assert exam_mass(calibrated).status == "computed:calibrated"
    assert exam_mass(one_not).status == "computed:uncalibrated"
