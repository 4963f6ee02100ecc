"""Batches of augmented patches; seed, epoch and place decide on each, so that a run can be repeated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.training.ahead import made_ahead
from shared_core.training.data.augmentation import augment_one
from shared_core.training.patch import PatchSet
from shared_core.training.recipe import Recipe, SamplingRecipe

Pixels = NDArray[np.uint8]
Numbers = NDArray[np.int64]

_BLOCK = 256
_ORDER, _PATCH = 0, 1
"""Which of the independent streams of random numbers of an epoch."""


def has_bac(patches: PatchSet) -> NDArray[np.bool_]:
    """(patches,): whether any BAC is in it; block by block, as the labels may be larger than the memory."""
    blocks = [
        (patches.labels[start : start + _BLOCK] == 1).any(axis=(1, 2))
        for start in range(0, len(patches), _BLOCK)
    ]
    return np.concatenate(blocks) if blocks else np.zeros(0, bool)


def evenly(positive: NDArray[np.bool_], most: int) -> Numbers:
    """Numbers of at most so many patches, 0 for all: with and without BAC in proportion, spread over the set.

    Parameters
    ----------
    positive
        Of each patch, whether it holds BAC; where any does, one is chosen.
    """
    count = len(positive)
    if not most or most >= count:
        return np.arange(count)
    with_bac, without = np.flatnonzero(positive), np.flatnonzero(~positive)
    wanted = min(max(round(most * len(with_bac) / count), min(len(with_bac), 1)), most)
    return np.sort(np.concatenate([_spread(with_bac, wanted), _spread(without, most - wanted)]))


def _spread(numbers: Numbers, count: int) -> Numbers:
    """`count` of them, at even distances."""
    places = (np.arange(count) * len(numbers)) // max(count, 1)
    return np.asarray(numbers[places], np.int64)


def epoch_order(
    positive: NDArray[np.bool_],
    sampling: SamplingRecipe,
    *,
    pool: Numbers,
    hardest: Numbers,
    seed: int,
    epoch: int,
) -> Numbers:
    """Numbers of the patches of one epoch, shuffled: positives, then the hardest and other negatives.

    Parameters
    ----------
    positive
        Of each patch, whether it holds BAC.
    pool, hardest
        Numbers of the patches to draw from, and of the mined negatives; the latter may be empty.
    """
    rng = np.random.default_rng((seed, epoch, _ORDER))
    positives, negatives = pool[positive[pool]], pool[~positive[pool]]
    chosen = _draw(positives, sampling.positives or len(positives), rng)
    wanted = round(sampling.negatives_per_positive * len(chosen)) if len(positives) else len(negatives)
    if not len(negatives):
        wanted = 0
    mined = round(wanted * sampling.mined_share) if len(hardest) else 0
    order = np.concatenate(
        [chosen, _draw(hardest, mined, rng), _draw(negatives, wanted - mined, rng)]
    ).astype(np.int64)
    return rng.permutation(order)


def _draw(pool: Numbers, count: int, rng: np.random.Generator) -> Numbers:
    """`count` of the pool, none twice before each was once."""
    if not len(pool) or not count:
        return np.zeros(0, np.int64)
    rounds = [rng.permutation(pool) for _ in range(-(-count // len(pool)))]
    return np.asarray(np.concatenate(rounds)[:count], np.int64)


@dataclass(frozen=True, eq=False)
class EpochBatches:
    """The batches of one epoch, in an order and with changes that only seed and epoch decide."""

    patches: PatchSet
    recipe: Recipe
    order: Numbers
    seed: int
    epoch: int

    def __len__(self) -> int:
        # A short last batch would disturb batch norm; what it leaves out comes in other epochs.
        return max(len(self.order) // self.recipe.sampling.batch, 1 if len(self.order) else 0)

    def batch(self, number: int) -> tuple[Pixels, Pixels]:
        """Images and labels of batch `number`, (N, side, side) each."""
        size = self.recipe.sampling.batch
        pairs = [self._patch(place) for place in range(number * size, (number + 1) * size)]
        return np.stack([image for image, _ in pairs]), np.stack([label for _, label in pairs])

    def ahead(self, first: int, workers: int) -> Iterator[tuple[Pixels, Pixels]]:
        """Batches from `first` on, made by threads while the network works."""
        return made_ahead(self.batch, range(first, len(self)), workers=workers)

    def _patch(self, place: int) -> tuple[Pixels, Pixels]:
        number = self.order[place % len(self.order)]
        rng = np.random.default_rng((self.seed, self.epoch, _PATCH, place))
        image, label = np.asarray(self.patches.images_u8[number]), np.asarray(self.patches.labels[number])
        if self.recipe.patches.crop_px:
            image, label = _cropped(image, label, self.recipe, rng)
        return augment_one(image, label, rng, self.recipe.augmentation)


def _cropped(image: Pixels, label: Pixels, recipe: Recipe, rng: np.random.Generator) -> tuple[Pixels, Pixels]:
    """A crop of the recipe's side, of a square that is smaller or larger by chance."""
    side = crop = recipe.patches.crop_px
    if recipe.augmentation.zoom > 1:
        factor = recipe.augmentation.zoom ** rng.uniform(-1, 1)
        side = min(round(crop / factor), *label.shape)
    rows, columns = crop_place(label, side, rng)
    image, label = image[rows, columns], label[rows, columns]
    if side == crop:
        return image, label
    how = cv2.INTER_AREA if side > crop else cv2.INTER_CUBIC
    resized = cv2.resize(image, (crop, crop), interpolation=how)
    return np.asarray(resized), np.asarray(cv2.resize(label, (crop, crop), interpolation=cv2.INTER_NEAREST))


def crop_place(label: Pixels, side_px: int, rng: np.random.Generator) -> tuple[slice, slice]:
    """A random square; around a random pixel of BAC where there is any."""
    inside = np.argwhere(label == 1)
    low, high = np.zeros(2, int), np.asarray(label.shape) - side_px
    if len(inside):
        pixel = inside[rng.integers(len(inside))]
        low, high = np.maximum(low, pixel - side_px + 1), np.minimum(high, pixel)
    row, column = rng.integers(low, high, endpoint=True)
    return slice(row, row + side_px), slice(column, column + side_px)
