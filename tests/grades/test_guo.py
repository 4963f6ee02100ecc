"""Guo's five quantities against closed forms and their laws."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp

from shared_core.grades import guo

SHAPE = hnp.array_shapes(min_dims=2, max_dims=2, max_side=24)
LEVEL = st.integers(0, 255)


@st.composite
def image_and_mask(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    shape = draw(SHAPE)
    return draw(hnp.arrays(np.uint8, shape)), draw(hnp.arrays(np.bool_, shape))


def test_the_five_quantities_of_a_ramp() -> None:
    image = np.arange(256, dtype=np.uint8).reshape(16, 16)
    histogram = guo.intensity_histogram(image, np.ones((16, 16), bool))
    assert guo.mask_area_px(histogram) == 256
    assert guo.intensity_sum(histogram) == 255 * 256 // 2
    assert guo.thresholded_area_px(histogram, 100) == 155
    assert guo.thresholded_area_px(histogram, 100, ">=") == 156
    assert guo.thresholded_intensity_sum(histogram, 100) == sum(range(101, 256))
    assert guo.thresholded_intensity_sum(histogram, 100, ">=") == sum(range(100, 256))
    assert guo.probability_mass(np.full((16, 16), 0.25, np.float32)) == 64.0


def test_sums_do_not_wrap_as_uint8_sums_do() -> None:
    image = np.full((300, 300), 255, np.uint8)
    mask = np.ones((300, 300), bool)
    histogram = guo.intensity_histogram(image, mask)
    assert guo.intensity_sum(histogram) == 300 * 300 * 255
    assert guo.thresholded_intensity_sum(histogram, 100) == 300 * 300 * 255


def test_probability_is_accumulated_beyond_float32() -> None:
    # In float32 a sum stops growing at 2**24 ones.
    ones = np.broadcast_to(np.float32(1), (2**13, 2**12))
    assert guo.probability_mass(ones) == 2**25


def test_intensity_of_another_depth_is_refused() -> None:
    with pytest.raises(TypeError, match="uint8"):
        guo.intensity_histogram(np.zeros((2, 2), np.uint16), np.ones((2, 2), bool))  # type: ignore[arg-type]


@given(image_and_mask(), LEVEL, st.sampled_from([">", ">="]))
def test_quantities_equal_their_definition(
    case: tuple[np.ndarray, np.ndarray], x: int, comparison: str
) -> None:
    image, mask = case
    wide = image.astype(int)
    bright = mask & (wide > x if comparison == ">" else wide >= x)
    histogram = guo.intensity_histogram(image, mask)
    assert guo.mask_area_px(histogram) == mask.sum()
    assert guo.intensity_sum(histogram) == wide[mask].sum()
    assert guo.thresholded_area_px(histogram, x, comparison) == bright.sum()  # type: ignore[arg-type]
    assert guo.thresholded_intensity_sum(histogram, x, comparison) == wide[bright].sum()  # type: ignore[arg-type]


@given(image_and_mask())
def test_thresholded_area_falls_with_x_and_never_exceeds_the_area(
    case: tuple[np.ndarray, np.ndarray],
) -> None:
    histogram = guo.intensity_histogram(*case)
    areas = [guo.thresholded_area_px(histogram, x) for x in range(256)]
    assert areas == sorted(areas, reverse=True)
    assert areas[0] <= guo.mask_area_px(histogram)
    assert areas[255] == 0


@given(image_and_mask())
def test_quantities_add_up_over_disjoint_masks(case: tuple[np.ndarray, np.ndarray]) -> None:
    image, mask = case
    left = mask.copy()
    left[:, mask.shape[1] // 2 :] = False
    right = mask & ~left
    whole, one, other = (guo.intensity_histogram(image, part) for part in (mask, left, right))
    np.testing.assert_array_equal(whole, one + other)


def test_exam_index_is_the_sum_in_any_order() -> None:
    terms = [0.1, 1e-17, 0.2, 0.3]
    sums = {guo.exam_index(order) for order in itertools.permutations(terms)}
    assert sums == {0.6}


def test_exam_index_of_an_unknown_term_is_unknown() -> None:
    assert guo.exam_index([0.1, None]) is None
    assert guo.exam_index([]) is None
