from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from shared_core.errors import Cancelled
from shared_core.training.patch import IGNORED, PatchSet
from shared_core.training.pseudo_label_recipe import PseudoLabelRecipe
from shared_core.training.pseudo_labels.ranking import (
    PoolScores,
    eligible,
    entropy_bits,
    marked_area,
    pool_scores,
    surest,
)
from tests.training.drawn import drawn_recipe

BINARY, POSITIVE = PseudoLabelRecipe(), PseudoLabelRecipe(entropy="positive-term")


def scores(entropy: list[float], area: list[float]) -> PoolScores:
    return PoolScores(np.arange(len(entropy)), np.asarray(entropy), np.asarray(area))


def test_entropy_of_probabilities_known_by_heart() -> None:
    # Half a pixel's worth of doubt is one bit; a quarter is 0.25 x 2 + 0.75 x log2(4/3).
    p = np.array([[0.5, 0.25], [0.0, 1.0]], np.float32)
    quarter = 0.5 + 0.75 * math.log2(4 / 3)
    assert entropy_bits(p, BINARY) == pytest.approx(1 + quarter, abs=1e-5)
    # Without the second term: 0.5 x 1 + 0.25 x 2.
    assert entropy_bits(p, POSITIVE) == pytest.approx(1.0, abs=1e-5)


def test_only_both_terms_see_doubt_about_background() -> None:
    sure, doubtful = np.full((4, 4), 0.001, np.float32), np.full((4, 4), 0.2, np.float32)
    high = np.full((4, 4), 0.9, np.float32)
    assert entropy_bits(sure, BINARY) < entropy_bits(high, BINARY) < entropy_bits(doubtful, BINARY)
    assert entropy_bits(np.zeros((4, 4), np.float32), POSITIVE) == 0
    # A patch at 0.9 has 0.137 bit a pixel by the first term, and 0.469 by both.
    assert entropy_bits(high, POSITIVE) == pytest.approx(16 * 0.13680, rel=1e-3)
    assert entropy_bits(high, BINARY) == pytest.approx(16 * 0.46900, rel=1e-3)


def test_area_counts_from_one_half_on() -> None:
    assert marked_area(np.array([[0.5, 0.4999], [0.9, 0.0]], np.float32)) == 0.5


def test_patches_pass_by_more_than_the_least_area() -> None:
    side = 512 * 512
    just, more = 1835 / side, 1836 / side
    assert just < 0.007 < more
    assert eligible(scores([1, 2, 3], [just, more, 0.007]), BINARY).numbers.tolist() == [1]


@pytest.mark.parametrize(
    ("passed", "portion", "most", "taken"),
    [
        (33, 0.03, 180, 0),
        (34, 0.03, 180, 1),
        (100, 0.03, 180, 3),
        (100, 0.29, 180, 29),
        (9000, 0.03, 180, 180),
    ],
)
def test_a_round_takes_the_portion_rounded_down_and_no_more_than_the_cap(
    passed: int, portion: float, most: int, taken: int
) -> None:
    recipe = replace(BINARY, portion=portion, most=most)
    entropy = np.arange(passed, 0, -1.0)
    chosen = surest(PoolScores(np.arange(passed), entropy, np.ones(passed)), recipe)
    assert chosen.tolist() == list(range(passed - 1, passed - 1 - taken, -1))


def test_of_equal_entropies_the_first_patch_is_taken() -> None:
    recipe = replace(BINARY, portion=0.5)
    assert surest(scores([2, 1, 1, 2], [1, 1, 1, 1]), recipe).tolist() == [1, 2]


class Half(torch.nn.Module):
    """Logit 4 in the upper half of every patch, -4 in the lower."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        half = x.shape[2] // 2
        rows = torch.where(torch.arange(x.shape[2]) < half, 4.0, -4.0)
        return rows[None, None, :, None].expand(len(x), 1, *x.shape[2:])


def test_outside_of_the_valid_area_nothing_counts() -> None:
    labels = np.zeros((2, 8, 8), np.uint8)
    labels[1, :4] = IGNORED
    pool = PatchSet(
        np.full((2, 8, 8), 100, np.uint8), labels, np.zeros(2, np.int32), np.zeros((2, 2), np.int32)
    )
    found = pool_scores(Half(), pool, np.arange(2), drawn_recipe(), torch.device("cpu"))
    assert found.area.tolist() == [0.5, 0.0]
    assert found.entropy_bits[1] == pytest.approx(found.entropy_bits[0] / 2, rel=1e-3)
    with pytest.raises(Cancelled):
        pool_scores(Half(), pool, np.arange(2), drawn_recipe(), torch.device("cpu"), cancelled=lambda: True)
