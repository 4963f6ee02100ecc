"""A Markups curve becomes the band that the engine makes of the same line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import slicer
from BACSegmentationLib import curves, segments

from shared_core.arteries.line_bands import line_bands
from shared_core.errors import UsageError
from shared_core.mammogram import PixelSpacing, SpacingSource
from tests.host.scene import HeadlessApp
from tests.slicer_bac_extension.drawn_curves import curve
from tests.slicer_bac_extension.volumes_of_files import shown

SHAPE = (200, 160)
SPACING = (0.1, 0.08)
LINE = ((40.0, 20.0), (60.0, 90.0), (120.0, 140.0))


@pytest.fixture
def volume(app: HeadlessApp) -> Any:
    return shown(np.zeros(SHAPE, np.uint16), spacing_mm=SPACING)


@pytest.fixture
def node(volume: Any) -> Any:
    return segments.show_mask(volume, np.zeros(SHAPE, bool))


def test_a_straight_line_is_the_engines_band(node: Any, volume: Any) -> None:
    drawn = curve(volume, LINE[:2])
    added = curves.add_band(node, volume, drawn, 1.9)
    mask = segments.mask_of(node, volume)
    wanted = line_bands(
        [np.array(LINE[:2])], SHAPE, spacing=PixelSpacing(*SPACING, SpacingSource.USER), width_mm=1.9
    )
    # The curve is followed through points between its ends, at which nothing bends.
    assert np.count_nonzero(mask ^ wanted) <= 4
    assert added == np.count_nonzero(mask)


def test_the_curve_is_taken_as_it_is_drawn(node: Any, volume: Any) -> None:
    drawn = curve(volume, LINE)
    points = curves.points_px(drawn, volume)
    assert len(points) > 20  # bent between the control points
    np.testing.assert_allclose(points[[0, -1]], [LINE[0], LINE[2]], atol=1e-3)
    curves.add_band(node, volume, drawn, 1.9)
    wanted = line_bands([points], SHAPE, spacing=PixelSpacing(*SPACING, SpacingSource.USER), width_mm=1.9)
    np.testing.assert_array_equal(segments.mask_of(node, volume), wanted)


def test_the_width_is_in_the_plane_of_the_breast(node: Any, volume: Any) -> None:
    drawn = curve(volume, [(100, 20), (100, 140)])
    curves.add_band(node, volume, drawn, 2.0)
    in_detector = segments.mask_of(node, volume)[:, 80].sum()
    breast = PixelSpacing(0.05, 0.04, SpacingSource.IMAGER_OVER_MAGNIFICATION)
    curves.add_band(node, volume, drawn, 2.0, spacing=breast)
    assert in_detector == 21
    assert segments.mask_of(node, volume)[:, 80].sum() == 41


def test_without_a_spacing_a_pixel_is_70_um(app: HeadlessApp) -> None:
    volume = shown(np.zeros(SHAPE, np.uint16), spacing_mm=(1, 1))
    node = segments.show_mask(volume, np.zeros(SHAPE, bool))
    curves.add_band(node, volume, curve(volume, [(100, 20), (100, 140)]), 1.89)
    assert segments.mask_of(node, volume)[:, 80].sum() == 27


def test_what_was_there_stays_and_only_new_pixels_are_counted(node: Any, volume: Any) -> None:
    before = np.zeros(SHAPE, bool)
    before[150:160, 10:20] = True
    segments.replace_mask(node, volume, before)
    drawn = curve(volume, LINE)
    added = curves.add_band(node, volume, drawn, 1.9)
    mask = segments.mask_of(node, volume)
    assert mask[before].all()
    assert np.count_nonzero(mask) == added + before.sum()
    assert curves.add_band(node, volume, drawn, 1.9) == 0


def test_a_single_point_is_a_disc(node: Any, volume: Any) -> None:
    curves.add_band(node, volume, curve(volume, [(100, 80)]), 1.0)
    mask = segments.mask_of(node, volume)
    assert mask[100, 80]
    assert mask.sum() * SPACING[0] * SPACING[1] == pytest.approx(np.pi / 4, rel=0.1)


def test_under_a_transform_it_lies_where_it_is_drawn(node: Any, volume: Any) -> None:
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    matrix = slicer.util.vtkMatrixFromArray(
        np.array([[0, -1, 0, 5], [1, 0, 0, -3], [0, 0, 1, 0], [0, 0, 0, 1.0]])
    )
    transform.SetMatrixTransformToParent(matrix)
    volume.SetAndObserveTransformNodeID(transform.GetID())
    segments.replace_mask(node, volume, np.zeros(SHAPE, bool))
    drawn = curve(volume, LINE)
    np.testing.assert_allclose(curves.points_px(drawn, volume)[0], LINE[0], atol=1e-3)
    assert curves.add_band(node, volume, drawn, 1.9) > 0


@pytest.mark.parametrize(
    ("points", "width_mm", "words"),
    [
        ([], 1.9, "artery: none of its points lies on LCC"),
        ([(500, 500), (600, 600)], 1.9, "artery: none of its points lies on LCC"),
        (LINE, 0, "wider than 0 mm"),
        (LINE, float("nan"), "wider than 0 mm"),
    ],
)
def test_what_gives_no_band_is_said(node: Any, volume: Any, points: Any, width_mm: float, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        curves.add_band(node, volume, curve(volume, points), width_mm)
