"""Features of an image between two passes: kept in blocks, weighed where they are taken out.

A map of all features of a 12-megapixel view is 160 MB. Kept in the blocks of the lattice, only what
was computed takes memory, flat blocks share one answer, and what is not needed any more can go.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shared_core.inference.blocks import BlockLattice, common, hull, scaled
from shared_core.inference.gates import CELL_PX, CornerWeights, weigh
from shared_core.inference.memory import give_back_freed
from shared_core.inference.tiles import Tile

Array = NDArray[np.float32]


class FeatureBlocks:
    """The features of one layer.

    Parameters
    ----------
    scale
        Image pixels along a side of a feature.
    windows
        What will be cut out; blocks beside them are not kept.
    """

    def __init__(self, lattice: BlockLattice, channels: int, scale: int, *, windows: Sequence[Tile]) -> None:
        self.scale = scale
        self._lattice = lattice
        self._channels = channels
        self._windows = windows
        self._blocks: dict[Tile, Array] = {}
        self._corner_weights: CornerWeights | None = None

    def put(self, core: Tile, features: Array, *, shared: bool = False) -> None:
        """Keep what the windows will need of the features (channels, h, w) of a rectangle.

        They are copied unless `shared`, which is for one answer put in many places.
        """
        needed = [part for window in self._windows if (part := common(core, window)) is not None]
        if needed:
            kept = hull(needed)
            rows, columns = scaled(kept, self.scale, start=core)
            values = features[:, rows, columns]
            self._blocks[kept] = values if shared else values.copy()

    def weigh_by(self, corner_weights: CornerWeights) -> None:
        """Multiply what is taken out from now on by weights between the corners of cells."""
        self._corner_weights = corner_weights

    def cut(self, window: Tile) -> Array:
        """Weighed features (channels, h, w) under a window; 0 where none were put."""
        scale = self.scale
        out = np.zeros((self._channels, window.height // scale, window.width // scale), np.float32)
        for block, features in self._blocks.items():
            part = common(block, window)
            if part is not None:
                to_rows, to_columns = scaled(part, scale, start=window)
                from_rows, from_columns = scaled(part, scale, start=block)
                out[:, to_rows, to_columns] = features[:, from_rows, from_columns]
        if self._corner_weights is not None:
            weigh(
                out,
                self._corner_weights,
                first=self._lattice.features_before(window, scale),
                features_per_cell=CELL_PX // scale,
            )
        return out

    def drop_above(self, row: int) -> None:
        """Forget the blocks that end above a row of the image, and give their memory back."""
        left = {block: features for block, features in self._blocks.items() if block.row + block.height > row}
        if len(left) < len(self._blocks):
            self._blocks = left
            give_back_freed()
