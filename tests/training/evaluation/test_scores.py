"""Scores over views, by tag, along thresholds, and between two models."""

from __future__ import annotations

import numpy as np
import pytest

from shared_core.errors import UsageError
from shared_core.training.evaluation.curves import curve, point_at_card
from shared_core.training.evaluation.difference import differences, in_words
from shared_core.training.evaluation.row import ViewRow
from shared_core.training.evaluation.scores import breakdown, rankings_of, scores_of
from tests.training.evaluation.drawn import NOTHING, band, row

ARTERY = band(300, 50, 350)
BLOT = band(100, 100, 200)


def rows_of(shares: list[float], blots: list[bool]) -> list[ViewRow]:
    """Patients with an artery found to a share, then patients without, some with a false mark of 2,000 px."""
    found = [
        row(
            ARTERY,
            (band(300, 50, 50 + round(300 * share)), 0.9),
            number=n,
            patient=f"P{n}",
            name=f"V{n}",
            tags=(("severity", "mild" if n % 2 else "severe"),),
        )
        for n, share in enumerate(shares)
    ]
    return found + [
        row(
            NOTHING,
            *([(BLOT, 0.8)] if marked else []),
            number=n,
            patient=f"P{n}",
            name=f"V{n}",
            tags=(("look-alike", "none" if n > len(shares) else "clip+wire"), ("severity", "none")),
        )
        for n, marked in enumerate(blots, len(shares))
    ]


def test_scores_are_the_sums_and_means_of_the_views() -> None:
    scores = scores_of(rows_of([1.0, 0.5], [True, False, False]))
    value = {name: estimate.value for name, estimate in scores.items()}
    assert value["dice_mean"] == pytest.approx((1 + 2 / 3) / 2)
    assert value["dice_median"] == pytest.approx((1 + 2 / 3) / 2)
    assert value["dice_pooled_bac"] == pytest.approx(2 * 9000 / (9000 + 12000))
    assert value["dice_pooled"] == pytest.approx(2 * 9000 / (11000 + 12000))
    assert value["vessel_recall"] == pytest.approx((300 + 162) / 600, abs=0.02)
    assert value["false_px_mean"] == pytest.approx(2000 / 3)
    assert value["false_px_median"] == 0
    assert value["false_mm2_mean"] == pytest.approx(2000 / 3 * 0.07**2)
    assert value["false_above_0_px"] == value["false_above_500_px"] == pytest.approx(1 / 3)
    assert value["false_above_2000_px"] == 0
    assert value["false_parts_mean"] == pytest.approx(1 / 5)
    assert value["view_sensitivity"] == 1
    assert value["patch_sensitivity"] == 1


def test_intervals_hold_the_value_and_shrink_to_it_where_all_are_alike() -> None:
    scores = scores_of(rows_of([1.0, 0.5, 0.2, 0.8], [True, False]))
    low, high = scores["dice_mean"].limits
    assert low < scores["dice_mean"].value < high
    alike = scores_of(rows_of([0.5, 0.5, 0.5], [False]))
    assert alike["recall_mean"].limits == pytest.approx((0.5, 0.5))


def test_views_of_one_patient_are_drawn_together() -> None:
    apart = rows_of([1.0, 0.2] * 4, [])
    together = [
        row(ARTERY, (band(300, 50, 350 if n % 2 else 110), 0.9), number=n, patient="P") for n in range(8)
    ]
    assert scores_of(apart)["dice_mean"].clusters == 8
    one_patient = scores_of(together)["dice_mean"]
    assert one_patient.clusters == 1
    assert np.isnan(one_patient.limits).all()


def test_every_value_of_every_tag_is_a_group_and_joined_values_count_twice() -> None:
    groups = {(g.tag, g.value): g for g in breakdown(rows_of([1.0, 0.5, 0.5], [True, False]))}
    assert groups["all", "all"].views == 5
    assert groups["severity", "mild"].with_bac == 1
    assert groups["severity", "severe"].scores["dice_mean"].value == pytest.approx((1 + 2 / 3) / 2)
    assert groups["look-alike", "clip"].scores["false_px_mean"].value == 2000
    assert groups["look-alike", "wire"].views == groups["look-alike", "none"].views == 1
    assert groups["origin", "simulated"].views == 5
    assert "dice_mean" not in groups["severity", "none"].scores


