"""What a person sees: a real slice view with the overlay, checked pixel by pixel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from BACSegmentationLib import curves, display, heat_maps, mammograms, segments
from numpy.typing import NDArray

from shared_core.pictures.heat_colours import heat_colours
from tests.host.scene import HeadlessApp
from tests.host.slice_view import SliceView, missing_for_rendering, slice_view
from tests.reading.synthetic import dataset, write
from tests.shared_cases import CASES, needs_cases
from tests.slicer_bac_extension.drawn_curves import curve
from tests.slicer_bac_extension.volumes_of_files import load, shown

pytestmark = pytest.mark.skipif(bool(missing_for_rendering()), reason=missing_for_rendering())

SHAPE = (200, 160)
GREY = 100
CORNERS = {"top left": 250, "top right": 200, "bottom left": 150, "bottom right": 50}
PLACES = {"top left": (8, 8), "top right": (8, 151), "bottom left": (191, 8), "bottom right": (191, 151)}
ZOOM = 2


@pytest.fixture
def volume(app: HeadlessApp) -> Any:
    """Even grey with a marker in each corner, shown one to one in grey levels."""
    pixels = np.full(SHAPE, GREY, np.uint16)
    for corner, (row, column) in PLACES.items():
        pixels[row - 8 : row + 9, column - 8 : column + 9] = CORNERS[corner]
    pixels[120:136, 60:76] = np.indices((16, 16)).sum(0) % 2 * 255
    node = shown(pixels)
    node.GetDisplayNode().AutoWindowLevelOff()
    node.GetDisplayNode().SetWindowLevel(255, 127.5)
    return node


@pytest.fixture
def mask() -> NDArray[np.bool_]:
    mask = np.zeros(SHAPE, bool)
    mask[40:60, 30:110] = True
    return mask


@pytest.fixture
def view(app: HeadlessApp, volume: Any) -> SliceView:
    view = slice_view(app, size=(ZOOM * SHAPE[1], ZOOM * SHAPE[0]))
    view.show(volume)
    display.show_mammogram(volume)
    display.show_upright(view.logic)
    return view


def at(view: SliceView, volume: Any, row: float, column: float) -> tuple[int, ...]:
    """Colour of a pixel of the volume as it is shown."""
    y, x = view.pixel_of(volume, row, column)
    return tuple(int(level) for level in view.picture()[y, x])


def blended(grey: int, alpha: float) -> list[float]:
    return [alpha * 255 * colour + (1 - alpha) * grey for colour in segments.COLOUR]


def upright(view: SliceView, volume: Any) -> bool:
    """Whether every marker is seen, in its corner."""
    picture = view.picture()
    rows, columns, _ = picture.shape
    corners = {
        "top left": picture[: rows // 4, : columns // 4],
        "top right": picture[: rows // 4, -columns // 4 :],
        "bottom left": picture[-rows // 4 :, : columns // 4],
        "bottom right": picture[-rows // 4 :, -columns // 4 :],
    }
    return all((corners[name] == level).any() for name, level in CORNERS.items())


def test_the_first_row_is_on_top_and_the_first_column_left(view: SliceView, volume: Any) -> None:
    assert upright(view, volume)
    for corner, place in PLACES.items():
        assert at(view, volume, *place) == (CORNERS[corner],) * 3


def test_however_the_view_was_turned_before(view: SliceView, volume: Any) -> None:
    view.node.SetOrientation("Sagittal")
    view.node.RotateToVolumePlane(volume)  # the trap: it turns and mirrors an image without orientation
    view.logic.FitSliceToBackground()
    assert not upright(view, volume)
    display.show_upright(view.logic)
    assert upright(view, volume)


def test_pixels_are_shown_as_they_are(view: SliceView, volume: Any) -> None:
    top, left = view.pixel_of(volume, 122, 62)
    bottom, right = view.pixel_of(volume, 134, 74)
    assert set(np.unique(view.picture()[top:bottom, left:right])) == {0, 255}
    volume.GetDisplayNode().SetInterpolate(True)
    assert len(np.unique(view.picture()[top:bottom, left:right])) > 2


def test_fill_and_outline_have_the_colours_they_say(
    view: SliceView, volume: Any, mask: NDArray[np.bool_]
) -> None:
    node = segments.show_mask(volume, mask)
    assert at(view, volume, 50, 70) == pytest.approx(blended(GREY, display.FILL_OPACITY), abs=1.01)
    y, x = view.pixel_of(volume, 40, 70)
    edge = view.picture()[y - 4 : y + 5, x].tolist()
    assert [round(255 * colour) for colour in segments.COLOUR] in edge
    node.GetDisplayNode().SetOpacity2DFill(0.6)
    assert at(view, volume, 50, 70) == pytest.approx(blended(GREY, 0.6), abs=1.01)
    node.GetDisplayNode().SetVisibility2DFill(False)
    assert at(view, volume, 50, 70) == (GREY,) * 3


def test_the_fill_is_blended_on_the_image_and_not_on_black(
    view: SliceView, volume: Any, mask: NDArray[np.bool_]
) -> None:
    mask[PLACES["top right"][0], PLACES["top right"][1]] = True
    mask[0:17, 143:160] = True
    segments.show_mask(volume, mask)
    grey = CORNERS["top right"]
    assert at(view, volume, *PLACES["top right"]) == pytest.approx(
        blended(grey, display.FILL_OPACITY), abs=1.01
    )


def test_outside_the_outline_nothing_changes(view: SliceView, volume: Any, mask: NDArray[np.bool_]) -> None:
    before = view.picture()
    segments.show_mask(volume, mask)
    changed = (view.picture() != before).any(axis=2)
    y0, x0 = view.pixel_of(volume, 40, 30)
    y1, x1 = view.pixel_of(volume, 59, 109)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    assert (rows[0], rows[-1]) == pytest.approx((y0, y1), abs=ZOOM + 1)
    assert (columns[0], columns[-1]) == pytest.approx((x0, x1), abs=ZOOM + 1)
    assert np.count_nonzero(changed) == pytest.approx(ZOOM**2 * mask.sum(), rel=0.1)


def test_an_edit_is_seen(view: SliceView, volume: Any, mask: NDArray[np.bool_]) -> None:
    node = segments.show_mask(volume, mask)
    coloured = at(view, volume, 50, 100)
    mask[:, 80:] = False
    segments.replace_mask(node, volume, mask)
    assert coloured != (GREY,) * 3
    assert at(view, volume, 50, 100) == (GREY,) * 3
    assert at(view, volume, 50, 70) != (GREY,) * 3


def test_a_band_is_seen_under_its_line(view: SliceView, volume: Any) -> None:
    node = segments.show_mask(volume, np.zeros(SHAPE, bool))
    drawn = curve(volume, [(90, 20), (90, 140)])
    drawn.GetDisplayNode().SetVisibility(False)
    curves.add_band(node, volume, drawn, 0.07 * 21)
    assert at(view, volume, 82, 80) == pytest.approx(blended(GREY, display.FILL_OPACITY), abs=1.01)
    assert at(view, volume, 76, 80) == (GREY,) * 3


def test_segmentations_of_other_volumes_are_hidden(
    view: SliceView, volume: Any, mask: NDArray[np.bool_]
) -> None:
    other = shown(np.full(SHAPE, GREY, np.uint16), "RCC")
    hidden = segments.show_mask(other, np.ones(SHAPE, bool))
    node = segments.show_mask(volume, mask)
    display.show_mammogram(volume, node)
    assert not hidden.GetDisplayNode().GetVisibility()
    assert at(view, volume, 100, 100) == (GREY,) * 3
    assert at(view, volume, 50, 70) != (GREY,) * 3
    display.show_mammogram(other, hidden)
    assert hidden.GetDisplayNode().GetVisibility()
    assert not node.GetDisplayNode().GetVisibility()


def test_the_picture_is_written(view: SliceView, tmp_path: Path) -> None:
    view.write(tmp_path / "a.png")
    read = cv2.imread(str(tmp_path / "a.png"))
    np.testing.assert_array_equal(read[..., ::-1], view.picture())


TURNS = [
    ("A\\R", "top left"),
    ("A\\L", "bottom left"),
    ("P\\R", "top right"),
    ("P\\L", "bottom right"),
    ("R\\A", "top left"),
    ("L\\A", "bottom left"),
]
"""Patient Orientation of a left CC, and where its first pixel is to be seen."""


@pytest.mark.parametrize(("orientation", "corner"), TURNS)
def test_a_picture_that_is_stored_turned_is_seen_upright(
    app: HeadlessApp, tmp_path: Path, orientation: str, corner: str
) -> None:
    pixels = np.zeros(SHAPE, np.uint16)
    pixels[...] = 100
    # the breast at its chest wall: where the orientation says
    rows, columns = orientation.split("\\")
    wall = slice(0, 60) if "A" in orientation else slice(-60, None)
    pixels[(slice(None), wall) if rows in "AP" else (wall, slice(None))] = 3000
    ds = dataset(pixels, PatientOrientation=[rows, columns])
    volume = load(write(tmp_path / "a.dcm", ds))
    view = slice_view(app, size=(400, 400))
    view.show(volume)
    turn = mammograms.turn_of(volume)
    display.show_upright(view.logic, turn)
    y, x = view.pixel_of(volume, 0, 0)
    assert ("top" if y < 200 else "bottom") + (" left" if x < 200 else " right") == corner
    mask = np.zeros(SHAPE, bool)
    mask[10:30, 20:40] = True
    assert np.array_equal(segments.mask_of(segments.show_mask(volume, mask), volume), mask)


@needs_cases
def test_the_shared_case_upside_down_is_seen_upright_and_told(app: HeadlessApp) -> None:
    volume = load(CASES / "flips" / "lcc_upside_AL.dcm")
    view = slice_view(app, size=(360, 480))
    view.show(volume)
    display.show_upright(view.logic, mammograms.turn_of(volume))
    first, last = view.pixel_of(volume, 0, 0)[0], view.pixel_of(volume, 479, 0)[0]
    assert first > last
    assert "orientation-unusual" in [notice.code for notice in mammograms.header_of(volume).notices]


def test_a_heat_map_has_the_colours_that_every_host_has_for_it(
    view: SliceView, volume: Any, mask: NDArray[np.bool_]
) -> None:
    heat = np.linspace(0, 1, mask.size, dtype=np.float32).reshape(mask.shape)
    node = segments.show_mask(volume, mask)
    heat_maps.keep(node, volume, heat, mask)
    display.show_mammogram(volume, node)
    display.show_upright(view.logic)
    step = heat_colours()[round(float(heat[50, 70]) * 255)]
    wanted = heat_maps.OPACITY * step + (1 - heat_maps.OPACITY) * GREY
    assert at(view, volume, 50, 70) == pytest.approx(list(wanted), abs=2)
    # Where it is cut the mammogram is as it was.
    assert at(view, volume, 100, 100) == (GREY,) * 3
    (exam,) = mammograms.exams_in_scene()
    assert exam.volumes == (volume,)
    # With the answer of another model its colours go.
    heat_maps.forget(node)
    display.show_mammogram(volume, node)
    display.show_upright(view.logic)
    assert at(view, volume, 50, 70) == pytest.approx(blended(GREY, display.FILL_OPACITY), abs=1.01)
