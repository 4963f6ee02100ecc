"""What the draft of a report says where nothing is marked, and beside what is marked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from shared_core.mammogram import MammogramHeader
from shared_core.quantification.exam import measure_exam
from shared_core.quantification.measurement import ViewMeasurement
from shared_core.wording.report_sentence import CLOSING, exam_sentence, sensitivity_words, view_sentence

KNOWN = {
    "model_name": "openbac-2",
    "sensitivity": {
        "clear": {"value": 0.88, "low": 0.8, "high": 0.945},
        "faint": {"value": 0.436, "low": 0.255, "high": 0.702},
        "judged_on": "52 crops of 13 patients",
    },
}


def test_none_marked_carries_what_the_model_finds(make_measurement: Callable[..., ViewMeasurement]) -> None:
    words = sensitivity_words(KNOWN)
    assert "88 % (80 % to 94 %)" in words
    assert "44 % (26 % to 70 %)" in words
    assert words in view_sentence(make_measurement(0), limits=words)
    assert words not in view_sentence(make_measurement(100), limits=words)
    for silent in ({**KNOWN, "sensitivity": None}, {**KNOWN, "edited_by_hand": True}, {}):
        assert sensitivity_words(silent) == ""


def test_an_undecided_place_and_other_calcifications_are_said(
    make_measurement: Callable[..., ViewMeasurement],
) -> None:
    unsure = replace(make_measurement(0), undecided="row 8, column 9, probability 0.03", other_count=2)
    sentence = view_sentence(unsure)
    assert "none marked" in sentence
    assert "row 8, column 9" in sentence
    assert "not along an artery: 2; have them read" in sentence
    assert "have them read" in view_sentence(replace(make_measurement(100), other_count=2))
    assert "have them read" not in view_sentence(replace(make_measurement(100), other_count=0))


def test_spots_are_marked_where_neither_their_share_nor_their_area_is_known(
    make_header: Callable[[str], MammogramHeader], make_measurement: Callable[..., ViewMeasurement]
) -> None:
    with_spacing, without = make_measurement(9, spacing_mm=0.07), make_measurement(9)
    exam = measure_exam([(make_header("LCC"), with_spacing), (make_header("LMLO"), without)])
    assert (exam.vessels_count, exam.bac_percent_of_breast) == (0, None)
    assert "none marked" not in exam_sentence(exam)
    assert "none marked" in exam_sentence(measure_exam([(make_header("LCC"), make_measurement(0))]))


def test_a_small_share_is_not_said_to_be_none(make_measurement: Callable[..., ViewMeasurement]) -> None:
    small = replace(make_measurement(9), bac_percent_of_breast=0.004)
    assert "(0.004 % of breast)" in view_sentence(small)


def test_an_exam_without_a_standard_view_is_no_diagnosis_either(
    make_header: Callable[[str], MammogramHeader], make_measurement: Callable[..., ViewMeasurement]
) -> None:
    assert exam_sentence(measure_exam([(make_header("LML"), make_measurement(9))])).endswith(CLOSING)
