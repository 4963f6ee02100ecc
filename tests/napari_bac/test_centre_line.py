"""Clicks along an artery become a band, in mm, on the view under the mouse, as one step of undo."""

from __future__ import annotations

from typing import Any

import cv2
import napari
import numpy as np
import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication

from napari_bac.docks.metrics_dock import MetricsDock
from napari_bac.editing.line_preview import NAME
from napari_bac.session.exam_session import ExamSession
from napari_bac.views.opened_view import OpenedView
from shared_core.arteries.line_bands import BAND_MM, line_bands
from tests.napari_bac import pictures
from tests.napari_bac.mouse import canvas, click, double_click, show, stroke

LINE = [(150.0, 60.0), (170.0, 90.0), (180.0, 120.0)]


@pytest.fixture
def dock(viewer: napari.Viewer, session: ExamSession) -> MetricsDock:
    show(viewer)
    made = MetricsDock(viewer)
    viewer.window.add_dock_widget(made, name="BAC metrics")
    # Straight from click to click; following calcium has tests of its own.
    made.line.follow.setChecked(False)
    return made


def near(band: np.ndarray, expected: np.ndarray) -> bool:
    """Whether they differ by less than two pixels along the rim: the mouse hits pixels of the screen."""
    kernel = np.ones((5, 5), np.uint8)
    one, other = band.view(np.uint8), expected.view(np.uint8)
    return not (one > cv2.dilate(other, kernel)).any() and not (other > cv2.dilate(one, kernel)).any()


def whole(viewer: napari.Viewer) -> None:
    viewer.reset_view()
    QApplication.processEvents()


@pytest.mark.pyside6
def test_a_line_of_clicks_becomes_a_band(
    viewer: napari.Viewer, session: ExamSession, dock: MetricsDock, four_views: list[OpenedView], qtbot: Any
) -> None:
    session.add(four_views[:2])
    session.set_labels("L-CC", pictures.labels())
    whole(viewer)
    layer = session.views["L-CC"].labels
    history = len(layer._undo_history)
    count, layers = viewer.mouse_double_click_callbacks.copy(), len(viewer.layers)
    dock.line.draw.click()
    for place in LINE[:2]:
        click(viewer, layer, place)
    centre = viewer.camera.center
    stroke(viewer, layer, [(250.0, 100.0), (255.0, 110.0), (260.0, 130.0)])
    assert viewer.camera.center != centre, "a drag moves the image"
    assert len(dock.line.tool.points) == 2
    # The other breast is another line.
    click(viewer, session.views["R-CC"].labels, (150.0, 240.0))
    assert len(dock.line.tool.points) == 2
    click(viewer, layer, (300.0, 60.0))
    qtbot.keyClick(canvas(viewer), Qt.Key.Key_Backspace)
    click(viewer, layer, LINE[2])
    qtbot.keyClick(canvas(viewer), Qt.Key.Key_Return)
    spacing = session.views["L-CC"].opened.prepared.spacing
    expected = line_bands([np.array(LINE)], pictures.SHAPE, spacing=spacing)
    band = layer.data == 3
    assert near(band, expected & (pictures.labels() == 0))
    assert np.array_equal(layer.data[pictures.labels() > 0], pictures.labels()[pictures.labels() > 0])
    assert len(layer._undo_history) == history + 1
    assert session.selected == ("L-CC", 3)
    assert dock.arteries.chosen() == [("L-CC", 3)]
    layer.undo()
    assert np.array_equal(layer.data, pictures.labels())
    assert dock.line.tool.active, "the next artery can be drawn at once"
    qtbot.keyClick(canvas(viewer), Qt.Key.Key_Escape)
    assert not dock.line.draw.isChecked()
    assert viewer.mouse_double_click_callbacks == count
    assert len(viewer.layers) == layers


def test_a_mirrored_view_and_a_double_click(
    viewer: napari.Viewer, session: ExamSession, dock: MetricsDock, left_cc: OpenedView
) -> None:
    (key,) = session.add([left_cc])
    view = session.views[key]
    for layer in (view.image, view.labels):
        layer.affine = np.diag([1.0, -1.0, 1.0])
    whole(viewer)
    dock.line.draw.click()
    dock.line.width_box.setValue(3.0)
    zoom = viewer.camera.zoom
    for place in LINE[:-1]:
        click(viewer, view.labels, place)
    double_click(viewer, view.labels, LINE[-1])
    expected = line_bands(
        [np.array(LINE)], pictures.SHAPE, spacing=view.opened.prepared.spacing, width_mm=3.0
    )
    assert near(view.labels.data == 1, expected)
    assert viewer.camera.zoom == zoom


