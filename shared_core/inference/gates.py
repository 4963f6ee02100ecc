"""Windowed gates: SCU-Net's tile averages, taken around every place instead of once a tile.

The network weighs its channels by their average over a tile of 512 px. With a grid of tiles that
average jumps at each border, and the mask changes by 9 % Dice when the grid moves. Here every place
gets the average over the 512 px around it (kept inside the image, like the published last tile), so
the answer no longer depends on a grid, at the price of one tile a place.

Averages are kept in cells of 64 px: a window is 8 x 8 cells, and weights are interpolated between
the corners of the cells.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

CELL_PX = 64
"""Side of a cell; 8 of them make the published tile."""

Array = NDArray[np.float32]


class CellSums:
    """Sums of features over cells, filled block by block.

    Parameters
    ----------
    channels
        Feature channels.
    cells
        (rows, columns) of cells.
    features_per_cell
        Feature positions along a side of a cell (16 at a quarter, 8 at an eighth).
    """

    def __init__(self, channels: int, cells: tuple[int, int], features_per_cell: int) -> None:
        self.features_per_cell = features_per_cell
        self._sums = np.zeros((*cells, channels))
        self._counts = np.zeros(cells)

    def add(self, features: Array, row: int, column: int) -> None:
        """Take a block of (channels, h, w) whose first feature lies at (row, column) of the lattice."""
        step = self.features_per_cell
        top, left = row % step, column % step
        channels, height, width = features.shape
        padded_shape = (-(-(top + height) // step) * step, -(-(left + width) // step) * step)
        padded = np.zeros((channels, *padded_shape), np.float32)
        padded[:, top : top + height, left : left + width] = features
        inside = np.zeros(padded_shape, np.float32)
        inside[top : top + height, left : left + width] = 1
        rows, columns = padded_shape[0] // step, padded_shape[1] // step
        sums = padded.reshape(channels, rows, step, columns, step).sum(axis=(2, 4), dtype=np.float64)
        counts = inside.reshape(rows, step, columns, step).sum(axis=(1, 3))
        first_row, first_column = row // step, column // step
        place = np.s_[first_row : first_row + rows, first_column : first_column + columns]
        self._sums[place] += sums.transpose(1, 2, 0)
        self._counts[place] += counts

    def window_means(self, window_px: int) -> NDArray[np.float64]:
        """Averages over the window around each corner of the cells.

        Parameters
        ----------
        window_px
            Side of the window, a multiple of 2 cells.

        Returns
        -------
        (rows + 1, columns + 1, channels); 0 where the window saw nothing.
        """
        size = window_px // CELL_PX
        sums = _window_sums(_window_sums(self._sums, size, axis=0), size, axis=1)
        counts = _window_sums(_window_sums(self._counts, size, axis=0), size, axis=1)[..., None]
        return np.divide(sums, counts, out=np.zeros_like(sums), where=counts > 0)


def weigh(
    features: Array,
    corner_weights: Array,
    *,
    first: tuple[int, int],
    features_per_cell: int,
) -> None:
    """Multiply features, in place, by weights interpolated between the corners of cells.

    Parameters
    ----------
    features
        (channels, h, w), changed.
    corner_weights
        (rows + 1, columns + 1, channels) of the whole lattice.
    first
        (row, column) of the block's first feature on the lattice.
    features_per_cell
        Feature positions along a side of a cell.
    """
    rows, by_row = _between(first[0], features.shape[1], features_per_cell)
    columns, by_column = _between(first[1], features.shape[2], features_per_cell)
    corners = np.ascontiguousarray(corner_weights[rows, columns].transpose(2, 0, 1))
    # A product of three matrices a channel: 2 to 3 times faster than looking the corners up.
    features *= by_row @ corners @ by_column.T


def corner_weights(sums: CellSums, gate: Callable[[NDArray[np.floating]], Array], window_px: int) -> Array:
    """Gate weights at the corners of the cells, (rows + 1, columns + 1, channels)."""
    return gate(sums.window_means(window_px))


def _window_sums(values: NDArray[np.float64], size: int, axis: int) -> NDArray[np.float64]:
    """Sums over `size` neighbours around each corner, the window kept inside the lattice."""
    count = values.shape[axis]
    size = min(size, count)
    start = np.clip(np.arange(count + 1) - size // 2, 0, count - size)
    zero = np.zeros_like(np.take(values, [0], axis=axis))
    running = np.concatenate([zero, np.cumsum(values, axis=axis)], axis=axis)
    return np.asarray(np.take(running, start + size, axis=axis) - np.take(running, start, axis=axis))


def _between(first: int, count: int, step: int) -> tuple[slice, Array]:
    """Corners around `count` positions, and the part (positions, corners) that each has in them."""
    place = (first + np.arange(count) + 0.5) / step
    index = np.floor(place).astype(np.intp)
    part = (place - index).astype(np.float32)
    corners = slice(int(index[0]), int(index[-1]) + 2)
    parts = np.zeros((count, corners.stop - corners.start), np.float32)
    position = np.arange(count)
    parts[position, index - index[0]] = 1 - part
    parts[position, index - index[0] + 1] = part
    return corners, parts