def test_ranking_is_perfect_where_every_artery_lies_above_every_blot() -> None:
    found = rankings_of(rows_of([1.0, 0.5], [True, False]))
    assert found["view_auc"].value == 1
    assert found["patch_auc"].value == 1
    assert rankings_of(rows_of([1.0], [])) == {}


def test_curve_falls_from_all_to_nothing() -> None:
    points = curve(rows_of([1.0, 0.5], [True, False]))
    at = {point.threshold: point for point in points}
    assert at[0.5].recall == pytest.approx(0.75)
    assert at[0.5].false_parts_mean == pytest.approx(1 / 4)
    assert at[0.5].false_px_mean == pytest.approx(1000)
    # Marks of arteries have 0.9, the blot 0.8.
    assert at[0.85].precision == 1
    assert at[0.93].recall == at[0.93].vessel_recall == 0
    assert np.isnan(at[0.93].precision)
    assert point_at_card(rows_of([1.0], [])).dice == 1


def test_a_known_difference_is_told_with_its_sign() -> None:
    better = rows_of([1.0, 0.9, 0.95, 1.0, 0.9, 0.8], [False] * 6)
    worse = rows_of([0.5, 0.4, 0.5, 0.6, 0.4, 0.3], [True] * 6)
    found = {one.name: one for one in differences(better, worse)}
    expected = scores_of(better)["dice_mean"].value - scores_of(worse)["dice_mean"].value
    assert found["dice_mean"].difference.difference == pytest.approx(expected)
    assert found["dice_mean"].better == found["vessel_recall"].better == "first"
    assert found["false_px_mean"].difference.difference == -2000
    assert found["false_px_mean"].better == found["false_px_median"].better == "first"
    back = {one.name: one for one in differences(worse, better)}
    assert back["false_px_mean"].better == "second"
    assert "worse is better" not in in_words(found["dice_mean"], ("new", "old"))
    assert "new is better (new less old: +" in in_words(found["dice_mean"], ("new", "old"))


def test_a_model_does_not_differ_from_itself() -> None:
    rows = rows_of([1.0, 0.3, 0.5, 0.7, 0.2, 0.6], [True, False] * 3)
    for one in differences(rows, rows):
        assert one.difference.difference == 0
        assert one.better == "neither"
        assert one.difference.p == 1
        assert "no difference can be told" in in_words(one, ("a", "b"))


def test_pairing_tells_a_small_steady_gain_among_views_that_vary() -> None:
    shares = [0.1, 0.3, 0.5, 0.7, 0.9, 0.2, 0.6, 0.8]
    found = {
        one.name: one for one in differences(rows_of([s + 0.05 for s in shares], []), rows_of(shares, []))
    }
    low, high = scores_of(rows_of(shares, []))["vessel_recall"].limits
    gain = found["vessel_recall"].difference
    assert found["vessel_recall"].better == "first"
    assert gain.limits[1] - gain.limits[0] < (high - low) / 10


def test_other_views_are_refused() -> None:
    with pytest.raises(UsageError, match="same views"):
        differences(rows_of([1.0], []), rows_of([1.0, 0.5], []))


def test_a_handful_of_patients_tells_nothing() -> None:
    found = {one.name: one for one in differences(rows_of([1.0, 0.9], []), rows_of([0.2, 0.3], []))}
    assert found["dice_mean"].better == "neither"
    assert "2 patients are too few" in in_words(found["dice_mean"], ("a", "b"))


def test_what_is_left_open_counts_in_the_dice_of_the_whole_label() -> None:
    rows = [row(ARTERY, (band(300, 150, 250), 0.9), ignore=band(300, 200, 350))]
    scores = scores_of(rows)
    assert scores["dice_pooled"].value == pytest.approx(2 * 1000 / (1000 + 3000))
    assert scores["dice_pooled_whole"].value == pytest.approx(2 * 2000 / (2000 + 6000))
