"""The lattice of blocks and cells that the seamless passes work on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shared_core.inference.gates import CELL_PX
from shared_core.inference.tiles import Tile
from shared_core.mammogram import Mask


class BlockLattice:
    """Blocks of whole cells over an image, beginning at or before its top left corner.

    Parameters
    ----------
    shape
        (rows, columns) of the padded image, multiples of 8.
    block_px
        Side of a block, a multiple of the cell.
    origin_px
        Shift of the lattice.
    """

    def __init__(self, shape: tuple[int, ...], block_px: int, origin_px: tuple[int, int]) -> None:
        self.shape = shape
        self.block_px = block_px
        self.start = (-(-origin_px[0] % block_px), -(-origin_px[1] % block_px))
        rows, columns = (-(-(side - start) // CELL_PX) for side, start in zip(shape, self.start, strict=True))
        self.cells = rows, columns

    def cells_of(self, mask: Mask) -> Mask:
        """Cells that hold a pixel of the mask."""
        rows, columns = self.cells
        whole = np.zeros((rows * CELL_PX, columns * CELL_PX), bool)
        top, left = -self.start[0], -self.start[1]
        whole[top : top + mask.shape[0], left : left + mask.shape[1]] = mask
        return np.asarray(whole.reshape(rows, CELL_PX, columns, CELL_PX).any(axis=(1, 3)))

    def averaged_for(self, cells: Mask, image_shape: tuple[int, ...], *, margin_px: int) -> Mask:
        """Cells that lie in the gate window of a place at most `margin_px` from one of the cells.

        Windows are kept inside the image without padding, of `image_shape`; `margin_px` is how far features
        around a place have a say in it.
        """
        rows, columns = (
            self._in_window(axis, image_shape[axis], margin_px).astype(np.float32) for axis in (0, 1)
        )
        return np.asarray(rows @ cells.astype(np.float32) @ columns.T > 0)

    def _in_window(self, axis: int, extent_px: int, margin_px: int) -> Mask:
        """(seen, from): whether a cell lies in the window of a place near another cell, along an axis."""
        size = min(self.block_px, extent_px)
        edges = self.start[axis] + np.arange(self.cells[axis] + 1) * CELL_PX
        first, last = edges[:-1] - margin_px, edges[1:] + margin_px
        start = np.clip(first - size // 2, 0, extent_px - size)
        stop = np.clip(last - size // 2, 0, extent_px - size) + size
        return np.asarray((edges[:-1, None] < stop) & (edges[1:, None] > start))

    def blocks_with(self, cells: Mask) -> tuple[Tile, ...]:
        """Blocks that hold one of the cells; they may reach over the image's edges."""
        step = self.block_px // CELL_PX
        return tuple(
            Tile(
                self.start[0] + row * CELL_PX,
                self.start[1] + column * CELL_PX,
                self.block_px,
                self.block_px,
            )
            for row in range(0, cells.shape[0], step)
            for column in range(0, cells.shape[1], step)
            if cells[row : row + step, column : column + step].any()
        )

    def window(self, block: Tile, halo_px: int) -> Tile:
        """The block with a halo on all sides, moved inside the image where it would reach over."""
        size = self.block_px + 2 * halo_px
        row, column = (
            min(max(start - halo_px, 0), side - size)
            for start, side in zip((block.row, block.column), self.shape, strict=True)
        )
        return Tile(row, column, size, size)

    def features_before(self, tile: Tile, scale: int) -> tuple[int, int]:
        """Features (rows, columns) between the start of the lattice and the tile."""
        return (tile.row - self.start[0]) // scale, (tile.column - self.start[1]) // scale


def clip(block: Tile, shape: tuple[int, ...]) -> Tile:
    """The part of a block that lies on an image."""
    row, column = max(block.row, 0), max(block.column, 0)
    return Tile(
        row,
        column,
        min(block.row + block.height, shape[0]) - row,
        min(block.column + block.width, shape[1]) - column,
    )


def common(first: Tile, second: Tile) -> Tile | None:
    """What two rectangles share; None where they do not meet."""
    row, column = max(first.row, second.row), max(first.column, second.column)
    height = min(first.row + first.height, second.row + second.height) - row
    width = min(first.column + first.width, second.column + second.width) - column
    return Tile(row, column, height, width) if height > 0 and width > 0 else None


def hull(tiles: Sequence[Tile]) -> Tile:
    """The smallest rectangle that holds all."""
    row, column = min(tile.row for tile in tiles), min(tile.column for tile in tiles)
    bottom = max(tile.row + tile.height for tile in tiles)
    right = max(tile.column + tile.width for tile in tiles)
    return Tile(row, column, bottom - row, right - column)


def scaled(tile: Tile, scale: int, *, start: Tile) -> tuple[slice, slice]:
    """Index of a tile in features that are `scale` times smaller and begin where `start` does."""
    row, column = tile.row - start.row, tile.column - start.column
    return (
        slice(row // scale, (row + tile.height) // scale),
        slice(column // scale, (column + tile.width) // scale),
    )
