"""Where tiles lie on an image."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import UsageError
from shared_core.mammogram import Mask


@dataclass(frozen=True)
class Tile:
    """A rectangle of an image, in px."""

    row: int
    column: int
    height: int
    width: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index of the rectangle in an image."""
        return slice(self.row, self.row + self.height), slice(self.column, self.column + self.width)


def regular_tiles(
    shape: tuple[int, int], *, tile_px: int, stride_px: int, origin_px: tuple[int, int] = (0, 0)
) -> tuple[Tile, ...]:
    """Square tiles at a fixed stride, the last of each row and column snapped to the edge.

    Where the grid is shifted by `origin_px`, the strip before it is covered by tiles that start at 0.

    Raises
    ------
    UsageError
        If the stride leaves gaps or the image is smaller than a tile.
    """
    if not 0 < stride_px <= tile_px:
        raise UsageError(f"A stride of {stride_px} px leaves gaps between tiles of {tile_px} px.")
    if min(shape) < tile_px:
        raise UsageError(f"An image of {shape[0]} x {shape[1]} px is smaller than a tile of {tile_px} px.")
    rows, columns = (
        tuple(_starts(length, tile_px, stride_px, origin))
        for length, origin in zip(shape, origin_px, strict=True)
    )
    return tuple(Tile(row, column, tile_px, tile_px) for row in rows for column in columns)


def covering_tiles(
    wanted: Mask, *, tile_px: int, align_px: int, origin_px: tuple[int, int] = (0, 0)
) -> tuple[Tile, ...]:
    """Few tiles that cover every wanted pixel, in bands that start where the wanted pixels do.

    Tiles do not overlap and may reach over the image's edges. Their starts are multiples of `align_px`,
    shifted by `origin_px` modulo it, to show that it does not matter.
    """
    tiles: list[Tile] = []
    rows = np.flatnonzero(wanted.any(axis=1))
    if rows.size == 0:
        return ()
    row = _align(int(rows[0]), align_px) - origin_px[0] % tile_px
    while row <= rows[-1]:
        top = max(row, 0)
        columns = np.flatnonzero(wanted[top : row + tile_px].any(axis=0))
        if columns.size:
            column = _align(int(columns[0]), align_px) - origin_px[1] % tile_px
            tiles += _band(columns, row, column, tile_px)
        row += tile_px
    return tuple(tiles)


def mean_and_sd_pass(image_u8: NDArray[np.uint8], tile: Tile) -> bool:
    """Published rule: a tile counts when its mean is above 20 and its SD above 10 grey levels."""
    crop = image_u8[tile.slices]
    return bool(crop.mean() > 20 and crop.std() > 10)


def pad_to(image: NDArray[np.uint8], shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Extend an image to the right and below to at least `shape` by its last row and column."""
    extra = [max(0, wanted - have) for have, wanted in zip(image.shape, shape, strict=True)]
    if not any(extra):
        return image
    return np.pad(image, ((0, extra[0]), (0, extra[1])), mode="edge")


def _starts(length: int, tile: int, stride: int, origin: int) -> Iterator[int]:
    last = length - tile
    if origin % stride and last > 0:
        yield 0
    start = origin % stride
    while start < last:
        yield start
        start += stride
    yield last


def _align(value: int, step: int) -> int:
    return value - value % step


def _band(columns: NDArray[np.intp], row: int, start: int, size: int) -> Iterator[Tile]:
    """Tiles of one band; a gap of wanted columns wider than a tile is left out."""
    column = start
    while column <= columns[-1]:
        if ((columns >= column) & (columns < column + size)).any():
            yield Tile(row, column, size, size)
        column += size
