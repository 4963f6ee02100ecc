"""Every number of a record has its code, and every code of our own is written down."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared_core.quantities.codes import PRIVATE_SCHEME, THRESHOLD
from shared_core.quantities.quantity import SCOPES, Concept, Scope
from shared_core.quantities.registry import QUANTITIES
from tests.dicom_objects.conftest import MeasuredExam
from tests.dicom_objects.results import result_of, with_mass

DOCUMENT = Path(__file__).parents[2] / "docs" / "dicom.md"
OWN = [
    concept
    for concept in (
        THRESHOLD,
        *(one.concept for one in QUANTITIES if one.concept is not None),
        *(value for one in QUANTITIES for value in (one.grades or {}).values()),
    )
    if concept.scheme == PRIVATE_SCHEME
]


def test_every_number_of_a_record_has_a_code(make_exam: Callable[..., MeasuredExam]) -> None:
    exam = with_mass(result_of(make_exam("fuji")))
    assert exam.record is not None
    records: dict[Scope, Any] = {
        "view": exam.views[0].record,
        "exam": exam.record,
        "breast": exam.record.breasts[0],
    }
    for scope, record in records.items():
        numbers = {key for key, value in record.numbers().items() if isinstance(value, (int, float))}
        assert numbers
        assert all(QUANTITIES.entry(scope, key).quantity.concept is not None for key in numbers)


@pytest.mark.parametrize("scope", SCOPES)
def test_no_two_have_one_code(scope: Scope) -> None:
    concepts = [one.quantity.concept for one in QUANTITIES.of(scope)]
    found = [concept.value for concept in concepts if concept is not None]
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("code", dict.fromkeys(OWN), ids=lambda code: code.value)
def test_a_code_of_our_own_fits_its_attributes_and_is_written_down(code: Concept) -> None:
    # VRs SH and LO (PS3.5 6.2).
    assert len(code.value) <= 16
    assert len(code.meaning) <= 64
    text = DOCUMENT.read_text(encoding="utf-8")
    assert f"| `{code.value}` | {code.meaning} |" in text


def test_grades_reach_from_0_to_3() -> None:
    assert all(sorted(one.grades) == [0, 1, 2, 3] for one in QUANTITIES if one.grades is not None)
