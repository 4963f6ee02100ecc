"""Connected parts: number, size and place."""

from __future__ import annotations

import numpy as np
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp

from shared_core.arteries.connected_parts import Box, bounding_box, connected_parts

MASKS = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, max_side=24))


def test_parts_that_touch_at_a_corner_are_one() -> None:
    assert [part.area_px for part in connected_parts(np.eye(5, dtype=bool))] == [5]


def test_parts_come_largest_first_with_their_place() -> None:
    mask = np.zeros((40, 60), bool)
    mask[3, 4:6] = True
    mask[10:20, 30:33] = True
    small, large = Box(3, 4, 1, 2), Box(10, 30, 10, 3)
    parts = connected_parts(mask)
    assert [(part.area_px, part.box) for part in parts] == [(30, large), (2, small)]
    assert mask[large.slices].all()


def test_an_empty_mask_has_no_parts() -> None:
    assert connected_parts(np.zeros((9, 9), bool)) == ()
    assert bounding_box(np.zeros((9, 9), bool)) is None


@given(MASKS, st.sampled_from([(0,), (1,), (0, 1)]))
def test_flips_leave_the_sizes_and_sizes_add_up(mask: np.ndarray, axes: tuple[int, ...]) -> None:
    sizes = [part.area_px for part in connected_parts(mask)]
    assert sum(sizes) == mask.sum()
    assert sizes == [part.area_px for part in connected_parts(np.flip(mask, axes))]
