"""Which image stands for a standard view, and what is said of the others."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from shared_core.mammogram import MammogramHeader, PresentationIntent, ViewModifier
from shared_core.quantification.standard_views import choose_standard_views
from tests.told import codes, texts

Make = Callable[..., MammogramHeader]


def chosen(headers: list[MammogramHeader]) -> dict[str, str]:
    return {label: headers[position].name for label, position in choose_standard_views(headers).positions}


def test_a_plain_exam_is_taken_whole_and_in_fixed_order(make_header: Make) -> None:
    headers = [make_header(label) for label in ("RMLO", "LCC", "RCC", "LMLO")]
    choice = choose_standard_views(headers)
    assert choice.positions == (("LCC", 1), ("LMLO", 3), ("RCC", 2), ("RMLO", 0))
    assert choice.notices == ()


@pytest.mark.parametrize(
    "modifier", ["magnification", "spot compression", "tangential", "rolled", "cleavage", "axillary tail"]
)
def test_views_of_a_part_of_the_breast_are_left_out(make_header: Make, modifier: str) -> None:
    spot = make_header("LCC", name="spot.dcm", modifiers=(ViewModifier(modifier),))
    choice = choose_standard_views([spot])
    assert choice.positions == ()
    assert texts(choice.notices) == f"spot.dcm is not counted in the exam: LCC with {modifier}."


@pytest.mark.parametrize("label", ["LML", "RXCCL", "L", "?CC"])
def test_other_projections_and_unknown_views_are_named(make_header: Make, label: str) -> None:
    choice = choose_standard_views([make_header(label, name="other.dcm")])
    assert choice.positions == ()
    assert codes(choice.notices) == ["image-not-counted"]
    assert "other.dcm" in texts(choice.notices)


def in_every_order(headers: list[MammogramHeader]) -> set[str]:
    return {chosen(list(order))["LCC"] for order in itertools.permutations(headers)}


def test_of_a_repeat_the_last_acquired_is_used(make_header: Make) -> None:
    early = make_header("LCC", name="early.dcm", time="101500", number=9)
    late = make_header("LCC", name="late.dcm", time="101733.5", number=2)
    assert in_every_order([early, late]) == {"late.dcm"}
    notices = choose_standard_views([early, late]).notices
    assert codes(notices) == ["view-chosen"]
    assert "late.dcm is used (the last acquired), early.dcm is not" in texts(notices)


def test_without_times_the_instance_number_decides(make_header: Make) -> None:
    repeats = [make_header("LCC", name=f"{number}.dcm", number=number) for number in (2, 10, 1)]
    assert in_every_order(repeats) == {"10.dcm"}


def test_with_nothing_to_tell_them_apart_the_order_does_not_matter(make_header: Make) -> None:
    assert in_every_order([make_header("LCC", name="a.png"), make_header("LCC", name="b.png")]) == {"b.png"}


def test_plain_presentation_images_go_before_raw_and_synthetic_ones(make_header: Make) -> None:
    plain = make_header("LCC", name="plain.dcm", time="1")
    synthetic = make_header("LCC", name="synthetic.dcm", time="2", synthetic=True)
    raw = make_header("LCC", name="raw.dcm", time="3", intent=PresentationIntent.PROCESSING)
    assert in_every_order([plain, synthetic, raw]) == {"plain.dcm"}
    assert in_every_order([synthetic, raw]) == {"synthetic.dcm"}
    told = texts(choose_standard_views([plain, synthetic, raw]).notices)
    assert "(not synthetic), synthetic.dcm is not" in told
    assert "(processed for presentation), raw.dcm is not" in told


def test_a_lone_synthetic_image_is_used(make_header: Make) -> None:
    assert in_every_order([make_header("LCC", name="c-view.dcm", synthetic=True)]) == {"c-view.dcm"}


def test_of_an_implanted_breast_the_displaced_view_is_used(make_header: Make) -> None:
    displaced = make_header("LCC", name="id.dcm", time="1", modifiers=(ViewModifier.IMPLANT_DISPLACED,))
    assert in_every_order([displaced, make_header("LCC", name="full.dcm", time="2")]) == {"id.dcm"}


def test_a_partial_view_is_used_with_a_notice(make_header: Make) -> None:
    choice = choose_standard_views([make_header("RCC", name="half.dcm", partial=True)])
    assert codes(choice.notices) == ["partial-view"]
