"""One view or all, window and level, keys, scale bar, hanging."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from qtpy.QtCore import QEvent, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtWidgets import QApplication, QOpenGLWidget

from napari_bac.editing.view_keys import outline_px
from napari_bac.layout.single_view import view_alone
from napari_bac.layout.window_level import PRESETS, windowed
from napari_bac.session.exam_session import ExamSession
from napari_bac.session.limits import binding_warning, largest_texture_px, size_warning, version_warning
from napari_bac.views.opened_view import OpenedView, open_array
from shared_core import Laterality, View
from tests.napari_bac import pictures


@pytest.fixture
def press(exam_session: ExamSession, qtbot: Any) -> Callable[..., None]:
    """A key pressed, or held and let go, on the canvas with the labels of a view active."""
    canvas = canvas_of(exam_session)

    def send(key: Qt.Key, *, control: bool = False, hold: Callable[[], None] | None = None) -> None:
        held = Qt.KeyboardModifier.ControlModifier if control else Qt.KeyboardModifier.NoModifier
        qtbot.keyPress(canvas, key, held)
        if hold is not None:
            hold()
        qtbot.keyRelease(canvas, key, held)
        for _ in range(8):
            QApplication.processEvents()

    return send


def canvas_of(session: ExamSession) -> Any:
    """The widget that is drawn on."""
    return session.viewer.window.main_menu.window().findChild(QOpenGLWidget)


def visible(session: ExamSession) -> list[str]:
    return [view.key for view in session.views.values() if view.image.visible and view.labels.visible]


def test_keys_fill_the_canvas_with_one_view_and_show_all_again(
    exam_session: ExamSession, press: Callable[..., None]
) -> None:
    exam_session.viewer.layers.selection.active = exam_session.views["R-CC"].labels
    press(Qt.Key.Key_2, control=True)
    assert visible(exam_session) == ["L-CC"]
    assert view_alone(exam_session.views) == "L-CC"
    assert exam_session.selected == ("L-CC", 0)
    assert exam_session.viewer.layers.selection.active is exam_session.views["L-CC"].labels
    box = exam_session.views["L-CC"].image.extent.world
    centre = np.array(exam_session.viewer.camera.center)[-2:]
    assert np.allclose(centre, box.mean(axis=0), atol=1)
    # From an image layer too.
    exam_session.viewer.layers.selection.active = exam_session.views["L-CC"].image
    press(Qt.Key.Key_1, control=True)
    assert visible(exam_session) == ["R-CC"]
    press(Qt.Key.Key_Q)
    assert visible(exam_session) == list(pictures.KEYS)
    assert exam_session.views["R-CC"].labels.mode == "pan_zoom"


@pytest.mark.pyside6
def test_h_hides_the_labels_while_it_is_held(exam_session: ExamSession, press: Callable[..., None]) -> None:
    exam_session.views["R-MLO"].labels.visible = False
    seen: list[list[bool]] = []
    press(
        Qt.Key.Key_H,
        hold=lambda: seen.append([view.labels.visible for view in exam_session.views.values()]),
    )
    assert seen == [[False] * 4]
    assert [view.labels.visible for view in exam_session.views.values()] == [True, True, False, True]


def test_u_outlines_and_fills_again(
    exam_session: ExamSession, press: Callable[..., None], qtbot: Any
) -> None:
    exam_session.viewer.layers.selection.active = exam_session.views["L-CC"].image
    limits = exam_session.views["L-CC"].image.contrast_limits
    press(Qt.Key.Key_U)
    qtbot.waitUntil(lambda: all(view.labels.contour > 0 for view in exam_session.views.values()))
    assert exam_session.views["L-CC"].image.contrast_limits == limits
    press(Qt.Key.Key_U)
    qtbot.waitUntil(lambda: not any(view.labels.contour for view in exam_session.views.values()))


def test_w_and_g_change_window_and_invert(exam_session: ExamSession, press: Callable[..., None]) -> None:
    image = exam_session.views["L-CC"].image
    press(Qt.Key.Key_W)
    assert tuple(image.contrast_limits) == list(PRESETS.values())[1]
    press(Qt.Key.Key_G)
    assert {view.image.colormap.name for view in exam_session.views.values()} == {"gray_r"}
    press(Qt.Key.Key_G)
    assert image.colormap.name == "gray"


def drag(session: ExamSession, key: str, button: Qt.MouseButton = Qt.MouseButton.RightButton) -> None:
    """A real drag by 100 px to the right and 20 px upwards, from the middle of a view."""
    canvas, camera = canvas_of(session), session.viewer.camera
    QApplication.processEvents()
    middle = session.views[key].image.extent.world.mean(axis=0)
    row, column = (middle - np.array(camera.center)[-2:]) * camera.zoom
    start = QPointF(canvas.width() / 2 + column, canvas.height() / 2 + row)
    none, kind = Qt.MouseButton.NoButton, QEvent.Type
    for type_, at, now, held in (
        (kind.MouseButtonPress, start, button, button),
        (kind.MouseMove, start + QPointF(50, -10), none, button),
        (kind.MouseMove, start + QPointF(100, -20), none, button),
        (kind.MouseButtonRelease, start + QPointF(100, -20), button, none),
    ):
        where = QPointF(canvas.mapToGlobal(at.toPoint()))
        # Moves that follow each other faster than a screen shows them are left out or put off.
        time.sleep(0.03)
        QApplication.processEvents()
        QApplication.sendEvent(
            canvas, QMouseEvent(type_, at, where, now, held, Qt.KeyboardModifier.NoModifier)
        )
    QApplication.processEvents()


@pytest.mark.pyside6
def test_the_right_button_changes_the_window_of_the_image_under_it(exam_session: ExamSession) -> None:
    image, other = exam_session.views["R-CC"].image, exam_session.views["L-CC"].image
    image.contrast_limits = other.contrast_limits = (50, 150)
    exam_session.viewer.layers.selection.active = exam_session.views["L-CC"].labels
    zoom = exam_session.viewer.camera.zoom
    drag(exam_session, "R-CC")
    assert exam_session.viewer.camera.zoom == zoom
    assert tuple(image.contrast_limits) == pytest.approx((50 - 25.5 + 10.2, 150 + 25.5 + 10.2))
    assert tuple(other.contrast_limits) == (50, 150)
    drag(exam_session, "L-CC", button=Qt.MouseButton.LeftButton)
    assert tuple(other.contrast_limits) == (50, 150)


def test_the_right_button_belongs_to_a_drawing_tool_that_is_chosen(exam_session: ExamSession) -> None:
    labels, image = exam_session.views["R-CC"].labels, exam_session.views["R-CC"].image
    exam_session.viewer.layers.selection.active = labels
    labels.mode = "paint"
    before = tuple(image.contrast_limits)
    drag(exam_session, "R-CC")
    assert tuple(image.contrast_limits) == before


@pytest.mark.parametrize("move", [(0, 0), (1e4, 0), (-1e4, 0), (0, 1e4), (0, -1e4), (-30, 77)])
def test_a_window_stays_within_the_grey_levels(move: tuple[float, float]) -> None:
    low, high = windowed((20, 200), move, (0, 255))
    assert 0 <= low < high <= 255


def test_the_bar_is_in_mm_and_in_pixels_where_the_spacing_is_not_known(
    session: ExamSession, left_cc: OpenedView, without_spacing: OpenedView
) -> None:
    session.add([left_cc])
    canvas = getattr(session.viewer, "canvas", None)  # since napari 0.9
    bar = session.viewer.scale_bar if canvas is None else canvas.overlays.scale_bar

    def in_mm() -> bool:
        # The bar asks the layers; before napari 0.7 it has to be told.
        extent = session.viewer.layers.extent
        return {str(unit) for unit in getattr(extent, "units", [bar.unit])} <= {"millimeter", "mm"}

    assert bar.visible
    assert in_mm()
    session.viewer.layers.clear()
    session.add([without_spacing])
    assert not in_mm()
    assert session.views["L-CC"].image.metadata["openbac"].prepared.spacing is None


def test_the_other_hanging_swaps_the_sides(session: ExamSession, four_views: list[OpenedView]) -> None:
    session.hanging = "left on the left"
    session.add(four_views)
    assert tuple(session.views) == ("L-CC", "R-CC", "L-MLO", "R-MLO")
    for key, view in session.views.items():
        box = view.image.extent.world
        assert (box[1, 1] <= 0) == key.startswith("L")
        # Chest walls back to back: the breast touches the seam.
        seam = view.image.world_to_data((box.mean(axis=0)[0], -2.5 if key.startswith("L") else 2.5))
        assert view.opened.prepared.breast_mask[:, int(np.clip(round(seam[1]), 0, 299))].any()


def test_an_outline_can_be_seen_at_any_zoom() -> None:
    assert outline_px(0.2) == 6
    assert outline_px(1.0) == 2
    assert outline_px(20.0) == 1


def test_a_napari_that_is_too_old_is_told() -> None:
    assert version_warning("0.9.2") == ""
    assert version_warning("0.6.6") == ""
    assert version_warning("0.10.0rc1") == ""
    for old in ("0.5.6", "0.6.5"):
        assert version_warning(old).startswith(f"napari {old} is older than 0.6.6, which OpenBAC needs: run ")


def test_a_pyside_that_ends_the_process_is_told() -> None:
    assert binding_warning("6.12.0", (3, 11)).startswith(
        "PySide6 6.12.0 can close napari without warning on "
    )
    assert binding_warning("6.12.0", (3, 12)) == binding_warning("6.11.3", (3, 10)) == ""
    assert binding_warning("", (3, 10)) == ""


def test_an_image_above_the_limit_of_the_graphics_card_is_told(
    session: ExamSession, left_cc: OpenedView, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert size_warning("L-CC", (2048, 1000)) == ""
    monkeypatch.setattr("napari_bac.session.limits.SURE_PX", 256)
    monkeypatch.setattr("napari_bac.session.limits.largest_texture_px", lambda: 300)
    session.add([left_cc])
    assert len(said) == 1
    assert said[0].startswith("L-CC: the graphics card shows at most 300 pixels")


@pytest.mark.pyside6
def test_what_the_graphics_card_shows_is_asked_of_the_canvas_that_is_there(
    session: ExamSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made(*_: object, **__: object) -> None:
        raise AssertionError("a canvas of our own: to close it lets Qt do what waits, while views are taken")

    monkeypatch.setattr("vispy.app.Canvas", made)
    assert largest_texture_px() >= 2048


def test_labels_of_another_shape_are_told_and_can_be_set_right(
    session: ExamSession, left_cc: OpenedView, said: list[str]
) -> None:
    session.add([left_cc])
    view = session.views["L-CC"]
    view.labels.data = np.zeros((40, 30), np.uint8)
    assert any("differ from the image in shape" in sentence for sentence in said)
    session.set_labels("L-CC", pictures.labels())
    assert view.live.am_px == np.count_nonzero(pictures.labels())
    assert view.edited


def test_views_with_and_without_spacing_hang_together(
    session: ExamSession, left_cc: OpenedView, without_spacing: OpenedView, said: list[str]
) -> None:
    session.add([left_cc, replace(without_spacing, name="other.dcm")])
    for _ in range(5):
        QApplication.processEvents()
    assert len(session.views) == 2
    for view in session.views.values():
        assert np.array_equal(view.labels.extent.world, view.image.extent.world)
    session.viewer.layers.selection.active = session.views["L-CC"].labels
    session.views["L-CC"].labels.paint((200, 60), 1)
    assert session.views["L-CC"].live.bac_area_mm2 is not None


def tall(session: ExamSession, key: str) -> float:
    """Of a view on the canvas."""
    return float(np.ptp(session.views[key].image.extent.world, axis=0)[0])


@pytest.mark.pyside6
@pytest.mark.parametrize("first", ["in mm", "in pixels"])
def test_views_of_one_exam_with_and_without_spacing_are_equally_large(
    session: ExamSession, four_views: list[OpenedView], said: list[str], qtbot: Any, first: str
) -> None:
    in_mm, in_px = four_views[:3], pictures.opened(*pictures.STANDARD[3], spacing_mm=None, seed=4)
    in_px = replace(in_px, exam_key=in_mm[0].exam_key)
    for opened in (in_mm, [in_px]) if first == "in mm" else ([in_px], in_mm):
        session.add(opened)
    assert tuple(session.views) == pictures.KEYS
    heights = [tall(session, key) for key in session.views]
    np.testing.assert_allclose(heights, heights[0])
    # The size of the breast stays unknown, and nobody takes the new place for a change of the image.
    view = session.views["R-MLO"]
    unknown = session.views["L-MLO"]
    assert tuple(unknown.image.scale) == (1, 1)
    assert str(unknown.image.units[0]) == "pixel"
    for key in ("R-MLO", "L-MLO"):
        session.set_labels(key, pictures.labels(session.views[key].opened.prepared.header.laterality))
    qtbot.wait(150)
    qtbot.waitUntil(lambda: not session.is_measuring)
    assert said == []
    assert unknown.problem is None
    assert unknown.measured is not None
    assert unknown.measured.view.bac_area_mm2 is unknown.measured.view.calcified_length_mm is None
    assert view.measured is not None
    assert view.measured.view.bac_area_mm2 is not None
    np.testing.assert_allclose(unknown.labels.extent.world, unknown.image.extent.world)
    # No bar: it would hold for three of the four.
    canvas = getattr(session.viewer, "canvas", None)
    assert not (session.viewer.scale_bar if canvas is None else canvas.overlays.scale_bar).visible
    # What a person scales is still found out.
    unknown.image.scale = unknown.labels.scale = (2, 2)
    assert unknown.problem is not None
    assert unknown.problem.code == "image-rescaled"


def test_a_coarser_picture_without_spacing_is_as_tall_as_the_others(
    session: ExamSession, left_cc: OpenedView
) -> None:
    coarse = np.ascontiguousarray(pictures.breast(Laterality.RIGHT)[::2, ::2])
    small = open_array(coarse, name="r", spacing_mm=None, view=View.CC, laterality=Laterality.RIGHT)
    session.add([left_cc, small])
    # An image reaches from the middle of its first pixel to that of its last.
    assert tall(session, "R-CC") / 199 * 200 == pytest.approx(tall(session, "L-CC") / 399 * 400, rel=0.01)


def test_images_of_the_person_are_not_scaled_beside_views_in_mm(
    session: ExamSession, left_cc: OpenedView
) -> None:
    layer = session.viewer.add_image(pictures.breast(Laterality.RIGHT), name="scan")
    session.take_layer(layer)
    before = layer.extent.world.copy()
    session.add([left_cc])
    session.hang()
    np.testing.assert_array_equal(layer.extent.world, before)
    assert tall(session, "L-CC") == pytest.approx(399 * pictures.SPACING_MM, rel=0.01)
    assert session.views["scan"].problem is None


def test_files_dropped_together_hang_equally_large_before_there_is_a_session(
    viewer: Any, plugin: None, tmp_path: Path
) -> None:
    pictures.write_exam(tmp_path)
    ds = pydicom.dcmread(tmp_path / "LCC.dcm")
    del ds.ImagerPixelSpacing
    ds.save_as(tmp_path / "LCC.dcm")
    viewer.open([str(tmp_path)], plugin="openbac", stack=False)
    heights = {layer.name: float(np.ptp(layer.extent.world, axis=0)[0]) for layer in viewer.layers}
    assert set(heights) == set(pictures.KEYS)
    np.testing.assert_allclose(list(heights.values()), heights["R-CC"])
