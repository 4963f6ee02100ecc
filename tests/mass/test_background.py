"""The background is harmonic, keeps out of the hole, and has the weights that it says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from shared_core.mass.background import NoBackground, contrast_weights, harmonic_background


def hole_of(shape: tuple[int, int], seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    hole = np.zeros(shape, bool)
    for _ in range(4):
        row, column = random.integers(4, shape[0] - 16), random.integers(4, shape[1] - 26)
        hole[row : row + random.integers(1, 12), column : column + random.integers(1, 22)] = True
    return hole


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20)
def test_a_plane_is_continued_exactly(seed: int) -> None:
    row, column = np.mgrid[:50, :60].astype(float)
    plane = 0.3 * row - 0.2 * column + 5
    hole = hole_of((50, 60), seed)
    # Without smoothing the rim is the plane itself.
    filled = harmonic_background(plane, hole, np.ones_like(hole), smoothing_px=0.1)
    np.testing.assert_allclose(filled, plane, atol=1e-4)


def test_what_lies_in_the_hole_and_outside_of_usable_has_no_say() -> None:
    random = np.random.default_rng(0)
    image = random.normal(size=(60, 60))
    hole, usable = np.zeros((60, 60), bool), np.ones((60, 60), bool)
    hole[20:40, 20:30], usable[:, 30:] = True, False
    first = harmonic_background(image, hole, usable, smoothing_px=2)
    changed = np.where(hole | ~usable, 1e6, image)
    second = harmonic_background(changed, hole, usable, smoothing_px=2)
    np.testing.assert_allclose(first[hole], second[hole], atol=1e-9)


@given(seed=st.integers(0, 10_000), smoothing_px=st.floats(0.5, 4))
@settings(max_examples=20)
def test_weights_give_the_sum_of_contrast_and_add_up_to_nothing(seed: int, smoothing_px: float) -> None:
    random = np.random.default_rng(seed)
    image = random.normal(size=(70, 80))
    hole = hole_of((70, 80), seed)
    usable = random.random((70, 80)) > 0.1
    region = hole & (random.random((70, 80)) > 0.5)
    contrast = image - harmonic_background(image, hole, usable, smoothing_px=smoothing_px)
    weights = contrast_weights(region, hole, usable, smoothing_px=smoothing_px)
    assert np.vdot(weights, image) == pytest.approx(contrast[region].sum(), abs=1e-3)
    assert weights.sum() == pytest.approx(0, abs=1e-3)


def test_a_hole_without_surroundings_is_refused() -> None:
    hole, usable = np.zeros((40, 40), bool), np.zeros((40, 40), bool)
    hole[10:20, 10:20] = True
    usable[30:, :] = True
    with pytest.raises(NoBackground):
        harmonic_background(np.zeros((40, 40)), hole, usable, smoothing_px=1)


def test_no_hole_changes_nothing() -> None:
    image = np.arange(12.0).reshape(3, 4)
    none = np.zeros((3, 4), bool)
    np.testing.assert_array_equal(harmonic_background(image, none, ~none, smoothing_px=1), image)
