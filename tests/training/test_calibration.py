"""Calibration: reliability, temperature and thresholds on probabilities that are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from shared_core.errors import UsageError
from shared_core.training.evaluation.probability_calibration import (
    calibrated_card,
    calibration_error,
    choose_threshold,
    fit_temperature,
    moved,
    reliability,
)
from shared_core.training.evaluation.probability_counts import LOGITS, ProbabilityCounts
from shared_core.weights.candidate_rule import CandidateRule
from tests.training.evaluation.drawn import CARD, NOTHING, band, row

MIDDLE = np.abs(LOGITS) < 6


def honest(temperature: float) -> ProbabilityCounts:
    """A model whose logits are `temperature` times too large, in pixels without chance."""
    true = 1 / (1 + np.exp(-LOGITS / temperature))
    pixels = 100_000 * MIDDLE
    bac = np.rint(pixels * true).astype(np.int64)
    return ProbabilityCounts(bac, pixels.astype(np.int64) - bac)


def test_an_honest_model_lies_on_the_diagonal() -> None:
    bins = reliability(honest(1.0))
    assert len(bins) == 15
    assert all(one.low <= one.said < one.high for one in bins)
    assert max(abs(one.said - one.true) for one in bins) < 1e-4
    assert calibration_error(honest(1.0)) < 1e-4


@settings(max_examples=20)
@given(temperature=st.floats(0.4, 4.0))
def test_fitted_temperature_is_the_one_that_was_put_in(temperature: float) -> None:
    counts = honest(temperature)
    fitted = fit_temperature(counts)
    assert fitted == pytest.approx(temperature, rel=2e-3)
    assert calibration_error(counts, temperature=fitted) < 2e-3


def test_error_of_a_model_too_sure_of_itself_is_what_it_overstates() -> None:
    # It says 0.9 (logit 2.2) of pixels of which every second is BAC.
    counts = np.zeros(LOGITS.size, np.int64)
    counts[np.abs(LOGITS - np.log(9)).argmin()] = 500
    found = calibration_error(ProbabilityCounts(counts, counts))
    assert found == pytest.approx(0.4, abs=0.005)


def test_pixels_that_are_certainly_none_can_be_left_out() -> None:
    sure = np.zeros(LOGITS.size, np.int64)
    sure[0] = 1_000_000_000
    counts = honest(2.0)
    diluted = ProbabilityCounts(counts.bac, counts.other + sure)
    assert calibration_error(diluted) < 0.1 * calibration_error(counts)
    assert calibration_error(diluted, above=0.01) == pytest.approx(calibration_error(counts, above=0.01))


def test_a_temperature_needs_both_kinds_of_pixels() -> None:
    none = np.zeros(LOGITS.size, np.int64)
    with pytest.raises(UsageError, match="one of both is missing"):
        fit_temperature(ProbabilityCounts(none, none + 1))


# Thresholds

ARTERY = band(300, 50, 350)


def views() -> list:
    """Found to 2/3 at 0.9 and wholly at 0.55; a false part of 3,000 px at 0.75, and one on a view without."""
    with_bac = row(ARTERY, (ARTERY, 0.55), (band(300, 50, 250), 0.93), (band(100, 50, 200), 0.75), number=0)
    without = row(NOTHING, (band(100, 50, 200), 0.75), number=1, patient="P2")
    return [with_bac, without]


def test_largest_dice_is_where_the_false_parts_go() -> None:
    chosen = choose_threshold(views(), "dice")
    # 0.4: 2 x 6000 / (6000 + 12000) = 2/3; 0.8: 2 x 4000 / (6000 + 4000) = 0.8.
    assert chosen.threshold == 0.8
    assert (chosen.dice, chosen.recall, chosen.false_px_mean) == pytest.approx((0.8, 2 / 3, 0))


def test_matched_recall_gives_the_highest_threshold_that_reaches_it_and_the_false_area_there() -> None:
    chosen = choose_threshold(views(), "recall", recall=0.6)
    # 2/3 at 0.9, nothing at 0.93: a tenth of the way, over the logit.
    logits = np.log([0.9 / 0.1, 0.93 / 0.07])
    assert chosen.threshold == pytest.approx(1 / (1 + np.exp(-(logits[0] + 0.1 * (logits[1] - logits[0])))))
    assert chosen.recall == pytest.approx(0.6)
    all_of_it = choose_threshold(views(), "recall", recall=0.9)
    assert 0.5 < all_of_it.threshold < 0.6
    assert all_of_it.false_px_mean == pytest.approx(3000)
    by_length = choose_threshold(views(), "vessel-recall", recall=0.6)
    assert by_length.vessel_recall == pytest.approx(0.6)
    assert by_length.threshold > chosen.threshold


def test_a_recall_out_of_reach_is_named() -> None:
    half = [row(ARTERY, (band(300, 50, 200), 0.9))]
    with pytest.raises(UsageError, match="is not reached"):
        choose_threshold(half, "recall", recall=0.9)
    with pytest.raises(UsageError, match="there is none"):
        choose_threshold([row(NOTHING)], "dice")


# Cards


def test_a_calibrated_card_marks_the_same_pixels() -> None:
    rule = CandidateRule(seed_probability=0.8, least_length_mm=5)
    card = calibrated_card(replace(CARD, candidates=rule), name="mine", temperature=2.0, threshold=0.7)
    assert (card.name, card.temperature) == ("mine", 2.0)
    logits = np.linspace(-6, 6, 2001)
    before, after = (1 / (1 + np.exp(-logits / t)) for t in (1, 2))
    np.testing.assert_array_equal(before > 0.7, after > card.threshold)
    assert card.candidates is not None
    np.testing.assert_array_equal(before > 0.8, after > card.candidates.seed_probability)
    assert card.candidates.least_length_mm == 5
    again = calibrated_card(card, name="mine", temperature=0.5, threshold=card.threshold)
    assert again.temperature == 1
    assert again.threshold == pytest.approx(0.7)


def test_what_cannot_be_moved_along_is_refused() -> None:
    mean = replace(CARD, candidates=CandidateRule(least_mean_probability=0.7))
    with pytest.raises(UsageError, match="mean probability"):
        calibrated_card(mean, name="mine", temperature=2.0, threshold=0.5)
    with pytest.raises(UsageError, match="only logits"):
        calibrated_card(replace(CARD, output="raw"), name="mine", temperature=2.0, threshold=0.5)


def test_at_one_nothing_moves() -> None:
    assert moved(0.3, 1.0) == 0.3
    assert moved(0.0, 2.0) == 0.0
