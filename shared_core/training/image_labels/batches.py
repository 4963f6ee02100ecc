"""Batches of pictures: which come together is a function of seed and epoch alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared_core.preprocessing.otsu_crop import standardised
from shared_core.training.ahead import made_ahead
from shared_core.training.image_labels.picture_changes import changed
from shared_core.training.image_labels.pictures import Pictures
from shared_core.training.image_labels.recipe import LabelRecipe

Batch = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Network input (N, rows, columns), and labels (N,) of 0 and 1."""
_ORDER, _CHANGES = 0, 1
"""Independent streams of random numbers of an epoch."""


@dataclass(frozen=True, eq=False)
class LabelBatches:
    """The batches of one epoch."""

    pictures: Pictures
    recipe: LabelRecipe
    seed: int
    epoch: int

    def __len__(self) -> int:
        return -(-len(self.pictures) // self.recipe.batch)

    def batch(self, number: int) -> Batch:
        """Batch `number`; the last may be short."""
        size = self.recipe.batch
        places = self._order()[number * size : (number + 1) * size]
        return np.stack([self._picture(int(place)) for place in places]), labels(self.pictures, places)

    def ahead(self, first: int, workers: int) -> Iterator[Batch]:
        """Batches from `first` on, made by threads while the network works."""
        return made_ahead(self.batch, range(first, len(self)), workers=workers)

    def _order(self) -> NDArray[np.intp]:
        return np.random.default_rng((self.seed, self.epoch, _ORDER)).permutation(len(self.pictures))

    def _picture(self, place: int) -> NDArray[np.float32]:
        rng = np.random.default_rng((self.seed, self.epoch, _CHANGES, place))
        return standardised(*changed(*self.pictures.load(place), rng, self.recipe.changes))


def unchanged(pictures: Pictures, size: int) -> Iterator[Batch]:
    """All pictures in their order, as they are in use."""
    for start in range(0, len(pictures), size):
        places = np.arange(start, min(start + size, len(pictures)))
        inputs = [standardised(*pictures.load(int(place))) for place in places]
        yield np.stack(inputs), labels(pictures, places)


def labels(pictures: Pictures, places: NDArray[np.intp]) -> NDArray[np.float32]:
    """Labels of some pictures as the loss takes them."""
    return pictures.positive[places].astype(np.float32)
