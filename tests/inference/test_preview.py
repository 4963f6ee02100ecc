from __future__ import annotations

import numpy as np
from hypothesis import given, strategies as st

from shared_core.inference.preview import coarse_tile
from shared_core.inference.probability import TileProbability
from shared_core.inference.tiles import Tile


@given(
    row=st.integers(0, 20),
    column=st.integers(0, 20),
    height=st.integers(8, 20),
    width=st.integers(8, 20),
    step_px=st.integers(1, 5),
    data=st.data(),
)
def test_a_bright_pixel_is_told_near_its_place(
    row: int, column: int, height: int, width: int, step_px: int, data: st.DataObject
) -> None:
    # Half a step from the tile's border there may be no point of the grid.
    y = data.draw(st.integers(step_px, height - step_px - 1)) if height > 2 * step_px else height // 2
    x = data.draw(st.integers(step_px, width - step_px - 1)) if width > 2 * step_px else width // 2
    probability = np.zeros((height, width), np.float32)
    probability[y, x] = 1
    first_row, first_column, values = coarse_tile(
        TileProbability(Tile(row, column, height, width), probability), step_px
    )
    assert row <= first_row * step_px < row + step_px
    assert column <= first_column * step_px < column + step_px
    bright = np.argwhere(values == 255)
    for at in (bright + (first_row, first_column)) * step_px - (row, column):
        assert abs(at - (y, x)).max() <= step_px
    if height > 2 * step_px and width > 2 * step_px:
        assert len(bright) == 1


def test_each_point_as_it_is_where_the_grid_is_that_of_the_image() -> None:
    probability = np.linspace(0, 1, 20, dtype=np.float32).reshape(4, 5)
    row, column, values = coarse_tile(TileProbability(Tile(7, 9, 4, 5), probability), 1)
    assert (row, column) == (7, 9)
    np.testing.assert_array_equal(values, np.rint(probability * 255))
