"""The overlay: the finding is outlined and never covered, and nothing else is coloured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from shared_core.arteries.connected_parts import bounding_box
from shared_core.exporting.png import encode_png
from shared_core.mammogram import PixelSpacing, SpacingSource
from shared_core.pictures.lettering import FINDING, ScaleBar, fitting, scale_bar, text_width, wrapped
from shared_core.pictures.outline import mask_outlines
from shared_core.pictures.overlay import _lines, _look, overlay_picture
from shared_core.pictures.reduced_view import reduce_view


def picture_of(view, provenance: dict) -> np.ndarray:
    return overlay_picture(view.prepared, view.mask, view.measurement, provenance=provenance)


def orange(picture: np.ndarray) -> np.ndarray:
    """Where the finding's colour is, thin lines being mixed with grey."""
    red, _, blue = np.moveaxis(picture.astype(int), 2, 0)
    return red - blue > (FINDING[0] - FINDING[2]) // 5


def test_the_outline_lies_around_the_vessel_and_not_on_it(make_view: Callable, provenance: dict) -> None:
    view = make_view(shape=(1200, 800))
    picture = picture_of(view, provenance)
    on_view = orange(picture[:1200, :800])
    assert not on_view[view.mask].any()
    ring = cv2.dilate(view.mask.astype(np.uint8), np.ones((13, 13))) > 0
    assert on_view[ring].sum() > 1000


def test_pixels_inside_the_outline_are_the_mammograms_own(make_view: Callable, provenance: dict) -> None:
    view = make_view(shape=(1200, 800))
    inside = picture_of(view, provenance)[:1200, :800][view.mask]
    expected = np.repeat(view.prepared.display_u8[view.mask][:, None], 3, axis=1)
    # The frame and letter of the closer look may cross it.
    assert (inside == expected).all(axis=1).mean() > 0.97


def test_where_there_is_no_bac_nothing_is_orange(make_view: Callable, provenance: dict) -> None:
    view = make_view(bac=False)
    picture = picture_of(view, provenance)
    assert not orange(picture).any()
    assert picture.shape[:2] == view.prepared.display_u8.shape or picture.shape[0] >= 1000


def test_large_views_are_made_small_and_keep_their_shape(make_view: Callable, provenance: dict) -> None:
    view = make_view(shape=(4096, 3328), bac=False)
    assert picture_of(view, provenance).shape == (2000, 1625, 3)


def test_oblong_pixels_are_shown_square(make_view: Callable) -> None:
    view = make_view(shape=(1000, 1000), spacing=(0.2, 0.1))
    reduced = reduce_view(view.prepared, view.mask, longest_px=2000)
    assert reduced.gray_u8.shape == (2000, 1000)


@pytest.mark.parametrize("shape", [(1, 1), (8, 900), (900, 8), (40, 60), (700, 500)])
@pytest.mark.parametrize("spacing", [None, (0.07, 0.07)])
def test_any_shape_can_be_drawn(
    make_view: Callable, provenance: dict, shape: tuple[int, int], spacing: tuple[float, float] | None
) -> None:
    picture = picture_of(make_view("??", shape=shape, spacing=spacing), provenance)
    assert picture.dtype == np.uint8
    assert picture.shape[2] == 3


def test_a_view_full_of_breast_gets_a_strip_for_the_text(make_view: Callable, provenance: dict) -> None:
    view = make_view(shape=(1200, 800), bac=False)
    view.prepared.breast_mask[:] = True
    assert picture_of(view, provenance).shape[0] > 1200


def test_the_same_view_gives_the_same_bytes(make_view: Callable, provenance: dict) -> None:
    first, second = (encode_png(picture_of(make_view(), provenance)) for _ in range(2))
    assert first == second


def test_png_is_lossless() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (30, 40, 3), np.uint8)
    decoded = cv2.imdecode(np.frombuffer(encode_png(picture), np.uint8), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), picture)


