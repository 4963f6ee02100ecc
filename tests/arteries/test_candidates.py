"""Which parts of a mask count as arteries: each condition alone, on drawn bands."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from shared_core.arteries.candidates import Candidate, Decision, decide, describe
from shared_core.arteries.followed_parts import outlined_parts
from shared_core.weights.candidate_rule import CandidateRule
from tests.arteries.drawn_vessels import SPACING_MM, Curve, arc, drawn, pieces

SHAPE = (400, 600)
SPACING = (SPACING_MM, SPACING_MM)
VALID = np.ones(SHAPE, bool)
LONG = arc((200, 60), 0, 300, turn_degrees=25, width=12)
"""30 mm long and 1.2 mm wide."""
BLOT = Curve(np.array([[330.0, 480.0]]), 40)
"""A disc of 4 mm."""


def answer(*curves: Curve, probability: float = 0.8) -> np.ndarray:
    return drawn(*curves, shape=SHAPE).astype(np.float32) * np.float32(probability)


def decided(probability: np.ndarray, rule: CandidateRule | None, **options: object) -> Decision:
    asked = {"threshold": 0.5, "valid": VALID, "spacing_mm": SPACING, **options}
    return decide(probability, rule=rule, **asked)


def described(probability: np.ndarray, **options: object) -> tuple[Candidate, ...]:
    asked = {"valid": VALID, "spacing_mm": SPACING, **options}
    return describe(outlined_parts(probability > 0.5), probability, **asked)


def test_without_a_rule_the_threshold_decides() -> None:
    probability = answer(LONG, BLOT)
    found = decided(probability, None)
    np.testing.assert_array_equal(found.mask, probability > 0.5)
    assert (found.kept, found.refused) == (0, ())


@settings(max_examples=20)
@given(seed=st.integers(0, 1000), level=st.floats(0.2, 0.9))
def test_a_rule_of_zeros_keeps_every_part_down_to_a_pixel(seed: int, level: float) -> None:
    probability = np.random.default_rng(seed).random((40, 50)).astype(np.float32)
    found = decided(probability, CandidateRule(), threshold=level, valid=np.ones((40, 50), bool))
    np.testing.assert_array_equal(found.mask, probability > level)
    assert not found.refused


def test_a_drawn_band_measures_what_was_drawn() -> None:
    (candidate,) = described(answer(LONG))
    assert candidate.length_mm == pytest.approx(30, rel=0.03)
    assert candidate.width_mm == pytest.approx(1.2, rel=0.06)
    assert candidate.area_mm2 == pytest.approx(30 * 1.2 + np.pi * 0.6**2, rel=0.03)
    assert candidate.peak_probability == pytest.approx(0.8)
    # A bow of 25 degrees: (1 - cos(12.5 deg)) / (2 sin(12.5 deg)).
    assert candidate.bend == pytest.approx(0.0548, rel=0.15)


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (CandidateRule(least_length_mm=6), "short"),
        (CandidateRule(least_elongation=4), "stubby"),
        (CandidateRule(most_width_mm=2), "wide"),
    ],
)
def test_shape_tells_a_blot_from_an_artery(rule: CandidateRule, why: str) -> None:
    found = decided(answer(LONG, BLOT), rule)
    np.testing.assert_array_equal(found.mask, drawn(LONG, shape=SHAPE))
    assert (found.kept, found.refused) == (1, ((why, 1),))


def test_small_parts_are_left_out_by_area() -> None:
    found = decided(answer(LONG, BLOT), CandidateRule(least_area_mm2=20))
    np.testing.assert_array_equal(found.mask, drawn(LONG, shape=SHAPE))
    assert found.refused == (("small", 1),)


def test_hysteresis_follows_from_a_certain_pixel_as_far_as_it_is_likely() -> None:
    faint = arc((60, 60), 0, 300, width=12)
    probability = np.maximum(answer(LONG, probability=0.4), answer(faint, probability=0.4))
    probability[200, 100] = 0.95
    found = decided(probability, CandidateRule(seed_probability=0.9), threshold=0.3)
    np.testing.assert_array_equal(found.mask, drawn(LONG, shape=SHAPE))
    assert found.refused == (("weak", 1),)


def test_a_low_mean_is_weak() -> None:
    probability = np.maximum(answer(LONG, probability=0.9), answer(BLOT, probability=0.6))
    found = decided(probability, CandidateRule(least_mean_probability=0.7))
    np.testing.assert_array_equal(found.mask, drawn(LONG, shape=SHAPE))


def test_pieces_in_line_support_each_other_and_a_lone_piece_does_not() -> None:
    dashes = pieces(LONG, [50, 40, 50, 40, 50])
    alone = arc((60, 60), 90, 40, width=12)
    probability = answer(*dashes, alone)
    apart = decided(probability, CandidateRule(least_length_mm=12))
    assert not apart.mask.any()
    joined = decided(probability, CandidateRule(least_length_mm=12, gap_mm=6))
    np.testing.assert_array_equal(joined.mask, drawn(*dashes, shape=SHAPE))
    assert (joined.kept, joined.refused) == (3, (("short", 1),))


def test_what_runs_along_the_border_goes_and_what_crosses_it_stays() -> None:
    valid = VALID.copy()
    valid[:, :100] = False
    along = arc((40, 108), 90, 250, width=8)
    across = arc((330, 104), 0, 250, width=8)
    rule = CandidateRule(least_border_distance_mm=1.5)
    found = decided(answer(along, across), rule, valid=valid)
    np.testing.assert_array_equal(found.mask, drawn(across, shape=SHAPE))
    assert found.refused == (("border", 1),)
    # The edge of the image is a border too.
    edge = arc((50, 5), 90, 250, width=8)
    assert not decided(answer(edge), rule).mask.any()


def test_metal_is_straight_and_even_and_saturated_all_at_once() -> None:
    wire = arc((100, 60), 20, 300, width=8)
    rule = CandidateRule(wire_length_mm=15)
    dark, white = np.full(SHAPE, 180, np.uint8), np.full(SHAPE, 255, np.uint8)
    assert decided(answer(wire), rule, display_u8=white).refused == (("wire", 1),)
    assert decided(answer(wire), rule, display_u8=dark).mask.any()
    assert decided(answer(wire), rule).mask.any()
    assert decided(answer(LONG), rule, display_u8=white).mask.any()
    uneven = answer(wire, *(Curve(wire.points[k : k + 40], 18) for k in range(150, 1000, 250)))
    assert decided(uneven, rule, display_u8=white).mask.any()


def test_rules_are_in_mm_whatever_the_pixels() -> None:
    probability = answer(LONG)
    rule = CandidateRule(least_length_mm=25)
    assert decided(probability, rule).mask.any()
    assert not decided(probability, rule, spacing_mm=(0.05, 0.05)).mask.any()


@settings(max_examples=15)
@given(seed=st.integers(0, 100), data=st.data())
def test_a_stricter_rule_never_keeps_more(seed: int, data: st.DataObject) -> None:
    random = np.random.default_rng(seed)
    curves = [
        arc(tuple(random.uniform(60, 340, 2)), random.uniform(0, 360), random.uniform(10, 200), width=8)
        for _ in range(5)
    ]
    probability = answer(*curves, probability=float(random.uniform(0.55, 0.99)))
    strict = {
        "seed_probability": 0.9,
        "least_mean_probability": 0.7,
        "least_area_mm2": 5.0,
        "least_length_mm": 8.0,
        "least_elongation": 5.0,
        "least_border_distance_mm": 3.0,
    }
    names = data.draw(st.lists(st.sampled_from(sorted(strict)), unique=True))
    rule = CandidateRule(**{name: strict[name] for name in names})
    before = decided(probability, rule)
    more = data.draw(st.sampled_from(sorted(strict)))
    after = decided(probability, replace(rule, **{more: strict[more]}))
    assert not (after.mask & ~before.mask).any()
    assert not (before.mask & ~(probability > 0.5)).any()


def test_every_number_of_a_rule_is_explained_with_the_methods() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "methods.md").read_text(encoding="utf-8")
    assert {field.name for field in fields(CandidateRule) if f"`{field.name}`" not in text} == set()
