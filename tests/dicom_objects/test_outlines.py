"""Outlines are polygons whose pixels are the mask."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import binary_fill_holes, label

from shared_core.dicom_objects.structured_reports.outline_polygons import parts_of
from shared_core.mammogram import Mask
from tests.dicom_objects.content import mask_of

masks = arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 12)))


@given(masks)
@settings(max_examples=60)
def test_the_pixels_inside_are_the_part_with_its_holes(mask: Mask) -> None:
    parts = parts_of(mask, most_points=8000)
    labels, count = label(mask, np.ones((3, 3)))
    filled = [binary_fill_holes(labels == number) for number in range(1, count + 1)]
    expected = np.any(filled, axis=0) if filled else np.zeros_like(mask)
    assert len(parts) == count
    assert np.array_equal(mask_of([part.outline for part in parts], mask.shape), expected)
    assert sum(part.area_px for part in parts) == np.count_nonzero(mask)
    assert not any(part.thinned for part in parts)


@given(masks)
@settings(max_examples=30)
def test_the_centre_lies_on_the_part_and_the_outline_is_closed(mask: Mask) -> None:
    for part in parts_of(mask, most_points=8000):
        column, row = part.centre
        assert mask[int(row), int(column)]
        assert part.outline[0] == part.outline[-1]


def test_the_largest_part_comes_first() -> None:
    mask = np.zeros((20, 20), np.bool_)
    mask[2, 2] = mask[10:15, 10:15] = True
    assert [part.area_px for part in parts_of(mask, most_points=8000)] == [25, 1]


def test_an_outline_with_too_many_points_is_thinned_and_says_so() -> None:
    mask = np.zeros((60, 600), np.bool_)
    mask[20:40] = True
    mask[19, ::4] = True
    (part,) = parts_of(mask, most_points=100)
    assert part.thinned
    assert len(part.outline) <= 100
    assert np.count_nonzero(mask_of([part.outline], mask.shape) ^ mask) <= 600
