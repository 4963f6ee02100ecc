"""CSBI's rule on counted vessels, and what a draft for the report says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, strategies as st

from shared_core.grades.csbi import VesselKinds, csbi_grade, exam_kinds
from shared_core.mammogram import MammogramHeader
from shared_core.quantification.exam import measure_exam
from shared_core.quantification.measurement import ViewMeasurement
from shared_core.wording.report_sentence import CLOSING, CSBI_GRADE_3, exam_sentence, view_sentence

Header = Callable[..., MammogramHeader]
Measure = Callable[..., ViewMeasurement]
KINDS = st.builds(VesselKinds, *(st.integers(0, 4) for _ in range(4)))


@pytest.mark.parametrize(
    ("kinds", "grade"),
    [
        (VesselKinds(), 0),
        (VesselKinds(punctate=1), 1),
        (VesselKinds(punctate=9), 1),
        (VesselKinds(coarse=1), 2),
        (VesselKinds(tram_track=2, punctate=5), 2),
        (VesselKinds(coarse=1, tram_track=2), 3),
        (VesselKinds(tram_track=7), 3),
        (VesselKinds(coarse=3, unknown=4), 3),
    ],
)
def test_grade_of_the_position_statement(kinds: VesselKinds, grade: int) -> None:
    estimate = csbi_grade(kinds, mask_style="vessel-band")
    assert (estimate.grade, estimate.reason) == (grade, None)


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (VesselKinds(unknown=1), "1 to 2"),
        (VesselKinds(coarse=2, unknown=1), "2 to 3"),
        (VesselKinds(punctate=1, unknown=3), "1 to 3"),
    ],
)
def test_no_grade_where_unknown_vessels_decide_it(kinds: VesselKinds, words: str) -> None:
    estimate = csbi_grade(kinds, mask_style="vessel-band")
    assert estimate.grade is None
    assert words in (estimate.reason or "")


def test_a_mask_of_the_calcium_gets_a_reason_instead_of_a_grade() -> None:
    estimate = csbi_grade(VesselKinds(coarse=3), mask_style="calcium")
    assert estimate.grade is None
    assert "vessel bands" in (estimate.reason or "")


@given(KINDS, KINDS, KINDS)
def test_views_of_a_breast_are_never_added_and_breasts_are(
    cc: VesselKinds, mlo: VesselKinds, right: VesselKinds
) -> None:
    left = exam_kinds({"L": [cc, mlo]})
    assert left in (cc, mlo)
    assert left == exam_kinds({"L": [mlo, cc]}) or left.total == exam_kinds({"L": [mlo, cc]}).total
    both = exam_kinds({"L": [cc, mlo], "R": [right]})
    assert both.total == left.total + right.total
    assert both.coarse + both.tram_track == max(cc.coarse + cc.tram_track, mlo.coarse + mlo.tram_track) + (
        right.coarse + right.tram_track
    )


def test_the_exam_counts_vessels_once_and_averages_their_length(
    make_header: Header, make_measurement: Measure
) -> None:
    one, none = make_measurement(1500, spacing_mm=0.3), make_measurement(0, spacing_mm=0.3)
    assert (one.vessels_count, none.vessels_count) == (1, 0)
    assert one.calcified_length_mm is not None
    exam = measure_exam(
        [
            (make_header("LCC"), one),
            (make_header("LMLO"), none),
            (make_header("RCC"), one),
            (make_header("RMLO"), one),
        ]
    )
    assert exam.vessels_count == 2
    assert exam.calcified_length_mm == pytest.approx(1.5 * one.calcified_length_mm)
    left, right = exam.breasts
    assert (left.vessels_count, right.vessels_count) == (1, 1)
    assert left.mean_calcified_length_mm == pytest.approx(one.calcified_length_mm / 2)
    # The drawn image has no contrast between band and tissue.
    assert (exam.csbi_grade, exam.vessel_kinds) == (None, VesselKinds(unknown=2))


def test_an_exam_without_bac_is_grade_0(make_header: Header, make_measurement: Measure) -> None:
    exam = measure_exam([(make_header("LCC"), make_measurement(0, spacing_mm=0.1))])
    assert (exam.csbi_grade, exam.vessels_count, exam.calcified_length_mm) == (0, 0, 0)
    assert "none marked" in exam_sentence(exam)


def test_one_view_of_the_wrong_style_leaves_the_exam_without_a_count(
    make_header: Header, make_measurement: Measure
) -> None:
    tight = make_measurement(100, spacing_mm=0.1, style="calcium")
    assert (tight.vessels_count, tight.calcified_length_px, tight.csbi_grade) == (None, None, None)
    exam = measure_exam([(make_header("LCC"), make_measurement(100)), (make_header("RCC"), tight)])
    assert (exam.vessels_count, exam.csbi_grade) == (None, None)
    assert exam.csbi_reason == tight.csbi_reason is not None


def test_every_draft_says_what_it_is(make_header: Header, make_measurement: Measure) -> None:
    views = [make_measurement(n, spacing_mm=s) for n in (0, 900) for s in (None, 0.1)]
    drafts = [view_sentence(view) for view in views]
    drafts += [exam_sentence(measure_exam([(make_header("LCC"), view)])) for view in views]
    for draft in drafts:
        assert "automated, unverified" in draft
        assert draft.endswith(CLOSING)
        assert "None" not in draft


def test_the_draft_has_the_numbers_and_the_script_of_grade_3(make_measurement: Measure) -> None:
    from dataclasses import replace

    view = replace(
        make_measurement(900, spacing_mm=0.1),
        csbi_grade=3,
        csbi_reason=None,
        vessels_count=4,
        calcified_length_mm=83.6,
        bac_area_mm2=105.83,
        bac_percent_of_breast=1.5,
    )
    draft = view_sentence(view, mass="mass 12.3 mg HA (95 % CI 10.1 to 14.9)")
    assert draft.startswith("Breast arterial calcification: grade 3 (CSBI, automated, unverified).")
    assert CSBI_GRADE_3 in draft
    assert "Vessels: 4. Calcified length 84 mm, area 105.8 mm² (1.50 % of breast), mass 12.3 mg HA" in draft
    assert CSBI_GRADE_3 not in view_sentence(replace(view, csbi_grade=2))
