"""Segment tile by tile: the published way, blended overlaps, or as if the image were seen as a whole."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from shared_core.inference.blocks import clip
from shared_core.inference.plain_network import require_finite
from shared_core.inference.probability import TileProbability, to_probability
from shared_core.inference.runner import Runner
from shared_core.inference.stitching import MaximumStitcher, WeightedStitcher, WholeStitcher
from shared_core.inference.tiles import mean_and_sd_pass, pad_to, regular_tiles
from shared_core.mammogram import Mask
from shared_core.networks.table import network_named
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
        self._image = pad_to(image_u8, _padded_shape(image_u8.shape, card))
        self._levels = normalised_levels(card)
        rows, columns = self._image.shape
        tiles = regular_tiles(
            (rows, columns), tile_px=tiling.tile_px, stride_px=tiling.stride_px, origin_px=origin_px
        )
        if tiling.skip == "mean-and-sd":
            self.tiles = tuple(tile for tile in tiles if mean_and_sd_pass(self._image, tile))
        else:
            self.tiles = tuple(tile for tile in tiles if valid[tile.slices].any())
        self._stitcher = _stitcher((rows, columns), card)

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


def _padded_shape(shape: tuple[int, ...], card: ModelCard) -> tuple[int, int]:
    """At least one tile; for ``whole`` a multiple of the network's step, which all tiles then begin at."""
    tile_px = card.tiling.tile_px
    step = network_named(card.network).side_multiple if card.tiling.stitching == "whole" else 1
    height, width = (max(-(-side // step) * step, tile_px) for side in shape)
    return height, width


def _stitcher(shape: tuple[int, int], card: ModelCard) -> MaximumStitcher | WeightedStitcher | WholeStitcher:
    tiling = card.tiling
    if tiling.stitching == "maximum":
        return MaximumStitcher(shape)
    if tiling.stitching == "whole":
        return WholeStitcher(shape, margin_px=network_named(card.network).sees_px or 0)
    overlap = tiling.tile_px - tiling.stride_px
    return WeightedStitcher(shape, tile_px=tiling.tile_px, overlap_px=overlap)


def normalised_levels(card: ModelCard) -> Array:
    """Network input for each of the 256 grey levels."""
    levels = np.arange(256) / 255.0
    return ((levels - card.normalisation_mean) / card.normalisation_sd).astype(np.float32)
