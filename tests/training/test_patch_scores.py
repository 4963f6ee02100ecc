from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

from shared_core.training.batches import has_bac
from shared_core.training.network import make_network, probabilities
from shared_core.training.patch_scores import PixelCounts
from shared_core.training.recipe import ValidationRecipe
from shared_core.training.scoring import hardest_negatives
from tests.training.drawn import drawn_patches, drawn_recipe


def made(seed: int) -> tuple[PixelCounts, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = (rng.random((6, 16, 16)) < 0.1).astype(np.uint8)
    labels[4:] = 0
    labels[:, :2] = 255
    probabilities = np.clip(0.4 * labels.clip(0, 1) + rng.random(labels.shape) * 0.6, 0, 1).astype(np.float32)
    counts = PixelCounts()
    for probability, label in zip(probabilities, labels, strict=True):
        counts.add(probability, label)
    return counts, probabilities, labels


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(1, 999))
def test_scores_are_those_of_the_pixels(seed: int, step: int) -> None:
    counts, probabilities, labels = made(seed)
    marked = np.minimum((probabilities * 1000).astype(int), 1000) >= step
    counted = labels != 255
    found, false, missed = (
        (marked & (labels == 1)).sum(),
        (marked & (labels == 0)).sum(),
        (~marked & (labels == 1)).sum(),
    )
    scores = counts.at(step / 1000)
    assert scores.dice == pytest.approx(2 * found / max(2 * found + false + missed, 1))
    assert scores.recall == pytest.approx(found / (found + missed))
    assert scores.precision == pytest.approx(found / max(found + false, 1))
    assert scores.false_share == pytest.approx((marked & counted)[4:].sum() / counted[4:].sum())


def test_best_threshold_is_the_best_of_all() -> None:
    counts, _, _ = made(0)
    best = counts.scores(ValidationRecipe(score="dice-at-best-threshold"))
    assert best.dice == pytest.approx(max(counts.at(step / 1000).dice for step in range(1, 1000)))
    assert counts.scores(ValidationRecipe(score="dice-at-half")).threshold == 0.5


def test_recall_is_given_where_the_false_area_is_allowed() -> None:
    counts, _, _ = made(1)
    scores = counts.scores(ValidationRecipe(score="recall-at-false-area", false_area_share=0.05))
    assert scores.false_share <= 0.05
    assert counts.at(scores.threshold - 0.001).false_share > 0.05
    assert scores.score == scores.recall


def test_counts_add_up() -> None:
    first, second = made(2)[0], made(3)[0]
    assert (first.plus(second).bac == first.bac + second.bac).all()
    assert first.plus(PixelCounts()).at(0.4) == first.at(0.4)


def test_patches_without_any_bac_have_no_dice_and_no_error() -> None:
    counts = PixelCounts()
    counts.add(np.full((4, 4), 0.2, np.float32), np.zeros((4, 4), np.uint8))
    assert counts.at(0.5).dice == 0
    assert counts.at(0.1).false_share == 1


def test_hardest_negatives_are_those_with_most_marked() -> None:
    patches = drawn_patches(9, seed=0)
    recipe = drawn_recipe()
    network = make_network(recipe, seed=0).eval()
    negatives = np.flatnonzero(~has_bac(patches))
    device = torch.device("cpu")
    marked = probabilities(network, patches.images_u8[negatives], recipe, device).sum(axis=(1, 2))
    wanted = [int(number) for number in negatives[np.argsort(-marked)]]
    assert hardest_negatives(network, patches, negatives, recipe, device) == wanted
    one = replace(recipe, sampling=replace(recipe.sampling, mined=1))
    assert hardest_negatives(network, patches, negatives, one, device) == wanted[:1]
