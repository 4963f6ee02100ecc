"""What a network says of whole patches: counts for its scores, and where it is most wrong."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from shared_core.training.batches import Numbers, Pixels
from shared_core.training.network import probabilities
from shared_core.training.patch import PatchSet
from shared_core.training.patch_scores import PixelCounts
from shared_core.training.recipe import Recipe

_BATCH = 8


def count_patches(
    network: torch.nn.Module,
    patches: PatchSet,
    recipe: Recipe,
    device: torch.device,
    *,
    numbers: Numbers | None = None,
    temperature: float = 1.0,
) -> PixelCounts:
    """What a network, in the mode for use, says of whole patches; of all, or of those with `numbers`."""
    counts = PixelCounts()
    chosen = np.arange(len(patches)) if numbers is None else numbers
    for _, images, labels in _in_batches(patches, chosen):
        found = probabilities(network, images, recipe, device, temperature=temperature)
        for probability, label in zip(found, labels, strict=True):
            counts.add(probability, label)
    return counts


def hardest_negatives(
    network: torch.nn.Module,
    patches: PatchSet,
    numbers: Numbers,
    recipe: Recipe,
    device: torch.device,
) -> list[int]:
    """Of the patches with `numbers`, all without BAC, those on which most is marked, the worst first.

    As many as the recipe keeps; "most" is the sum of probabilities.
    """
    marked = np.zeros(len(numbers))
    for place, images, labels in _in_batches(patches, numbers):
        found = probabilities(network, images, recipe, device)
        marked[place] = (found * (labels == 0)).sum(axis=(1, 2))
    worst = np.argsort(-marked, kind="stable")[: recipe.sampling.mined]
    return [int(number) for number in numbers[worst]]


def _in_batches(patches: PatchSet, numbers: Numbers) -> Iterator[tuple[slice, Pixels, Pixels]]:
    for start in range(0, len(numbers), _BATCH):
        chosen = numbers[start : start + _BATCH]
        place = slice(start, start + len(chosen))
        yield place, np.asarray(patches.images_u8[chosen]), np.asarray(patches.labels[chosen])
