"""Where tiles lie."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from shared_core.errors import UsageError
from shared_core.inference.tiles import Tile, covering_tiles, mean_and_sd_pass, pad_to, regular_tiles


@given(
    rows=st.integers(64, 700),
    columns=st.integers(64, 700),
    stride=st.integers(16, 64),
    origin=st.tuples(st.integers(0, 70), st.integers(0, 70)),
)
def test_regular_tiles_cover_every_pixel_and_stay_inside(
    rows: int, columns: int, stride: int, origin: tuple[int, int]
) -> None:
    covered = np.zeros((rows, columns), bool)
    for tile in regular_tiles((rows, columns), tile_px=64, stride_px=stride, origin_px=origin):
        assert tile.row >= 0
        assert tile.column >= 0
        assert tile.row + tile.height <= rows
        assert tile.column + tile.width <= columns
        covered[tile.slices] = True
    assert covered.all()


def test_published_grid_of_a_large_view_has_63_tiles_with_the_last_snapped() -> None:
    tiles = regular_tiles((4096, 3328), tile_px=512, stride_px=480)
    assert len(tiles) == 63
    assert tiles[0] == Tile(0, 0, 512, 512)
    assert tiles[-1] == Tile(4096 - 512, 3328 - 512, 512, 512)
    assert {tile.row for tile in tiles} == {*range(0, 3584, 480), 3584}


def test_image_of_one_tile_gets_one_tile() -> None:
    assert regular_tiles((64, 64), tile_px=64, stride_px=48) == (Tile(0, 0, 64, 64),)


@pytest.mark.parametrize(("stride", "shape"), [(0, (64, 64)), (65, (64, 64)), (32, (63, 64))])
def test_impossible_grids_are_refused(stride: int, shape: tuple[int, int]) -> None:
    with pytest.raises(UsageError):
        regular_tiles(shape, tile_px=64, stride_px=stride)


@given(
    boxes=st.lists(
        st.tuples(st.integers(0, 290), st.integers(0, 290), st.integers(1, 90), st.integers(1, 90)),
        max_size=4,
    ),
    origin=st.tuples(st.integers(0, 70), st.integers(0, 70)),
)
def test_covering_tiles_cover_what_is_wanted_without_overlap(
    boxes: list[tuple[int, int, int, int]], origin: tuple[int, int]
) -> None:
    wanted = np.zeros((300, 300), bool)
    for row, column, height, width in boxes:
        wanted[row : row + height, column : column + width] = True
    times = np.zeros((500, 500), int)
    for tile in covering_tiles(wanted, tile_px=64, align_px=8, origin_px=origin):
        times[tile.row + 100 : tile.row + 164, tile.column + 100 : tile.column + 164] += 1
    assert times.max(initial=0) <= 1
    assert (times[100:400, 100:400][wanted] == 1).all()
    assert (times.max() > 0) == wanted.any()


def test_covering_tiles_start_at_the_wanted_pixels() -> None:
    wanted = np.zeros((300, 300), bool)
    wanted[100:160, 50:110] = True
    assert covering_tiles(wanted, tile_px=64, align_px=8) == (Tile(96, 48, 64, 64),)


def test_dark_or_flat_tiles_fail_the_published_rule() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8)
    tile = Tile(0, 0, 64, 64)
    assert mean_and_sd_pass(noise, tile)
    assert not mean_and_sd_pass(np.full((64, 64), 200, np.uint8), tile)
    assert not mean_and_sd_pass(noise // 16, tile)


def test_padding_repeats_the_last_row_and_column() -> None:
    image = np.arange(6, dtype=np.uint8).reshape(2, 3)
    padded = pad_to(image, (4, 3))
    assert padded.tolist() == [[0, 1, 2], [3, 4, 5], [3, 4, 5], [3, 4, 5]]
    assert pad_to(image, (1, 1)) is image
