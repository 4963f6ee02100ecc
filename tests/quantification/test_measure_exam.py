"""Breasts and exams: sums where the papers sum, means where anatomy forbids a sum."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest

from shared_core.mammogram import MammogramHeader, ViewModifier
from shared_core.quantification.exam import measure_exam
from shared_core.quantification.measurement import MeasurementSettings, ViewMeasurement
from tests.told import codes, texts

Header = Callable[..., MammogramHeader]
Measure = Callable[..., ViewMeasurement]
LABELS = ("LCC", "LMLO", "RCC", "RMLO")


def test_a_complete_exam(make_header: Header, make_measurement: Measure) -> None:
    counts = {"LCC": (100, 10_000), "LMLO": (60, 6_000), "RCC": (0, 8_000), "RMLO": (40, 8_000)}
    views = [(make_header(k), make_measurement(*v, spacing_mm=0.1)) for k, v in counts.items()]
    exam = measure_exam(views)
    assert exam.guo_index == exam.guo_index_available_views == pytest.approx(0.01 + 0.01 + 0 + 0.005)
    assert exam.views_used == LABELS
    assert exam.missing_views == ()
    assert exam.bac_percent_of_breast == 100 * 200 / 32_000
    assert (exam.area_grade, exam.area_grade_name) == (1, "mild")
    left, right = exam.breasts
    assert (left.laterality, left.views) == ("L", ("LCC", "LMLO"))
    assert left.mean_bac_area_mm2 == pytest.approx((1.0 + 0.6) / 2)
    assert left.mean_bac_percent_of_breast == 1.0
    assert (left.max_area_grade, right.max_area_grade) == (1, 1)
    assert right.mean_bac_percent_of_breast == 0.25
    assert exam.notices == ()


def test_a_missing_view_leaves_no_index_but_says_what_is_there(
    make_header: Header, make_measurement: Measure
) -> None:
    exam = measure_exam(
        [(make_header("LCC"), make_measurement(100)), (make_header("RCC"), make_measurement(50))]
    )
    assert exam.guo_index is None
    assert exam.guo_index_available_views == 0.015
    assert exam.missing_views == ("LMLO", "RMLO")
    assert [breast.views for breast in exam.breasts] == [("LCC",), ("RCC",)]


def test_a_magnified_view_changes_no_number(make_header: Header, make_measurement: Measure) -> None:
    views = [(make_header(label), make_measurement(100)) for label in LABELS]
    magnified = make_header("LCC", name="mag.dcm", modifiers=(ViewModifier.MAGNIFICATION,))
    plain, more = measure_exam(views), measure_exam([*views, (magnified, make_measurement(5000))])
    assert (more.guo_index, more.bac_percent_of_breast) == (plain.guo_index, plain.bac_percent_of_breast)
    assert texts(more.notices[:1]) == "mag.dcm is not counted in the exam: LCC with magnification."


def test_a_repeat_is_counted_once(make_header: Header, make_measurement: Measure) -> None:
    views = [(make_header(label, time="1"), make_measurement(100)) for label in LABELS]
    repeat = (make_header("LCC", name="repeat.dcm", time="2"), make_measurement(300))
    exam = measure_exam([repeat, *views])
    assert exam.guo_index == pytest.approx(0.03 + 3 * 0.01)
    assert "repeat.dcm is used" in texts(exam.notices)


def test_the_order_of_the_views_changes_nothing(make_header: Header, make_measurement: Measure) -> None:
    spacings = {"LCC": 0.07, "LMLO": 0.07, "RCC": 0.094, "RMLO": 0.1}
    views = [(make_header(k), make_measurement(37, 9_001, spacing_mm=v)) for k, v in spacings.items()]
    assert len({repr(measure_exam(order)) for order in itertools.permutations(views)}) == 1


def test_views_of_different_pixel_size_are_weighed_by_area(
    make_header: Header, make_measurement: Measure
) -> None:
    fine = (make_header("LCC"), make_measurement(100, 10_000, spacing_mm=0.1))
    coarse = (make_header("RCC"), make_measurement(300, 10_000, spacing_mm=0.2))
    exam = measure_exam([fine, coarse])
    assert exam.bac_percent_of_breast == pytest.approx(100 * (100 + 4 * 300) / (10_000 + 4 * 10_000))


def test_known_and_unknown_spacing_do_not_mix(make_header: Header, make_measurement: Measure) -> None:
    known = (make_header("LCC"), make_measurement(100, spacing_mm=0.1))
    exam = measure_exam([known, (make_header("RCC"), make_measurement(100))])
    assert exam.bac_percent_of_breast is exam.area_grade is None
    assert codes(exam.notices) == ["exam-spacing-incomplete"]
    assert "LCC only" in texts(exam.notices)
    assert exam.breasts[1].mean_bac_area_mm2 is None


def test_without_any_spacing_pixels_are_taken_as_equal_and_said_so(
    make_header: Header, make_measurement: Measure
) -> None:
    exam = measure_exam([(make_header(label), make_measurement(100)) for label in LABELS])
    assert exam.bac_percent_of_breast == 1.0
    assert codes(exam.notices) == ["exam-spacing-assumed"]


def test_the_released_codes_grade_is_of_all_whole_images(
    make_header: Header, make_measurement: Measure
) -> None:
    settings = MeasurementSettings(grade_profile="ibrahim-code")
    views = [(make_header(label), make_measurement(25, 1_000, settings=settings)) for label in LABELS]
    exam = measure_exam(views)
    assert exam.bac_percent_of_breast == 2.5
    assert (exam.area_grade, exam.area_grade_percent, exam.grade_profile) == (0, 0.25, "ibrahim-code")


def test_one_mask_of_another_style_leaves_the_exam_without_grade(
    make_header: Header, make_measurement: Measure
) -> None:
    views = [(make_header(label), make_measurement(100)) for label in LABELS[:3]]
    exam = measure_exam([*views, (make_header("RMLO"), make_measurement(100, style="calcium"))])
    assert exam.area_grade is exam.area_grade_name is None
    assert exam.bac_percent_of_breast == 1.0


def test_views_measured_differently_are_refused(make_header: Header, make_measurement: Measure) -> None:
    other = make_measurement(1, settings=MeasurementSettings(intensity_threshold=50))
    with pytest.raises(ValueError, match="same settings"):
        measure_exam([(make_header("LCC"), make_measurement(1)), (make_header("RCC"), other)])


@pytest.mark.parametrize("labels", [(), ("LML",), ("L",)])
def test_an_exam_without_standard_views_has_no_numbers(
    make_header: Header, make_measurement: Measure, labels: tuple[str, ...]
) -> None:
    exam = measure_exam([(make_header(label), make_measurement(100)) for label in labels])
    assert exam.guo_index is exam.guo_index_available_views is exam.bac_percent_of_breast is None
    assert exam.breasts == exam.views_used == ()
    assert exam.missing_views == LABELS
    assert codes(exam.notices) == ["image-not-counted"] * len(labels)


def test_calcifications_that_are_not_along_an_artery_are_not_added_up_over_views(
    make_header: Header, make_measurement: Measure
) -> None:
    found = {"LCC": (3, 0.2), "LMLO": (5, 0.6), "RCC": (0, 0.1), "RMLO": (1, 0.05)}
    views = [
        (make_header(label), replace(make_measurement(100), other_count=count, bac_probability=likely))
        for label, (count, likely) in found.items()
    ]
    exam = measure_exam(views)
    assert exam.other_count == 5 + 1
    assert exam.bac_probability == 0.6
    (told,) = (notice for notice in exam.notices if notice.code == "other-calcifications")
    assert "LCC 3, LMLO 5, RMLO 1" in told.text
    # Of one view nothing tells it: then nothing tells it of the exam.
    unknown = measure_exam([*views[:3], (views[3][0], make_measurement(100))])
    assert unknown.other_count is None
    assert unknown.bac_probability is None


def test_an_undecided_view_counts_where_no_view_has_a_mark(
    make_header: Header, make_measurement: Measure
) -> None:
    unsure = replace(make_measurement(0), undecided="row 8, column 9, probability 0.03")
    alone = measure_exam([(make_header("LCC"), unsure), (make_header("RCC"), make_measurement(0))])
    assert alone.undecided == "LCC row 8, column 9, probability 0.03"
    marked = measure_exam([(make_header("LCC"), unsure), (make_header("RCC"), make_measurement(100))])
    assert marked.undecided is None
