"""Segment without seams: SCU-Net with windowed gates, in blocks that do not show.

Three passes over blocks of the image: encode to a quarter, weigh by the gates of the windows around
(see `gates`), deepen to an eighth, weigh again, decode. The last two go down the image together, so
that the features between them are never all there at once. Each block is computed with a halo as wide as
the layers of its pass can see, so a block's border changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from shared_core.inference.blocks import BlockLattice, clip, scaled
from shared_core.inference.features import FeatureBlocks
from shared_core.inference.gates import CELL_PX, CellSums
from shared_core.inference.memory import give_back_freed
from shared_core.inference.plain_network import require_finite
from shared_core.inference.probability import TileProbability, to_probability
from shared_core.inference.runner import Runner
from shared_core.inference.tiled import normalised_levels
from shared_core.inference.tiles import Tile, covering_tiles, pad_to
from shared_core.mammogram import Mask
from shared_core.networks.scunet_lean import LeanScuNet
from shared_core.weights.card import ModelCard

Array = NDArray[np.float32]

ENCODE_HALO_PX, DEEPEN_HALO_PX, DECODE_HALO_PX = 16, 40, 24
"""What the layers of each pass can see beyond a block, rounded up to 8 px (the deepest stride)."""
ALIGN_PX = 8


class SeamlessRun:
    """One image on its way through the three passes.

    Parameters
    ----------
    valid
        Where answers are wanted; elsewhere the probability is 0.
    net
        The folded network, for its gates.
    origin_px
        Shift of all grids, in multiples of 8 px, to show that it does not matter.
    """

    def __init__(
        self,
        image_u8: NDArray[np.uint8],
        valid: Mask,
        card: ModelCard,
        *,
        net: LeanScuNet,
        runner: Runner,
        origin_px: tuple[int, int] = (0, 0),
    ) -> None:
        self._shape = image_u8.shape
        self._valid = valid
        self._net = net
        self._runner = runner
        self._levels = normalised_levels(card)
        self._card = card
        self._block_px = card.tiling.tile_px
        least = self._block_px + 2 * DEEPEN_HALO_PX
        rows, columns = (max(-(-side // ALIGN_PX) * ALIGN_PX, least) for side in self._shape)
        self._image = pad_to(image_u8, (rows, columns))
        self._lattice = BlockLattice(self._image.shape, self._block_px, origin_px)
        deep = self._lattice.averaged_for(
            self._lattice.cells_of(valid), self._shape, margin_px=DECODE_HALO_PX + CELL_PX
        )
        early = self._lattice.averaged_for(deep, self._shape, margin_px=DEEPEN_HALO_PX + CELL_PX)
        self._deepened = self._lattice.blocks_with(deep)
        self._encoded = self._lattice.blocks_with(early)
        self.tiles = covering_tiles(
            valid, tile_px=self._block_px, align_px=ALIGN_PX, origin_px=(origin_px[0], origin_px[1])
        )
        self._probability: Array = np.zeros(self._shape, np.float32)

    @property
    def total(self) -> int:
        """Pieces of work."""
        return len(self._encoded) + len(self._deepened) + len(self.tiles)

    def answers(self) -> Iterator[TileProbability | None]:
        """Run; give each decoded block as it is finished, None for the pieces before."""
        gates_2, gates_3 = self._net.context_2.gate, self._net.context_3.gate
        deepened = [self._lattice.window(block, DEEPEN_HALO_PX) for block in self._deepened]
        decoded = [self._lattice.window(tile, DECODE_HALO_PX) for tile in self.tiles]
        features_2 = FeatureBlocks(self._lattice, gates_2.excite_bias.size, 4, windows=[*deepened, *decoded])
        features_3 = FeatureBlocks(self._lattice, gates_3.excite_bias.size, 8, windows=decoded)

        sums_2 = self._cell_sums(gates_2.excite_bias.size, 4)
        yield from self._encode(features_2, sums_2)
        self._runner.release_memory()
        give_back_freed()
        features_2.weigh_by(lambda corners: gates_2.weights(sums_2.window_means(self._block_px, corners)))
        sums_3 = self._cell_sums(gates_3.excite_bias.size, 8)
        features_3.weigh_by(lambda corners: gates_3.weights(sums_3.window_means(self._block_px, corners)))
        yield from self._deepen_and_decode(features_2, features_3, sums_3)

    def result(self) -> Array:
        """The map at the size of the image."""
        return self._probability

    def _encode(self, features_2: FeatureBlocks, sums: CellSums) -> Iterator[None]:
        flat: dict[tuple[object, ...], Array] = {}
        pending: list[Tile] = []
        for block in self._encoded:
            window = self._lattice.window(block, ENCODE_HALO_PX)
            key = self._flat_key(window)
            if key is None:
                pending.append(block)
                if len(pending) == self._runner.batch_size:
                    self._encode_batch(pending, features_2, sums)
                    pending = []
            else:
                # The answer for a flat window depends on its level and on the image borders it touches.
                if key not in flat:
                    flat[key] = self._runner.encode(self._inputs([window]))[0]
                self._keep(flat[key], block, window, features_2, sums, shared=True)
            yield None
        if pending:
            self._encode_batch(pending, features_2, sums)

    def _encode_batch(self, blocks: Sequence[Tile], features_2: FeatureBlocks, sums: CellSums) -> None:
        windows = [self._lattice.window(block, ENCODE_HALO_PX) for block in blocks]
        for block, window, answer in zip(
            blocks, windows, self._runner.encode(self._inputs(windows)), strict=True
        ):
            self._keep(answer, block, window, features_2, sums)

    def _deepen_and_decode(
        self, features_2: FeatureBlocks, features_3: FeatureBlocks, sums: CellSums
    ) -> Iterator[TileProbability | None]:
        """Deepen row after row of blocks, and decode each tile as soon as its gates are known."""
        rows = [list(blocks) for _, blocks in groupby(self._deepened, key=lambda block: block.row)]
        left = list(self.tiles)
        for number, blocks in enumerate(rows, start=1):
            yield from self._deepen(blocks, features_2, features_3, sums)
            done_to = rows[number][0].row if number < len(rows) else self._shape[0]
            ready = [tile for tile in left if self._reach(tile) <= done_to]
            left = left[len(ready) :]
            yield from self._decode(ready, features_2, features_3)

    def _reach(self, tile: Tile) -> int:
        """Row of the image that the gates' windows around a decoded tile reach down to."""
        window = self._lattice.window(tile, DECODE_HALO_PX)
        rows: int = self._shape[0]
        return min(window.row + window.height + CELL_PX + self._block_px // 2, rows)

    def _deepen(
        self, blocks: Sequence[Tile], features_2: FeatureBlocks, features_3: FeatureBlocks, sums: CellSums
    ) -> Iterator[None]:
        for batch in self._batches(blocks):
            windows = [self._lattice.window(block, DEEPEN_HALO_PX) for block in batch]
            answers = self._runner.deepen(self._inputs(windows), _cut(features_2, windows))
            for block, window, answer in zip(batch, windows, answers, strict=True):
                self._keep(answer, block, window, features_3, sums)
                yield None

    def _decode(
        self, tiles: Sequence[Tile], features_2: FeatureBlocks, features_3: FeatureBlocks
    ) -> Iterator[TileProbability]:
        for batch in self._batches(tiles):
            windows = [self._lattice.window(tile, DECODE_HALO_PX) for tile in batch]
            # Tiles come from top to bottom: the features above are not needed any more.
            for features in (features_2, features_3):
                features.drop_above(windows[0].row)
            logits = self._runner.decode(
                self._inputs(windows), _cut(features_2, windows), _cut(features_3, windows)
            )
            require_finite(logits, self._card)
            for tile, window, answer in zip(batch, windows, logits, strict=True):
                core = clip(tile, self._shape)
                rows, columns = scaled(core, 1, start=window)
                probability = to_probability(answer[rows, columns], self._card)
                probability *= self._valid[core.slices]
                self._probability[core.slices] = probability
                yield TileProbability(core, probability)

    def _keep(
        self,
        answer: Array,
        block: Tile,
        window: Tile,
        features: FeatureBlocks,
        sums: CellSums,
        *,
        shared: bool = False,
    ) -> None:
        """Keep the core of an answer, and its sums in the cells."""
        core = clip(block, self._image.shape)
        rows, columns = scaled(core, features.scale, start=window)
        kept = answer[:, rows, columns]
        features.put(core, kept, shared=shared)
        # Padding below and to the right of the image has no say in the averages.
        bottom, right = (-(-side // features.scale) for side in self._shape)
        real = kept[:, : bottom - core.row // features.scale, : right - core.column // features.scale]
        if real.size:
            sums.add(real, *self._lattice.features_before(core, features.scale))

    def _cell_sums(self, channels: int, scale: int) -> CellSums:
        rows, columns = (-(-side // scale) for side in self._shape)
        return CellSums(
            channels,
            self._lattice.cells,
            extent=(rows, columns),
            before=self._lattice.features_before(Tile(0, 0, 0, 0), scale),
            features_per_cell=CELL_PX // scale,
        )

    def _flat_key(self, window: Tile) -> tuple[object, ...] | None:
        crop = self._image[window.slices]
        level = int(crop[0, 0])
        if (crop != level).any():
            return None
        rows, columns = self._image.shape
        return (
            level,
            window.row == 0,
            window.row + window.height == rows,
            window.column == 0,
            window.column + window.width == columns,
        )

    def _inputs(self, windows: Sequence[Tile]) -> Array:
        return _batch([self._levels[self._image[window.slices]] for window in windows])

    def _batches(self, tiles: Sequence[Tile]) -> Iterator[Sequence[Tile]]:
        first = 0
        while first < len(tiles):
            size = self._runner.batch_size
            yield tiles[first : first + size]
            first += size


def _cut(features: FeatureBlocks, windows: Sequence[Tile]) -> Array:
    return _batch([features.cut(window) for window in windows])


def _batch(arrays: Sequence[Array]) -> Array:
    # One window, as always on a CPU, needs no copy.
    return arrays[0][None] if len(arrays) == 1 else np.stack(arrays)
