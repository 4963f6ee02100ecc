"""What a model said of a view, put away small."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from shared_core import hosting as bac

LabelPixels = NDArray[np.uint8]
"""(rows, columns) of both classes: 0 where nothing is marked, `OTHER_LABEL` where it is no artery, else the
number of the artery."""


@dataclass(frozen=True)
class KeptLabels:
    """Labels put away small: a 12-megapixel view takes some 20 kB."""

    packed: bytes
    shape: tuple[int, int]

    @classmethod
    def of(cls, labels: LabelPixels) -> KeptLabels:
        """Put away."""
        return cls(
            zlib.compress(np.ascontiguousarray(labels).tobytes(), 1), (labels.shape[0], labels.shape[1])
        )

    def labels(self) -> LabelPixels:
        """Take out, (rows, columns) uint8."""
        return np.frombuffer(zlib.decompress(self.packed), np.uint8).reshape(self.shape)


@dataclass(frozen=True, eq=False)
class KeptProbability:
    """A probability map put away: nothing is kept of the pixels that are 0, as all outside the breast are."""

    about: bac.ProbabilityMap
    """Without its values."""
    filled: NDArray[np.uint8]
    """A bit a pixel, by row."""
    values: NDArray[np.float32]
    """Of those."""
    shape: tuple[int, int]
    spread: NDArray[np.float32] | None = None
    """Of those, where the model is an ensemble: where its mean is 0, all members say 0."""

    @classmethod
    def of(cls, probability: bac.ProbabilityMap) -> KeptProbability:
        """Put away."""
        values = probability.values
        filled = values != 0
        about = replace(probability, values=np.empty((0, 0), np.float32), spread=None)
        return cls(
            about,
            np.packbits(filled, axis=1),
            values[filled],
            (values.shape[0], values.shape[1]),
            None if probability.spread is None else probability.spread[filled],
        )

    def map(self) -> bac.ProbabilityMap:
        """Take out."""
        filled = np.unpackbits(self.filled, axis=1, count=self.shape[1]).view(np.bool_)
        values = np.zeros(self.shape, np.float32)
        values[filled] = self.values
        spread = None
        if self.spread is not None:
            spread = np.zeros(self.shape, np.float32)
            spread[filled] = self.spread
        return replace(self.about, values=values, spread=spread)


@dataclass(frozen=True, eq=False)
class ModelAnswer:
    """What a model said of the view, kept for the threshold, for a reset and for the record."""

    card: bac.ModelCard
    kept: KeptProbability
    threshold: float
    labels: KeptLabels
    """Of both classes."""
    seconds: float
    judged: bac.Judged | None = None
    """The parts one by one, or the view as a whole, where the model judges them."""
    tells_others: bool = False
    """Whether calcification that is not along an artery is among the labels, where there is any."""

    @property
    def probability(self) -> bac.ProbabilityMap:
        """The whole map, rebuilt at each call: 54 MB for 13 megapixels."""
        return self.kept.map()
