"""One view, scored: counts that can be told by hand."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from shared_core.preprocessing.prepare import prepare
from shared_core.reading.reader import mammogram_from_array
from shared_core.records.canonical_json import json_bytes
from shared_core.training.data.grid import training_view
from shared_core.training.evaluation.probability_counts import LOGITS, count_probabilities
from shared_core.training.evaluation.row import (
    SWEEP,
    prepared_view,
    row_document,
    row_from_document,
    score_view,
)
from shared_core.training.example import Identity
from shared_core.weights.candidate_rule import CandidateRule
from shared_core.weights.registry import load_card
from tests.training.data.small import breast_picture
from tests.training.evaluation.drawn import CARD, NOTHING, answer, band, row, view

ARTERY = band(300, 50, 350)


def test_half_of_an_artery_is_half_of_its_pixels_and_a_little_more_of_its_length() -> None:
    scored = row(ARTERY, (band(300, 50, 200), 0.9))
    point = scored.at_card
    assert (point.true_positive_px, point.false_positive_px, point.false_negative_px) == (3000, 0, 3000)
    assert point.overlap.dice == pytest.approx(2 / 3)
    assert scored.line_px == pytest.approx(300, abs=6)
    # The tolerance of 12 px reaches beyond the end of the mark.
    assert point.line_found_px == pytest.approx(150 + 12, abs=4)
    assert (point.parts, point.false_parts, point.stray_px) == (1, 0, 0)


def test_a_mark_beside_the_artery_finds_it_within_the_tolerance_only() -> None:
    near = row(ARTERY, (band(312, 50, 350, width=4), 0.9))
    far = row(ARTERY, (band(316, 50, 350, width=4), 0.9))
    assert near.at_card.line_found_px > 0
    assert far.at_card.line_found_px == 0
    assert near.at_card.true_positive_px == far.at_card.true_positive_px == 0


def test_a_part_far_from_the_label_is_false_and_its_area_strays() -> None:
    scored = row(ARTERY, (ARTERY, 0.9), (band(100, 100, 200), 0.8))
    point = scored.at_card
    assert (point.parts, point.false_parts, point.stray_px) == (2, 1, 2000)
    assert point.overlap.precision == pytest.approx(6000 / 8000)


def test_a_view_without_bac_has_false_area_only() -> None:
    scored = row(NOTHING, (band(100, 100, 200), 0.8))
    assert scored.kind == "none"
    assert (scored.at_card.marked_px, scored.at_card.false_parts, scored.line_px) == (2000, 1, 0)
    assert scored.area_mm2(2000) == pytest.approx(2000 * 0.07**2)


def test_metal_is_told_by_the_picture_as_it_is_shown() -> None:
    card = replace(CARD, candidates=CandidateRule(wire_length_mm=15))
    filtered = view(ARTERY)
    for level, marked in ((255, False), (90, True)):
        shown = replace(filtered, display_u8=np.full_like(filtered.image_u8, level))
        assert score_view(0, shown, answer((ARTERY, 0.9)), card)[1].any() == marked


def test_what_is_left_open_is_neither_found_nor_false() -> None:
    faint = band(300, 200, 350)
    scored = row(ARTERY, (ARTERY, 0.9), ignore=faint)
    assert scored.label_px == 3000
    assert (scored.at_card.true_positive_px, scored.at_card.false_positive_px) == (3000, 0)
    everything_open = row(faint, (faint, 0.9), ignore=faint)
    assert everything_open.kind == "open"
    assert everything_open.at_card.marked_px == 0


def test_every_threshold_of_the_sweep_is_counted() -> None:
    scored = row(ARTERY, (band(300, 50, 150), 0.96), (band(300, 150, 350), 0.55))
    found = {point.threshold: point.true_positive_px for point in scored.sweep}
    assert tuple(found) == SWEEP
    assert {found[t] for t in (0.05, 0.5)} == {6000}
    assert {found[t] for t in (0.6, 0.95)} == {2000}
    assert found[0.97] == 0


def test_the_rule_of_the_card_is_applied_at_every_threshold() -> None:
    blot = band(100, 100, 140, width=40)
    card = replace(CARD, candidates=CandidateRule(least_elongation=4))
    scored = row(ARTERY, (ARTERY, 0.9), (blot, 0.9), card=card)
    assert {point.false_parts for point in scored.sweep if point.threshold < 0.9} == {0}
    assert scored.at_card.true_positive_px == 6000
    assert row(ARTERY, (ARTERY, 0.9), (blot, 0.9)).at_card.false_parts == 1


def test_patches_know_label_mark_and_peak() -> None:
    label = np.zeros((1000, 700), bool)
    label[100:120, 100:400] = True
    shown = view(label)
    probability = np.where(label, np.float32(0.9), np.float32(0.1))
    probability[900:910, 600:690] = 0.7
    scored, _ = score_view(0, shown, probability, CARD)
    patches = [(patch.label_px > 0, patch.marked_px > 0, round(patch.peak, 2)) for patch in scored.patches]
    # 2 x 2 patches: rows from 0, 448, 488 and columns from 0, 188.
    assert len(patches) == 6
    assert patches[0] == (True, True, 0.9)
    assert patches[-1] == (False, True, 0.7)


@settings(max_examples=30)
@given(seed=st.integers(0, 10_000))
def test_probability_counts_keep_every_pixel_within_a_step_of_its_logit(seed: int) -> None:
    random = np.random.default_rng(seed)
    logits = random.normal(0, 4, (30, 40))
    probability = (1 / (1 + np.exp(-logits))).astype(np.float32)
    label, counted = random.random((30, 40)) < 0.3, random.random((30, 40)) < 0.8
    counts = count_probabilities(probability, label, counted=counted)
    assert counts.bac.sum() == (label & counted).sum()
    assert counts.all.sum() == counted.sum()
    binned = float(counts.all @ LOGITS) / counted.sum()
    assert binned == pytest.approx(float(np.clip(logits, -8.05, 12.05)[counted].mean()), abs=0.05)


def test_a_row_survives_the_way_through_json() -> None:
    scored = row(ARTERY, (ARTERY, 0.9), tags=(("density", "b"), ("severity", "mild")))
    back = row_from_document(json.loads(json_bytes(row_document(scored))))
    assert row_document(back) == row_document(scored)
    assert back.tags == {"density": "b", "severity": "mild", "origin": "simulated"}
    assert back.at_card == scored.at_card


def test_engine_sees_the_view_as_it_is() -> None:
    shown = view(ARTERY)
    prepared = prepared_view(shown, CARD)
    np.testing.assert_array_equal(prepared.image_u8, shown.image_u8)
    np.testing.assert_array_equal(prepared.valid_mask, shown.valid)
    assert prepared.spacing is not None
    assert prepared.spacing.row_mm == 0.07
    assert prepared_view(view(ARTERY, spacing_mm=None), CARD).spacing is None


def test_a_view_that_was_filtered_for_another_model_is_filtered_for_this_one() -> None:
    mammogram = mammogram_from_array(breast_picture(), spacing_mm=0.28, name="drawn")
    cards = [
        replace(load_card(name), input_spacing_mm=0.28, resample="never")
        for name in ("openbac-1", "openbac-2")
    ]
    own = []
    for card in cards:
        seen = prepare(mammogram, card.preprocessing)
        label = np.zeros(seen.image_u8.shape, bool)
        own.append(training_view(seen, label, identity=Identity("P1", "V1", "simulated"), card=card))
    assert (own[0].image_u8 != own[1].image_u8).any()
    for shown in own:
        for card, wanted in zip(cards, own, strict=True):
            np.testing.assert_array_equal(prepared_view(shown, card).image_u8, wanted.image_u8)


def test_an_artery_is_found_where_half_of_its_length_is() -> None:
    two = ARTERY | band(100, 50, 350)
    scored = row(two, (band(300, 50, 240), 0.9), (band(100, 50, 150), 0.9))
    assert (scored.arteries, scored.at_card.arteries_found) == (2, 1)
    assert row(NOTHING).arteries == 0


def test_the_part_of_the_label_that_is_left_open_is_counted_beside() -> None:
    scored = row(ARTERY, (band(300, 150, 250), 0.9), ignore=band(300, 200, 350))
    assert (scored.open_label_px, scored.at_card.open_found_px) == (3000, 1000)
    assert (scored.at_card.true_positive_px, scored.at_card.false_negative_px) == (1000, 2000)


def test_curves_have_the_thresholds_that_were_asked_for() -> None:
    scored, _ = score_view(0, view(ARTERY), answer((ARTERY, 0.9)), CARD, thresholds=(0.3, 0.95))
    assert [(point.threshold, point.true_positive_px) for point in scored.sweep] == [(0.3, 6000), (0.95, 0)]
