"""Segment with whole tiles, each with its own gates: the published way, and blended overlaps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from shared_core.inference.blocks import clip
from shared_core.inference.plain_network import require_finite
from shared_core.inference.probability import TileProbability, to_probability
from shared_core.inference.runner import Runner
from shared_core.inference.stitching import MaximumStitcher, WeightedStitcher
from shared_core.inference.tiles import mean_and_sd_pass, pad_to, regular_tiles
from shared_core.mammogram import Mask
from shared_core.weights.card import ModelCard

Array = NDArray[np.float32]


class TiledRun:
    """One image on its way through the network, tile by tile.

    Tiles without a pixel where answers are wanted are skipped, unless the card says ``mean-and-sd``.
    """

    def __init__(
        self,
        image_u8: NDArray[np.uint8],
        valid: Mask,
        card: ModelCard,
        *,
        runner: Runner,
        origin_px: tuple[int, int] = (0, 0),
    ) -> None:
        tiling = card.tiling
        self._card = card
        self._runner = runner
        self._shape = image_u8.shape
        self._image = pad_to(image_u8, (tiling.tile_px, tiling.tile_px))
        self._levels = normalised_levels(card)
        tiles = regular_tiles(
            self._image.shape, tile_px=tiling.tile_px, stride_px=tiling.stride_px, origin_px=origin_px
        )
        if tiling.skip == "mean-and-sd":
            self.tiles = tuple(tile for tile in tiles if mean_and_sd_pass(self._image, tile))
        else:
            self.tiles = tuple(tile for tile in tiles if valid[tile.slices].any())
        self._stitcher: MaximumStitcher | WeightedStitcher
        if tiling.stitching == "maximum":
            self._stitcher = MaximumStitcher(self._image.shape)
        else:
            overlap = tiling.tile_px - tiling.stride_px
            self._stitcher = WeightedStitcher(self._image.shape, tile_px=tiling.tile_px, overlap_px=overlap)

    @property
    def total(self) -> int:
        """Pieces of work."""
        return len(self.tiles)

    def answers(self) -> Iterator[TileProbability | None]:
        """Run; give each tile as it is finished."""
        size = self._runner.batch_size
        for first in range(0, len(self.tiles), size):
            batch = self.tiles[first : first + size]
            inputs = np.stack([self._levels[self._image[tile.slices]] for tile in batch])
            logits = self._runner.tile_logits(inputs)
            require_finite(logits, self._card)
            for tile, answer in zip(batch, logits, strict=True):
                probability = to_probability(answer, self._card)
                self._stitcher.add(tile, probability)
                inside = clip(tile, self._shape)
                yield TileProbability(inside, probability[: inside.height, : inside.width])

    def result(self) -> Array:
        """The map at the size of the image."""
        return self._stitcher.result()[: self._shape[0], : self._shape[1]]


def normalised_levels(card: ModelCard) -> Array:
    """Network input for each of the 256 grey levels."""
    levels = np.arange(256) / 255.0
    return ((levels - card.normalisation_mean) / card.normalisation_sd).astype(np.float32)
