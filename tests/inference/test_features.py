"""Features kept in blocks: what is cut out is what a whole map would hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from shared_core.inference.blocks import BlockLattice, clip, common, hull
from shared_core.inference.features import FeatureBlocks
from shared_core.inference.gates import CELL_PX, weigh
from shared_core.inference.tiles import Tile

SCALE = 4


def _filled(whole: np.ndarray, lattice: BlockLattice, windows: list[Tile], *, shared: bool) -> FeatureBlocks:
    features = FeatureBlocks(lattice, len(whole), SCALE, windows=windows)
    for block in lattice.blocks_with(np.ones(lattice.cells, bool)):
        core = clip(block, lattice.shape)
        rows, columns = (slice(part.start // SCALE, part.stop // SCALE) for part in core.slices)
        features.put(core, whole[:, rows, columns], shared=shared)
    return features


@given(
    row=st.integers(0, 20),
    column=st.integers(0, 30),
    origin=st.integers(0, 15),
    shared=st.booleans(),
)
def test_a_window_over_several_blocks_is_cut_whole(row: int, column: int, origin: int, shared: bool) -> None:
    whole = np.random.default_rng(0).normal(size=(3, 80, 100)).astype(np.float32)
    lattice = BlockLattice((320, 400), 128, (8 * origin, 8 * origin))
    window = Tile(8 * row, 8 * column, 160, 160)
    features = _filled(whole, lattice, [window], shared=shared)
    rows, columns = lattice.cells
    corners = np.random.default_rng(1).uniform(size=(rows + 1, columns + 1, 3)).astype(np.float32)
    wanted = whole[:, 2 * row : 2 * row + 40, 2 * column : 2 * column + 40].copy()
    np.testing.assert_array_equal(features.cut(window), wanted)
    features.weigh_by(corners.__getitem__)
    first = lattice.features_before(window, SCALE)
    weigh(wanted, corners.__getitem__, first=first, features_per_cell=CELL_PX // SCALE)
    np.testing.assert_array_equal(features.cut(window), wanted)
    assert not np.shares_memory(features.cut(window), whole)


def test_where_nothing_was_put_lies_0() -> None:
    features = FeatureBlocks(BlockLattice((320, 400), 128, (0, 0)), 2, SCALE, windows=[])
    assert not features.cut(Tile(0, 0, 64, 64)).any()


def test_rows_above_go_and_those_below_stay() -> None:
    whole = np.ones((1, 80, 100), np.float32)
    window = Tile(0, 0, 320, 400)
    features = _filled(whole, BlockLattice((320, 400), 128, (0, 0)), [window], shared=False)
    features.drop_above(130)
    left = features.cut(window)[0]
    assert not left[:32].any()
    assert left[32:].all()


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        (Tile(0, 0, 8, 8), Tile(8, 0, 8, 8), None),
        (Tile(0, 0, 8, 8), Tile(4, 6, 8, 8), Tile(4, 6, 4, 2)),
        (Tile(0, 0, 20, 20), Tile(4, 6, 8, 8), Tile(4, 6, 8, 8)),
    ],
)
def test_common_part_of_two_rectangles(first: Tile, second: Tile, shared: Tile | None) -> None:
    assert common(first, second) == common(second, first) == shared


def test_hull_holds_all_rectangles() -> None:
    assert hull([Tile(4, 6, 8, 8), Tile(0, 10, 2, 20)]) == Tile(0, 6, 12, 24)
