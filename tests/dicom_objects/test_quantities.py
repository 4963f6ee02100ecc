"""Every number of a record has its code, and every code of our own is written down."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom.sr.coding import Code

from shared_core.dicom_objects.codes import PRIVATE_SCHEME
from shared_core.dicom_objects.structured_reports import coded_quantities as quantities
from shared_core.dicom_objects.structured_reports.coded_quantities import (
    BREAST_GRADES,
    BREAST_QUANTITIES,
    EXAM_GRADES,
    EXAM_QUANTITIES,
    VIEW_GRADES,
    VIEW_QUANTITIES,
    Grade,
    Quantity,
)
from tests.dicom_objects.conftest import MeasuredExam
from tests.dicom_objects.results import result_of, with_mass

DOCUMENT = Path(quantities.__file__).parents[3] / "docs" / "dicom.md"
QUANTITIES = (*VIEW_QUANTITIES, *EXAM_QUANTITIES, *BREAST_QUANTITIES)
GRADES = (*VIEW_GRADES, *EXAM_GRADES, *BREAST_GRADES)
OWN = [
    code
    for code in (
        *(one.concept for one in (*QUANTITIES, *GRADES)),
        *(value for grade in GRADES for value in grade.values.values()),
    )
    if code.scheme_designator == PRIVATE_SCHEME
]


def test_every_number_of_a_record_has_a_code(make_exam: Callable[..., MeasuredExam]) -> None:
    exam = with_mass(result_of(make_exam("fuji")))
    assert exam.record is not None
    for record, coded, grades in (
        (exam.views[0].record["metrics"], VIEW_QUANTITIES, VIEW_GRADES),
        (exam.record, EXAM_QUANTITIES, EXAM_GRADES),
        (exam.record["breasts"][0], BREAST_QUANTITIES, BREAST_GRADES),
    ):
        numbers = {key for key, value in record.items() if isinstance(value, (int, float))}
        assert numbers <= {one.key for one in (*coded, *grades)}


@pytest.mark.parametrize(
    ("quantities_of", "grades"),
    [
        (VIEW_QUANTITIES, VIEW_GRADES),
        (EXAM_QUANTITIES, EXAM_GRADES),
        (BREAST_QUANTITIES, BREAST_GRADES),
    ],
)
def test_no_two_have_one_code(quantities_of: tuple[Quantity, ...], grades: tuple[Grade, ...]) -> None:
    found = [one.concept.value for one in (*quantities_of, *grades)]
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("code", dict.fromkeys(OWN), ids=lambda code: code.value)
def test_a_code_of_our_own_fits_its_attributes_and_is_written_down(code: Code) -> None:
    # VRs SH and LO (PS3.5 6.2).
    assert len(code.value) <= 16
    assert len(code.meaning) <= 64
    text = DOCUMENT.read_text(encoding="utf-8")
    assert f"| `{code.value}` | {code.meaning} |" in text


def test_grades_reach_from_0_to_3() -> None:
    assert all(sorted(grade.values) == [0, 1, 2, 3] for grade in GRADES)