@pytest.mark.pyside6
def test_a_line_on_an_image_of_the_person_that_is_turned_and_sheared_lies_under_the_mouse(
    viewer: napari.Viewer, session: ExamSession, dock: MetricsDock, qtbot: Any
) -> None:
    image = viewer.add_image(pictures.breast(), name="scan", rotate=20, shear=[0.1], translate=(5, 7))
    view = session.views[session.take_layer(image, spacing_mm=pictures.SPACING_MM)]
    whole(viewer)
    dock.line.draw.click()
    for place in LINE:
        click(viewer, view.labels, place)
    drawn = viewer.layers[NAME]
    shown = np.array([drawn.data_to_world(point) for point in drawn.data[0]])
    np.testing.assert_allclose(shown, [image.data_to_world(place) for place in LINE], atol=2)
    qtbot.keyClick(canvas(viewer), Qt.Key.Key_Return)
    spacing = view.opened.prepared.spacing
    assert near(view.labels.data == 1, line_bands([np.array(LINE)], pictures.SHAPE, spacing=spacing))


def test_escape_leaves_everything_as_it_was(
    viewer: napari.Viewer, session: ExamSession, dock: MetricsDock, left_cc: OpenedView, qtbot: Any
) -> None:
    (key,) = session.add([left_cc])
    whole(viewer)
    dock.line.draw.click()
    before = list(viewer.layers)
    for place in LINE:
        click(viewer, session.views[key].labels, place)
    assert len(viewer.layers) == len(before) + 1
    qtbot.keyClick(canvas(viewer), Qt.Key.Key_Escape)
    assert list(viewer.layers) == before
    assert not session.views[key].labels.data.any()
    assert (dock.line.tool.active, dock.line.tool.points) == (True, [])


def test_width_is_in_pixels_where_the_spacing_is_unknown(
    viewer: napari.Viewer, session: ExamSession, dock: MetricsDock, without_spacing: OpenedView
) -> None:
    (key,) = session.add([without_spacing])
    assert dock.line.width_box.suffix() == " px"
    assert dock.line.width_box.value() == round(BAND_MM / 0.07) == 27
    dock.line.width_box.setValue(9)
    whole(viewer)
    dock.line.draw.click()
    for column in (60.0, 120.0):
        click(viewer, session.views[key].labels, (150.0, column))
    dock.line.finish.click()
    assert (session.views[key].labels.data[:, 90] > 0).sum() == pytest.approx(9, abs=1)


def test_a_line_of_one_point_and_a_full_table_are_told(
    session: ExamSession, dock: MetricsDock, left_cc: OpenedView, said: list[str]
) -> None:
    (key,) = session.add([left_cc])
    tool = dock.line.tool
    tool.start()
    assert not tool.finish()
    assert "two points" in said[-1]
    labels = np.zeros(pictures.SHAPE, np.uint8)
    labels[0, :253] = np.arange(1, 254)
    session.set_labels(key, labels)
    tool.key, tool.points = key, [np.array(place) for place in LINE]
    assert not tool.finish()
    assert "253 arteries" in said[-1]
    assert np.array_equal(session.views[key].labels.data, labels)


def test_closing_the_dock_ends_the_line(
    viewer: napari.Viewer, session: ExamSession, dock: MetricsDock, left_cc: OpenedView, qtbot: Any
) -> None:
    (key,) = session.add([left_cc])
    whole(viewer)
    before = list(viewer.mouse_drag_callbacks)
    dock.line.draw.click()
    tool = dock.line.tool
    click(viewer, session.views[key].labels, LINE[0])
    viewer.window.remove_dock_widget(dock)
    dock.close()
    dock.deleteLater()
    qtbot.waitUntil(lambda: not tool.active)
    assert [layer.name for layer in viewer.layers] == [
        session.views[key].image.name,
        session.views[key].labels.name,
    ]
    assert len(viewer.mouse_drag_callbacks) < len(before)
    # Nothing that is gone listens any more.
    session.views[key].labels.paint((100, 100), 1)
    again = MetricsDock(viewer)
    viewer.window.add_dock_widget(again, name="BAC metrics")
    assert [row.label for row in again.arteries.arteries.rows] == [1]
