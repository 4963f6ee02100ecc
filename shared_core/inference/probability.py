"""What inference gives: a probability map, and the steps on the way to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared_core.inference.backends.interface import BackendInfo
from shared_core.inference.tiles import Tile
from shared_core.notices import Notice
from shared_core.weights.card import ModelCard


@dataclass(frozen=True, eq=False)
class ProbabilityMap:
    """The model's answer for one view."""

    values: NDArray[np.float32]
    """(rows, columns) at source size, in [0, 1]; 0 where the model was not asked."""
    tiles: int
    """Tiles that the network answered."""
    model_spacing_mm: tuple[float, float] | None
    """Spacing of the image that the network saw, (row, column); None where unknown."""
    resampled: bool
    backend: BackendInfo
    notices: tuple[Notice, ...] = ()
    image_probability: float | None = None
    """That the view shows BAC at all, of a model that judges whole views: `values` is then its heat map,
    from 0 to 1, and empty where the view counts as negative."""
    spread: NDArray[np.float32] | None = None
    """(rows, columns) standard deviation of the members of an ensemble; None of a single network."""


@dataclass(frozen=True, eq=False)
class TileProbability:
    """One finished tile, for hosts that show tiles as they come."""

    tile: Tile
    """Place on the image that the network saw."""
    probability: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Step:
    """One finished piece of work; the last one carries the whole map."""

    done: int
    total: int
    answer: TileProbability | None = None
    result: ProbabilityMap | None = None


def to_probability(answer: NDArray[np.float32], card: ModelCard) -> NDArray[np.float32]:
    """Probability in [0, 1] of a network's answer, by the kind of output and the temperature on its card."""
    if card.output == "raw":
        return np.clip(answer, 0, 1)
    return sigmoid(answer if card.temperature == 1 else answer / np.float32(card.temperature))


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logistic function in float32, without overflow."""
    clipped: NDArray[np.float32] = np.clip(logits, -60.0, 60.0, dtype=np.float32)
    np.negative(clipped, out=clipped)
    np.exp(clipped, out=clipped)
    clipped += 1.0
    np.reciprocal(clipped, out=clipped)
    return clipped
