"""Put the answers of overlapping tiles together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shared_core.inference.tiles import Tile

Array = NDArray[np.float32]


class MaximumStitcher:
    """Overlaps keep the larger probability, as in the published code."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._map: Array = np.zeros(shape, np.float32)

    def add(self, tile: Tile, probability: Array) -> None:
        """Take one tile's probabilities."""
        view = self._map[tile.slices]
        np.maximum(view, probability, out=view)

    def result(self) -> Array:
        """The map, 0 where no tile was."""
        return self._map


class WholeStitcher:
    """Of each tile only the inside is kept, where the network answers as it would in the whole image.

    `margin_px` is how far the network sees; at an edge of the image, tile and image end alike.
    """

    def __init__(self, shape: tuple[int, int], *, margin_px: int) -> None:
        self._map: Array = np.zeros(shape, np.float32)
        self._margin_px = margin_px

    def add(self, tile: Tile, probability: Array) -> None:
        """Take one tile's probabilities."""
        rows, columns = (
            slice(self._margin_px if start else 0, length - (self._margin_px if start + length < side else 0))
            for start, length, side in zip(
                (tile.row, tile.column), (tile.height, tile.width), self._map.shape, strict=True
            )
        )
        self._map[tile.slices][rows, columns] = probability[rows, columns]

    def result(self) -> Array:
        """The map, 0 where no tile was."""
        return self._map


class WeightedStitcher:
    """Overlaps are blended: over them, a tile's weight falls to nothing towards its rim."""

    def __init__(self, shape: tuple[int, int], *, tile_px: int, overlap_px: int) -> None:
        self._sum: Array = np.zeros(shape, np.float32)
        self._weight: Array = np.zeros(shape, np.float32)
        distance = np.minimum(np.arange(tile_px) + 0.5, tile_px - np.arange(tile_px) - 0.5)
        ramp = np.minimum(distance / max(overlap_px, 1), 1.0)
        self._window: Array = np.outer(ramp, ramp).astype(np.float32)

    def add(self, tile: Tile, probability: Array) -> None:
        """Take one tile's probabilities."""
        self._sum[tile.slices] += self._window * probability
        self._weight[tile.slices] += self._window

    def result(self) -> Array:
        """The map, 0 where no tile was."""
        np.divide(self._sum, self._weight, out=self._sum, where=self._weight > 0)
        return self._sum
