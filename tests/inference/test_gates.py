"""Windowed gates: averages over windows, and weights between the corners of cells."""

from __future__ import annotations

import numpy as np
from hypothesis import given, strategies as st

from shared_core.inference.gates import CELL_PX, CellSums, weigh


def _sums(features: np.ndarray, step: int, block: int, before: tuple[int, int] = (0, 0)) -> CellSums:
    rows, columns = features.shape[1:]
    cells = -(-(before[0] + rows) // step), -(-(before[1] + columns) // step)
    sums = CellSums(len(features), cells, extent=(rows, columns), before=before, features_per_cell=step)
    for row in range(0, rows, block):
        for column in range(0, columns, block):
            part = features[:, row : row + block, column : column + block]
            sums.add(part, row + before[0], column + before[1])
    return sums


@given(
    seed=st.integers(0, 99),
    block=st.sampled_from([4, 12, 20, 100]),
    before=st.sampled_from([(0, 0), (4, 8), (16, 20)]),
)
def test_window_means_are_plain_means_whatever_the_blocks(
    seed: int, block: int, before: tuple[int, int]
) -> None:
    rng = np.random.default_rng(seed)
    step, size = 4, 16
    features = rng.normal(size=(3, 48, 37)).astype(np.float32)
    means = _sums(features, step, block, before).window_means(4 * CELL_PX)
    for row in range(means.shape[0]):
        for column in range(means.shape[1]):
            top = min(max(row * step - before[0] - size // 2, 0), 48 - size)
            left = min(max(column * step - before[1] - size // 2, 0), 37 - size)
            wanted = features[:, top : top + size, left : left + size].mean(axis=(1, 2))
            # The last window begins inside a cell; cells are cut in proportion there.
            exact = left % step == 0
            np.testing.assert_allclose(means[row, column], wanted, atol=1e-4 if exact else 0.5)


def test_lattice_that_begins_before_the_image_sees_no_more_than_the_image() -> None:
    features = np.ones((1, 40, 40), np.float32)
    means = _sums(features, 4, 40, before=(12, 3)).window_means(4 * CELL_PX)
    np.testing.assert_allclose(means, 1.0, atol=1e-6)


def test_window_wider_than_the_image_sees_all_of_it() -> None:
    features = np.random.default_rng(0).normal(size=(2, 8, 8)).astype(np.float32)
    means = _sums(features, 4, 8).window_means(8 * CELL_PX)
    np.testing.assert_allclose(means, np.broadcast_to(features.mean(axis=(1, 2)), (3, 3, 2)), atol=1e-6)


def test_equal_weights_multiply_evenly() -> None:
    features = np.random.default_rng(0).normal(size=(2, 9, 7)).astype(np.float32)
    weighed = features.copy()
    weigh(weighed, np.full((4, 4, 2), 0.5, np.float32).__getitem__, first=(3, 2), features_per_cell=4)
    np.testing.assert_array_equal(weighed, features * 0.5)


def test_weights_run_linearly_between_corners() -> None:
    corners = np.zeros((3, 3, 1), np.float32)
    corners[:, :, 0] = np.arange(3)[:, None]
    features = np.ones((1, 8, 8), np.float32)
    weigh(features, corners.__getitem__, first=(0, 0), features_per_cell=4)
    np.testing.assert_allclose(features[0, :, 0], (np.arange(8) + 0.5) / 4, atol=1e-6)
    np.testing.assert_allclose(features[0], np.broadcast_to(features[0, :, :1], (8, 8)), atol=1e-6)


def test_means_at_some_corners_are_those_of_the_whole_lattice() -> None:
    features = np.random.default_rng(0).normal(size=(3, 96, 80)).astype(np.float32)
    sums = _sums(features, 4, 100, before=(4, 8))
    corners = slice(3, 11), slice(0, 5)
    some, whole = sums.window_means(4 * CELL_PX, corners), sums.window_means(4 * CELL_PX)
    np.testing.assert_allclose(some, whole[corners], atol=1e-6)


def test_means_need_only_the_sums_that_their_windows_reach() -> None:
    features = np.random.default_rng(1).normal(size=(2, 96, 64)).astype(np.float32)
    upper = CellSums(2, (24, 16), extent=(96, 64), before=(0, 0), features_per_cell=4)
    upper.add(features[:, :48], 0, 0)
    corners = slice(0, 11), slice(0, 17)
    known = upper.window_means(4 * CELL_PX, corners)
    complete = _sums(features, 4, 100).window_means(4 * CELL_PX, corners)
    np.testing.assert_allclose(known, complete, atol=1e-6)
