"""Windowed gates: averages over windows, and weights between the corners of cells."""

from __future__ import annotations

import numpy as np
from hypothesis import given, strategies as st

from shared_core.inference.gates import CELL_PX, CellSums, weigh


def _sums(features: np.ndarray, step: int, block: int) -> CellSums:
    rows, columns = (-(-side // step) for side in features.shape[1:])
    sums = CellSums(len(features), (rows, columns), step)
    for row in range(0, features.shape[1], block):
        for column in range(0, features.shape[2], block):
            sums.add(features[:, row : row + block, column : column + block], row, column)
    return sums


@given(seed=st.integers(0, 99), block=st.sampled_from([4, 12, 20, 100]))
def test_window_means_are_plain_means_whatever_the_blocks(seed: int, block: int) -> None:
    rng = np.random.default_rng(seed)
    step = 4
    features = rng.normal(size=(3, 48, 37)).astype(np.float32)
    means = _sums(features, step, block).window_means(4 * CELL_PX)
    cells = (12, 10)
    for row in range(cells[0] + 1):
        for column in range(cells[1] + 1):
            top = min(max(row - 2, 0), cells[0] - 4) * step
            left = min(max(column - 2, 0), cells[1] - 4) * step
            wanted = features[:, top : top + 4 * step, left : left + 4 * step].mean(axis=(1, 2))
            np.testing.assert_allclose(means[row, column], wanted, atol=1e-5)


def test_window_wider_than_the_image_sees_all_of_it() -> None:
    features = np.random.default_rng(0).normal(size=(2, 8, 8)).astype(np.float32)
    means = _sums(features, 4, 8).window_means(8 * CELL_PX)
    np.testing.assert_allclose(means, np.broadcast_to(features.mean(axis=(1, 2)), (3, 3, 2)), atol=1e-6)


def test_equal_weights_multiply_evenly() -> None:
    features = np.random.default_rng(0).normal(size=(2, 9, 7)).astype(np.float32)
    weighed = features.copy()
    weigh(weighed, np.full((4, 4, 2), 0.5, np.float32), first=(3, 2), features_per_cell=4)
    np.testing.assert_array_equal(weighed, features * 0.5)


def test_weights_run_linearly_between_corners() -> None:
    corners = np.zeros((3, 3, 1), np.float32)
    corners[:, :, 0] = np.arange(3)[:, None]
    features = np.ones((1, 8, 8), np.float32)
    weigh(features, corners, first=(0, 0), features_per_cell=4)
    np.testing.assert_allclose(features[0, :, 0], (np.arange(8) + 0.5) / 4, atol=1e-6)
    np.testing.assert_allclose(features[0], np.broadcast_to(features[0, :, :1], (8, 8)), atol=1e-6)
