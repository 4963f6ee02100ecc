"""One view or all, window and level, keys, scale bar, hanging."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import QEvent, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtWidgets import QApplication, QOpenGLWidget

from napari_bac.editing.view_keys import outline_px
from napari_bac.layout.single_view import view_alone
from napari_bac.layout.window_level import PRESETS, windowed
from napari_bac.session.exam_session import ExamSession
from napari_bac.session.limits import binding_warning, largest_texture_px, size_warning, version_warning
from napari_bac.views.opened_view import OpenedView
from tests.napari_bac import pictures


@pytest.fixture
def press(exam_session: ExamSession, qtbot: Any) -> Callable[..., None]:
    """A key pressed, or held and let go, on the canvas with the labels of a view active."""
    canvas = canvas_of(exam_session)

    def send(key: Qt.Key, *, hold: Callable[[], None] | None = None) -> None:
        qtbot.keyPress(canvas, key)
        if hold is not None:
            hold()
        qtbot.keyRelease(canvas, key)
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
    press(Qt.Key.Key_2)
    assert visible(exam_session) == ["L-CC"]
    assert view_alone(exam_session.views) == "L-CC"
    assert exam_session.selected == ("L-CC", 0)
    assert exam_session.viewer.layers.selection.active is exam_session.views["L-CC"].labels
    box = exam_session.views["L-CC"].image.extent.world
    centre = np.array(exam_session.viewer.camera.center)[-2:]
    assert np.allclose(centre, box.mean(axis=0), atol=1)
    # From an image layer too, whose own keys napari gives to other things.
    exam_session.viewer.layers.selection.active = exam_session.views["L-CC"].image
    press(Qt.Key.Key_1)
    assert visible(exam_session) == ["R-CC"]
    press(Qt.Key.Key_0)
    assert visible(exam_session) == list(pictures.KEYS)
    assert exam_session.views["R-CC"].labels.mode == "pan_zoom"


@pytest.mark.pyside6
def test_v_hides_the_labels_while_it_is_held(exam_session: ExamSession, press: Callable[..., None]) -> None:
    exam_session.views["R-MLO"].labels.visible = False
    seen: list[list[bool]] = []
    press(
        Qt.Key.Key_V,
        hold=lambda: seen.append([view.labels.visible for view in exam_session.views.values()]),
    )
    assert seen == [[False] * 4]
    assert [view.labels.visible for view in exam_session.views.values()] == [True, True, False, True]


def test_c_outlines_and_fills_again(
    exam_session: ExamSession, press: Callable[..., None], qtbot: Any
) -> None:
    exam_session.viewer.layers.selection.active = exam_session.views["L-CC"].image
    limits = exam_session.views["L-CC"].image.contrast_limits
    press(Qt.Key.Key_C)
    qtbot.waitUntil(lambda: all(view.labels.contour > 0 for view in exam_session.views.values()))
    assert exam_session.views["L-CC"].image.contrast_limits == limits
    press(Qt.Key.Key_C)
    qtbot.waitUntil(lambda: not any(view.labels.contour for view in exam_session.views.values()))


def test_w_and_i_change_window_and_invert(exam_session: ExamSession, press: Callable[..., None]) -> None:
    image = exam_session.views["L-CC"].image
    press(Qt.Key.Key_W)
    assert tuple(image.contrast_limits) == list(PRESETS.values())[1]
    press(Qt.Key.Key_I)
    assert {view.image.colormap.name for view in exam_session.views.values()} == {"gray_r"}
    press(Qt.Key.Key_I)
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
    assert largest_texture_px() >= 2048
    assert size_warning("L-CC", (2048, 1000)) == ""
    monkeypatch.setattr("napari_bac.session.limits.SURE_PX", 256)
    monkeypatch.setattr("napari_bac.session.limits.largest_texture_px", lambda: 300)
    session.add([left_cc])
    assert len(said) == 1
    assert said[0].startswith("L-CC: the graphics card shows at most 300 pixels")


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
