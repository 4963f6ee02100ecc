from __future__ import annotations

import numpy as np
from hypothesis import given, settings, strategies as st
from scipy.ndimage import distance_transform_edt

from shared_core.distance import distance_from_outside


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.floats(0.01, 0.999), st.integers(0, 63))
def test_distance_is_exact_wherever_the_mask_lies_in_memory(seed: int, share: float, offset: int) -> None:
    mask = np.random.default_rng(seed).random((41, 67)) < share
    mask[0, 0] = False
    memory = np.zeros(mask.size + 64, bool)
    moved = memory[offset : offset + mask.size].reshape(mask.shape)
    moved[:] = mask
    np.testing.assert_array_equal(distance_from_outside(moved), distance_transform_edt(mask))


def test_far_from_everything_it_is_exact_as_well() -> None:
    mask = np.ones((60, 2600), bool)
    mask[0, 0] = False
    found = distance_from_outside(mask)
    assert found[59, 2599] == np.sqrt(59**2 + 2599**2)
    np.testing.assert_array_equal(found, distance_transform_edt(mask))


def test_without_an_outside_there_is_no_distance() -> None:
    assert np.isinf(distance_from_outside(np.ones((3, 4), bool))).all()
    assert not distance_from_outside(np.zeros((3, 4), bool)).any()
