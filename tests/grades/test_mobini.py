"""Heatmap area: pixel area x count above the threshold, on the native grid."""

from __future__ import annotations

import numpy as np
import pytest

from shared_core.grades.mobini import heatmap_area_mm2, heatmap_mask


def test_area_of_a_constant_heatmap_is_that_of_its_rectangle() -> None:
    mask = heatmap_mask(np.full((48, 24), 0.9, np.float32), (3000, 2000), positive=True)
    assert mask.shape == (3000, 2000)
    assert heatmap_area_mm2(mask, 0.07 * 0.07) == pytest.approx(3000 * 2000 * 0.0049)


def test_the_threshold_itself_does_not_count() -> None:
    heatmap = np.array([[0.3, 0.31], [0.29, 1.0]], np.float32)
    assert heatmap_mask(heatmap, (2, 2), positive=True).tolist() == [[False, True], [False, True]]


def test_an_uneven_squeeze_is_undone() -> None:
    """The area of a half-covered breast does not depend on the size of the network's input."""
    heatmap = np.zeros((96, 48), np.float32)
    heatmap[:48] = 1
    mask = heatmap_mask(heatmap, (960, 1200), positive=True, threshold=0.5)
    assert mask.sum() == 480 * 1200


def test_a_negative_view_has_no_area() -> None:
    mask = heatmap_mask(np.ones((4, 4), np.float32), (8, 8), positive=False)
    assert heatmap_area_mm2(mask, 1.0) == 0
