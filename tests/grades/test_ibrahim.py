"""The area grade at and around every cut-off of both profiles."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from shared_core.grades.ibrahim import area_grade, percent

PAPER = [(0.0, 0), (0.1999, 0), (0.2, 1), (0.25, 1), (1.0, 1), (2.5, 2), (100.0, 3)]
CODE = [(0.0, 0), (0.2, 0), (0.25, 0), (1.0, 1), (2.5, 2), (100.0, 3)]


@pytest.mark.parametrize(
    ("profile", "value", "grade"),
    [("ibrahim-paper", *case) for case in PAPER] + [("ibrahim-code", *case) for case in CODE],
)
def test_grade_at_the_cut_offs(profile: str, value: float, grade: int) -> None:
    found = area_grade(value, profile=profile, mask_style="vessel-band")  # type: ignore[arg-type]
    assert found is not None
    assert found.grade == grade
    assert found.name == ("absence", "mild", "moderate", "severe")[grade]


@pytest.mark.parametrize("profile", ["ibrahim-paper", "ibrahim-code"])
@pytest.mark.parametrize(("cut_off", "above"), [(1.0, 2), (2.5, 3)])
def test_just_above_a_cut_off_is_the_next_grade(profile: str, cut_off: float, above: int) -> None:
    found = area_grade(math.nextafter(cut_off, 9), profile=profile, mask_style="vessel-band")  # type: ignore[arg-type]
    assert found is not None
    assert found.grade == above


@pytest.mark.parametrize("scale", [1, 3, 7, 977, 13_631])
def test_counts_exactly_at_a_cut_off_are_not_moved_by_rounding(scale: int) -> None:
    assert percent(2 * scale, 1000 * scale) == 0.2
    assert percent(25 * scale, 1000 * scale) == 2.5


def test_a_mask_of_calcium_alone_has_no_grade() -> None:
    assert area_grade(3.0, profile="ibrahim-paper", mask_style="calcium") is None


def test_an_unknown_percentage_has_no_grade() -> None:
    assert percent(5, 0) is None
    assert area_grade(None, profile="ibrahim-paper", mask_style="vessel-band") is None


@given(st.floats(0, 100), st.floats(0, 100), st.sampled_from(["ibrahim-paper", "ibrahim-code"]))
def test_more_area_is_never_a_lower_grade(one: float, other: float, profile: str) -> None:
    low, high = sorted((one, other))
    grades = [area_grade(value, profile=profile, mask_style="vessel-band") for value in (low, high)]  # type: ignore[arg-type]
    assert grades[0] is not None
    assert grades[1] is not None
    assert grades[0].grade <= grades[1].grade
