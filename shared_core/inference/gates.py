"""Windowed gates: SCU-Net's tile averages, taken around every place instead of once a tile.

The network weighs its channels by their average over a tile of 512 px. With a grid of tiles that
average jumps at each border, and the mask changes by 9 % Dice when the grid moves. Here every place
gets the average over the 512 px around it (kept inside the image, like the published last tile), so
the answer no longer depends on a grid, at the price of one tile a place.

Averages are kept in cells of 16 px, and weights are interpolated between the corners of the cells.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

CELL_PX = 16
"""Side of a cell: fine enough that the place of the lattice moves no probability by more than 0.01."""

Array = NDArray[np.float32]
ALL = slice(None)


class CellSums:
    """Sums of features over cells, filled block by block.

    Parameters
    ----------
    channels
        Feature channels.
    cells
        (rows, columns) of cells.
    extent
        (rows, columns) of features that lie on the image.
    before
        (rows, columns) of features from the start of the lattice to the image, 0 or more.
    features_per_cell
        Feature positions along a side of a cell.
    """

    def __init__(
        self,
        channels: int,
        cells: tuple[int, int],
        *,
        extent: tuple[int, int],
        before: tuple[int, int],
        features_per_cell: int,
    ) -> None:
        self.features_per_cell = features_per_cell
        self._extent = extent
        self._before = before
        self._sums: Array = np.zeros((*cells, channels), np.float32)
        self._counts: Array = np.zeros(cells, np.float32)

    def add(self, features: Array, row: int, column: int) -> None:
        """Take a block of (channels, h, w) whose first feature lies at (row, column) of the lattice."""
        step = self.features_per_cell
        top, left = row % step, column % step
        height, width = features.shape[1:]
        padded = _padded(features, top, left, step)
        rows, columns = padded.shape[1] // step, padded.shape[2] // step
        # Strided sums: numpy is slow over the short axes of a reshaped array.
        by_row = sum(padded[:, first::step] for first in range(1, step)) + padded[:, ::step]
        sums = sum(by_row[:, :, first::step] for first in range(1, step)) + by_row[:, :, ::step]
        counts = np.outer(_in_cells(top, height, rows, step), _in_cells(left, width, columns, step))
        first_row, first_column = row // step, column // step
        place = np.s_[first_row : first_row + rows, first_column : first_column + columns]
        self._sums[place] += sums.transpose(1, 2, 0)
        self._counts[place] += counts

    def window_means(self, window_px: int, corners: tuple[slice, slice] = (ALL, ALL)) -> Array:
        """Averages over the window around each of some corners of the cells, kept inside the image.

        (rows, columns, channels), one row and column of corners more than there are cells; 0 where the window
        saw nothing.
        """
        size = window_px * self.features_per_cell // CELL_PX
        (rows, by_row), (columns, by_column) = (self._coverage(size, axis, corners[axis]) for axis in (0, 1))
        cells = self._sums[rows, columns]
        over_rows = (by_row @ cells.reshape(len(cells), -1)).reshape(len(by_row), *cells.shape[1:])
        sums: Array = by_column @ over_rows
        counts = by_row @ self._counts[rows, columns] @ by_column.T
        # A window that saw nothing has sums of 0, too.
        sums /= np.maximum(counts, 1)[..., None]
        return sums

    def _coverage(self, size: int, axis: int, corners: slice) -> tuple[slice, Array]:
        """Cells under the windows around some corners, and the part (corners, cells) that each covers."""
        extent = self._extent[axis]
        places = np.arange(self._counts.shape[axis] + 1) * self.features_per_cell - self._before[axis]
        start = np.clip(places[corners] - size // 2, 0, max(extent - size, 0))[:, None]
        edges = np.clip(places, 0, extent)
        low, high = np.maximum(edges[:-1], start), np.minimum(edges[1:], start + min(size, extent))
        parts = np.clip(high - low, 0, None) / np.maximum(np.diff(edges), 1)
        covered = np.flatnonzero(parts.any(axis=0))
        cells = slice(int(covered[0]), int(covered[-1]) + 1)
        return cells, np.asarray(parts[:, cells], np.float32)


CornerWeights = Callable[[tuple[slice, slice]], Array]
"""Gate weights (rows, columns, channels) at some corners of the cells, made where they are asked for.

Those of a whole image would take 20 MB, and need all sums at once."""


def weigh(
    features: Array,
    corner_weights: CornerWeights,
    *,
    first: tuple[int, int],
    features_per_cell: int,
) -> None:
    """Multiply features (channels, h, w), in place, by weights interpolated between the corners of cells.

    `first` is the (row, column) of the block's first feature on the lattice.
    """
    rows, by_row = _between(first[0], features.shape[1], features_per_cell)
    columns, by_column = _between(first[1], features.shape[2], features_per_cell)
    corners = np.ascontiguousarray(corner_weights((rows, columns)).transpose(2, 0, 1))
    # A product of three matrices a channel: 2 to 3 times faster than looking the corners up.
    features *= by_row @ corners @ by_column.T


def _padded(features: Array, top: int, left: int, step: int) -> Array:
    """The block with zeros around, so that it fills whole cells."""
    channels, height, width = features.shape
    rows, columns = -(-(top + height) // step) * step, -(-(left + width) // step) * step
    if (rows, columns) == (height, width):
        return features
    padded = np.zeros((channels, rows, columns), np.float32)
    padded[:, top : top + height, left : left + width] = features
    return padded


def _in_cells(first: int, count: int, cells: int, step: int) -> NDArray[np.float64]:
    """How many of `count` positions from `first` on lie in each cell."""
    edges = np.arange(cells + 1) * step
    return np.diff(np.clip(edges, first, first + count)).astype(np.float64)


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
