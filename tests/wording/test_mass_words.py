"""The mass in the draft of a report: a number from a model is not taken for a calibrated one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from shared_core.mammogram import MammogramHeader
from shared_core.mass.mass_numbers import MassNumbers
from shared_core.quantification.exam import measure_exam
from shared_core.quantification.measurement import ViewMeasurement
from shared_core.wording.mass import exam_mass_words, view_mass_words


def test_the_mass_of_an_exam_says_that_it_is_not_calibrated(
    make_header: Callable[[str], MammogramHeader], make_measurement: Callable[..., ViewMeasurement]
) -> None:
    mass = MassNumbers(4.0, low_mg=3.0, high_mg=5.0, status="computed:uncalibrated")
    view = replace(make_measurement(9, spacing_mm=0.07), mass=mass)
    exam = measure_exam([(make_header("LCC"), view), (make_header("RCC"), view)])
    assert view_mass_words(view).endswith("4.0 mg hydroxyapatite (95 % interval 3.0 to 5.0, uncalibrated)")
    assert exam_mass_words(exam).endswith("8.0 mg hydroxyapatite (95 % interval 6.0 to 10.0, uncalibrated)")


def test_it_says_so_where_an_empty_view_leaves_it_without_an_interval(
    make_header: Callable[[str], MammogramHeader], make_measurement: Callable[..., ViewMeasurement]
) -> None:
    mass = MassNumbers(4.0, low_mg=3.0, high_mg=5.0, status="computed:uncalibrated")
    marked = replace(make_measurement(9, spacing_mm=0.07), mass=mass)
    empty = replace(
        make_measurement(0, spacing_mm=0.07), mass=MassNumbers(0.0, status="computed:uncalibrated")
    )
    exam = measure_exam([(make_header("LCC"), marked), (make_header("RCC"), empty)])
    assert exam_mass_words(exam) == "mass 4.0 mg hydroxyapatite (uncalibrated)"
