"""Lines along arteries become bands by Guo's rule, in mm."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings as effort, strategies as st
from hypothesis.extra import numpy as hnp
from scipy.spatial import cKDTree

from shared_core.arteries.line_bands import BAND_MM, band_width_px, line_bands
from shared_core.arteries.vessels import find_vessels
from shared_core.mammogram import PixelSpacing, SpacingSource
from shared_core.simulation.annotation_bands import NARROWEST_MM

SHAPE = (60, 80)


def _spacing(row_mm: float, column_mm: float) -> PixelSpacing:
    return PixelSpacing(row_mm, column_mm, SpacingSource.IMAGER)


def test_the_width_is_that_of_simulated_annotations() -> None:
    assert BAND_MM == NARROWEST_MM


@pytest.mark.parametrize(("row_mm", "column_mm"), [(0.1, 0.1), (0.1, 0.2), (0.25, 0.1)])
def test_a_band_has_its_width_in_mm_on_any_grid(row_mm: float, column_mm: float) -> None:
    spacing = _spacing(row_mm, column_mm)
    across = line_bands([np.array([[30.0, 10.0], [30.0, 70.0]])], SHAPE, spacing=spacing, width_mm=2.0)
    down = line_bands([np.array([[15.0, 40.0], [45.0, 40.0]])], SHAPE, spacing=spacing, width_mm=2.0)
    assert across[:, 40].sum() * row_mm == pytest.approx(2.0, abs=1.01 * row_mm)
    assert down[30].sum() * column_mm == pytest.approx(2.0, abs=1.01 * column_mm)


def test_a_band_measures_as_it_was_drawn() -> None:
    line = np.array([[40.0, 40.0], [120.0, 300.0], [200.0, 420.0]])
    band = line_bands([line], (260, 460), spacing=_spacing(0.1, 0.1))
    found = find_vessels(band, spacing=_spacing(0.1, 0.1))
    assert len(found.vessels) == 1
    length_mm = np.hypot(*np.diff(line, axis=0).T).sum() * 0.1
    assert found.total_length_mm == pytest.approx(length_mm, rel=0.03)
    assert found.vessels[0].mean_calibre_mm == pytest.approx(BAND_MM, abs=0.1)


@pytest.mark.parametrize(("gap_mm", "joined"), [(9.5, True), (10.5, False)])
def test_a_gap_below_a_centimetre_is_closed(gap_mm: float, joined: bool) -> None:
    lines = [np.array([[30.0, 0.0], [30.0, 60.0]]), np.array([[30.0, 60 + gap_mm / 0.2], [30.0, 200.0]])]
    band = line_bands(lines, (60, 220), spacing=_spacing(0.2, 0.2))
    assert band[30, 60 + round(gap_mm / 0.4)] == joined


def test_without_spacing_pixels_count_as_70_um() -> None:
    line = [np.array([[30.0, 20.0], [30.0, 60.0]])]
    assert np.array_equal(
        line_bands(line, SHAPE, spacing=None, width_mm=0.7),
        line_bands(line, SHAPE, spacing=_spacing(0.07, 0.07), width_mm=0.7),
    )


def test_one_click_is_a_disc() -> None:
    band = line_bands([np.array([[30.0, 40.0]])], SHAPE, spacing=_spacing(0.1, 0.1), width_mm=2.0)
    assert band.sum() == pytest.approx(np.pi * 10**2, rel=0.03)


@effort(max_examples=40)
@given(
    hnp.arrays(float, st.tuples(st.integers(1, 4), st.just(2)), elements=st.floats(-30, 110)),
    st.floats(0.1, 3.0),
)
def test_a_pixel_is_marked_where_it_lies_within_half_the_width(line: np.ndarray, width_mm: float) -> None:
    band = line_bands([line], SHAPE, spacing=_spacing(0.1, 0.15), width_mm=width_mm)
    mm = np.array([0.1, 0.15])
    # Points closer than 0.08 mm along the line stand for it.
    shares = np.linspace(0, 1, 200)[:, None]
    dense = np.concatenate([line[:1], *(a + (b - a) * shares for a, b in pairwise(line))]) * mm
    places = np.argwhere(np.ones(SHAPE, bool)) * mm
    nearest = cKDTree(dense).query(places)[0].reshape(SHAPE)
    assert band[nearest <= width_mm / 2 - 1e-9].all()
    assert not band[nearest > width_mm / 2 + 0.05].any()


def test_a_band_beside_the_image_marks_nothing() -> None:
    assert not line_bands(
        [np.array([[-90.0, -90.0], [-80.0, 70.0]])], SHAPE, spacing=_spacing(0.1, 0.1)
    ).any()


@pytest.mark.parametrize("width_px", [5, 12, 27])
def test_the_width_of_bands_is_told_from_their_mask(width_px: int) -> None:
    line = np.stack([100 + 40 * np.sin(np.arange(20, 380) / 60), np.arange(20.0, 380)], axis=1)
    band = line_bands([line], (300, 400), spacing=None, width_mm=width_px * 0.07)
    assert band_width_px(band) == pytest.approx(width_px, rel=0.25, abs=1.5)
    assert band_width_px(np.zeros((300, 400), bool)) is None
