"""Which patches of a pool a model is surest of: entropy, marked area, and the choice of a round."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from shared_core.errors import Cancelled
from shared_core.progress import ProgressCallback
from shared_core.training.batches import Numbers
from shared_core.training.network import probabilities
from shared_core.training.patch import PatchSet
from shared_core.training.pseudo_label_recipe import PseudoLabelRecipe
from shared_core.training.recipe import Recipe

MARKED: Final = 0.5
"""Probability from which on a pixel counts as marked."""
_LEAST: Final = 1e-7
"""Added before the logarithm, as in the released code."""
_BATCH: Final = 8
Probabilities = NDArray[np.float32]
Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PoolScores:
    """What a model says of patches."""

    numbers: Numbers
    """Of the patches in their set, rising."""
    entropy_bits: Values
    """Sum over the pixels of each patch."""
    area: Values
    """Share of the pixels of each patch that is marked."""

    def of(self, numbers: Numbers) -> PoolScores:
        """Of some of the patches, given by rising numbers."""
        places = np.searchsorted(self.numbers, numbers)
        return PoolScores(numbers, self.entropy_bits[places], self.area[places])


def entropy_bits(probability: Probabilities, recipe: PseudoLabelRecipe) -> float:
    """Sum over pixels of -p log2 p - (1 - p) log2(1 - p), or of its first term alone."""
    p = probability.astype(np.float64)
    sum_of_logs = np.sum(p * np.log2(p + _LEAST))
    if recipe.entropy == "binary":
        sum_of_logs += np.sum((1 - p) * np.log2(1 - p + _LEAST))
    return float(-sum_of_logs)


def marked_area(probability: Probabilities) -> float:
    """Share of the pixels that is marked."""
    return float(np.mean(probability >= MARKED))


def pool_scores(
    network: torch.nn.Module,
    pool: PatchSet,
    numbers: Numbers,
    recipe: Recipe,
    device: torch.device,
    *,
    progress: ProgressCallback | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> PoolScores:
    """Entropy and area of the patches with `numbers`, by a network in the mode for use.

    Raises
    ------
    Cancelled
        The person stopped it.
    """
    entropy, area = np.zeros(len(numbers)), np.zeros(len(numbers))
    for start in range(0, len(numbers), _BATCH):
        if cancelled is not None and cancelled():
            raise Cancelled("Training was stopped; run the same command again to go on.")
        some = numbers[start : start + _BATCH]
        found = probabilities(network, np.asarray(pool.images_u8[some]), recipe, device)
        outside = np.asarray(pool.labels[some]) != 0
        for place, (probability, out) in enumerate(zip(found, outside, strict=True), start):
            inside = where_valid(probability, out)
            entropy[place] = entropy_bits(inside, recipe.pseudo_labels)
            area[place] = marked_area(inside)
        if progress is not None:
            progress(start + len(some), len(numbers))
    return PoolScores(numbers, entropy, area)


def where_valid(probability: Probabilities, outside: NDArray[np.bool_]) -> Probabilities:
    """0 outside of the valid area, where BAC is never reported."""
    return np.where(outside, np.float32(0), probability)


def eligible(scores: PoolScores, recipe: PseudoLabelRecipe) -> PoolScores:
    """The patches on which more than the least area is marked."""
    return scores.of(scores.numbers[scores.area > recipe.least_area])


def surest(passed: PoolScores, recipe: PseudoLabelRecipe) -> Numbers:
    """Of the patches that passed, those of a round: of the lowest entropy, the lowest first."""
    # 0.29 x 100 is 28.999999999999996.
    count = min(math.floor(recipe.portion * len(passed.numbers) + 1e-9), recipe.most)
    order = np.argsort(passed.entropy_bits, kind="stable")[:count]
    return passed.numbers[order]
