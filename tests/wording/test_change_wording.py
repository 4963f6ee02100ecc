"""What change over time says in words."""

from __future__ import annotations

import pytest

from shared_core.change.change_over_time import QuantityChange, change_over_time
from shared_core.wording.change import change_sentence, change_words, decision_words
from validation.series_of_numbers import AREA, exam


def followed(*areas: tuple[float, float, float, float]) -> QuantityChange:
    views = ("LCC", "LMLO", "RCC", "RMLO")
    exams = [exam(2.0 * n, dict(zip(views, values, strict=True))) for n, values in enumerate(areas)]
    return change_over_time(exams, quantities=[AREA]).quantities[0]


@pytest.mark.parametrize(
    ("areas", "decision", "words"),
    [
        (((50, 52, 40, 41), (75, 80, 61, 60), (101, 99, 80, 84)), "Increase", "from "),
        (((101, 99, 80, 84), (75, 80, 61, 60), (50, 52, 40, 41)), "Decrease", "from "),
        (((50, 60, 40, 35), (52, 55, 38, 41)), "No measurable change", "not more than measuring again"),
        (((0, 0, 0, 0), (0, 0, 0, 0)), "No measurable change", "No BAC was marked in any"),
        (((0, 0, 0, 0), (9, 0, 0, 0)), "Cannot be decided", "this may be nothing"),
    ],
)
def test_decision_comes_with_its_reason(
    areas: tuple[tuple[float, float, float, float], ...], decision: str, words: str
) -> None:
    one = followed(*areas)
    assert decision_words(one) == decision
    assert words in change_words(one)
    assert change_sentence(one) == f"{decision_words(one)}: {change_words(one)}"


def test_limits_are_those_of_the_engine_with_sign_and_unit() -> None:
    one = followed((50, 52, 40, 41), (75, 80, 61, 60), (101, 99, 80, 84))
    assert one.change_limits is not None
    low, high = one.change_limits
    said = change_words(one)
    assert f"{one.change:+.3g} mm² in 4.0 years (95 % limits {low:+.3g} to {high:+.3g} mm²" in said
    assert f"from {one.least_detectable_change:.3g} mm² on" in said