def test_outlines_enclose_parts_and_holes_by_the_margin() -> None:
    mask = np.zeros((60, 80), bool)
    mask[20:40, 10:50] = True
    mask[25:35, 20:30] = False
    outer, hole = sorted(mask_outlines(mask, 2), key=lambda line: -np.ptp(line[:, 0]))
    np.testing.assert_allclose(outer.min(axis=0), [8, 18], atol=0.6)
    np.testing.assert_allclose(outer.max(axis=0), [51, 41], atol=0.6)
    assert hole[:, 0].min() > 20 - 2
    assert mask_outlines(np.zeros((5, 5), bool), 2) == ()


def test_the_scale_bar_has_its_length() -> None:
    spacing = PixelSpacing(0.07, 0.1, SpacingSource.IMAGER)
    assert scale_bar(spacing, 0.5, length_mm=10, longest_px=100) == ScaleBar("10 mm", 50)
    assert scale_bar(spacing, 0.5, length_mm=10, longest_px=20) == ScaleBar("2.5 mm", 12)
    assert scale_bar(None, 0.5, length_mm=10, longest_px=100) == ScaleBar("pixel spacing unknown", 0)


def test_text_is_fitted_and_wrapped_to_its_width() -> None:
    name = "a-very-long-name-of-a-file-LCC.dcm"
    short = fitting(name, 20, 150)
    assert text_width(short, 20) <= 150
    assert short.startswith("a-v")
    assert short.endswith(".dcm")
    assert fitting("short", 20, 500) == "short"
    lines = wrapped("one two three four five six", 20, 100)
    assert " ".join(lines) == "one two three four five six"
    assert all(text_width(line, 20) <= 100 for line in lines)


def test_letters_that_the_font_lacks_have_a_stand_in() -> None:
    assert text_width("é", 20) == text_width("e", 20)
    assert text_width("例", 20) == text_width("?", 20)
    assert 0 < text_width("mm²", 20) - text_width("mm", 20) < text_width("2", 20)


def test_the_real_vessel_is_outlined(
    shared_dir: Path, real_mammograms: Path, make_view: Callable, provenance: dict
) -> None:
    gray = cv2.imread(str(real_mammograms / "cbis-ddsm-P_00646-LCC.png"), cv2.IMREAD_GRAYSCALE)
    stored = np.load(shared_dir / "golden" / "cbis-ddsm-P_00646-LCC.probability.npz")["p"]
    view = make_view("LCC", shape=gray.shape)
    breast = gray > 20
    prepared = replace(
        view.prepared, display_u8=gray, image_u8=gray, breast_mask=breast, valid_mask=np.zeros_like(breast)
    )
    picture = overlay_picture(prepared, stored > 32767, view.measurement, provenance=provenance)
    box = bounding_box(orange(picture[400:, : gray.shape[1]]))
    vessel = bounding_box(stored[400:] > 32767)
    assert box is not None
    assert vessel is not None
    assert abs(box.top - vessel.top) < 8
    assert abs(box.left - vessel.left) < 8


def test_a_heat_map_is_called_one_and_has_neither_area_nor_a_closer_look(
    make_view: Callable, provenance: dict
) -> None:
    view = make_view(shape=(1200, 800))
    of_classifier = {**provenance, "mask_style": "heat-map"}
    measured = replace(view.measurement, bac_probability=0.873)
    picture = overlay_picture(view.prepared, view.mask, measured, provenance=of_classifier)
    assert picture.shape[1] < picture_of(view, provenance).shape[1]
    reduced = reduce_view(view.prepared, view.mask, longest_px=2000)
    said = [line.text for line in _lines(measured, reduced, of_classifier, _look(reduced))]
    assert "Probability of BAC 0.87" in said
    assert "Heat map: where the classifier looked" in said
    assert not any("mm²" in line or "TAM" in line or "of breast" in line for line in said)
