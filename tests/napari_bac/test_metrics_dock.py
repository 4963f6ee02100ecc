"""The dock of metrics: rows and canvas select each other, arteries are edited whole, tables are copied."""

from __future__ import annotations

from typing import Any

import cv2
import napari
import numpy as np
import pytest
from qtpy.QtCore import QItemSelectionModel, Qt
from qtpy.QtGui import QGuiApplication
from qtpy.QtWidgets import QApplication, QSpinBox

from napari_bac.docks.metrics_dock import MetricsDock
from napari_bac.docks.metrics_model import ARTERY
from napari_bac.docks.quantities import ROWS
from napari_bac.session.exam_session import ExamSession
from napari_bac.views.opened_view import OpenedView
from shared_core.quantification.calcification_classes import MOST_ARTERIES, UNFOLLOWED_LABEL
from shared_core.wording.mass import view_mass_words
from shared_core.wording.report_sentence import view_sentence
from tests.napari_bac import pictures
from tests.napari_bac.mouse import canvas, click, point, show

TWO = [("R-CC", 1), ("R-CC", 2), ("L-CC", 1), ("L-CC", 2)]


@pytest.fixture
def dock(viewer: napari.Viewer, session: ExamSession, four_views: list[OpenedView]) -> MetricsDock:
    """Two views with two arteries each."""
    show(viewer)
    session.add(four_views[:2])
    for key, (side, _) in zip(session.views, pictures.STANDARD, strict=False):
        session.set_labels(key, pictures.labels(side))
    made = MetricsDock(viewer)
    viewer.window.add_dock_widget(made, name="BAC metrics")
    QApplication.processEvents()
    return made


def choose(dock: MetricsDock, *rows: int) -> None:
    """Select rows, as clicks with Ctrl do."""
    table = dock.arteries
    table.clearSelection()
    flags = QItemSelectionModel.SelectionFlag
    for row in rows:
        table.selectionModel().select(table.model().index(row, 0), flags.Select | flags.Rows)
        table.selectionModel().setCurrentIndex(table.model().index(row, 0), flags.NoUpdate)


def listed(dock: MetricsDock) -> list[tuple[str, int]]:
    return [row.artery for row in dock.arteries.arteries.rows]


@pytest.mark.pyside6
def test_a_row_fills_the_canvas_with_its_artery(
    viewer: napari.Viewer, session: ExamSession, dock: MetricsDock
) -> None:
    assert listed(dock) == TWO
    viewer.reset_view()
    zoom = viewer.camera.zoom
    dock.arteries.selectRow(2)
    layer = session.views["L-CC"].labels
    assert viewer.camera.zoom > 1.5 * zoom
    assert (viewer.layers.selection.active, layer.selected_label) == (layer, 1)
    assert session.selected == ("L-CC", 1)
    QApplication.processEvents()
    inside = canvas(viewer).rect()
    rows, columns = np.nonzero(layer.data == 1)
    for place in ((rows.min(), columns.min()), (rows.max(), columns.max())):
        assert inside.contains(point(viewer, layer, place).toPoint())
    # Several rows are chosen to join them: then the picture stays.
    before = viewer.camera.center
    choose(dock, 2)
    choose(dock, 2, 3)
    dock.arteries.selectionModel().select(
        dock.arteries.model().index(0, 0),
        QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows,
    )
    assert np.allclose(viewer.camera.center, before)


@pytest.mark.pyside6
def test_the_canvas_selects_the_row(
    viewer: napari.Viewer, session: ExamSession, dock: MetricsDock, qtbot: Any
) -> None:
    viewer.reset_view()
    QApplication.processEvents()
    layer = session.views["R-CC"].labels
    camera = viewer.camera.zoom, viewer.camera.center
    # The middle of the band: a pixel of the screen may be three of the image.
    depth = cv2.distanceTransform((layer.data == 2).view(np.uint8), cv2.DIST_L2, 5)
    row, column = np.unravel_index(depth.argmax(), depth.shape)
    click(viewer, layer, (float(row), float(column)))
    assert dock.arteries.chosen() == [("R-CC", 2)]
    assert (viewer.camera.zoom, viewer.camera.center) == camera, "who clicks sees it already"
    session.views["L-CC"].labels.selected_label = 2
    assert dock.arteries.chosen() == [("L-CC", 2)]
    canvas(viewer).setFocus()
    for expected in (*TWO[:1], TWO[1]):
        qtbot.keyClick(canvas(viewer), Qt.Key.Key_N)
        assert dock.arteries.chosen() == [expected]
    qtbot.keyClick(canvas(viewer), Qt.Key.Key_N, Qt.KeyboardModifier.ShiftModifier)
    assert dock.arteries.chosen() == [TWO[0]]
    dock.before.click()
    assert dock.arteries.chosen() == [TWO[3]]
    dock.next.click()
    assert dock.arteries.chosen() == [TWO[0]]


@pytest.mark.pyside6
def test_arteries_are_joined_deleted_and_renumbered_in_one_step_each(
    session: ExamSession, dock: MetricsDock, qtbot: Any, said: list[str]
) -> None:
    layer = session.views["R-CC"].labels
    before = layer.data.copy()

    def undone() -> None:
        assert session.viewer.layers.selection.active is layer
        layer.undo()
        assert np.array_equal(layer.data, before)
        assert listed(dock) == TWO

    choose(dock, 0, 1)
    assert dock.join.isEnabled()
    dock.join.click()
    assert listed(dock) == [("R-CC", 1), *TWO[2:]]
    assert np.array_equal(layer.data, (before > 0).astype(np.uint8))
    undone()

    choose(dock, 1)
    qtbot.keyClick(dock.arteries, Qt.Key.Key_Delete)
    assert listed(dock) == [TWO[0], *TWO[2:]]
    assert dock.arteries.currentIndex().row() == 1, "the next one is at hand"
    undone()

    choose(dock, 1)
    dock.renumber.click()
    editor = dock.arteries.findChild(QSpinBox)
    assert (editor.minimum(), editor.maximum()) == (1, MOST_ARTERIES)
    editor.setValue(9)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: ("R-CC", 9) in listed(dock))
    assert listed(dock) == [TWO[0], ("R-CC", 9), *TWO[2:]]
    assert session.selected == ("R-CC", 9)
    undone()

    choose(dock, 0, 2)
    assert not dock.join.isEnabled()
    dock.arteries.join_chosen()
    assert "one view" in said[-1]


def test_rows_sort_by_value_and_other_marks_are_named(session: ExamSession, dock: MetricsDock) -> None:
    session.views["L-CC"].labels.paint((30, 30), UNFOLLOWED_LABEL)
    table = dock.arteries
    assert table.arteries.index(4, ARTERY).data() == "spot"
    table.sortByColumn(2, Qt.SortOrder.DescendingOrder)
    areas = [float(table.model().index(row, 2).data()) for row in range(5)]
    assert areas == sorted(areas, reverse=True)
    table.selectRow(0)
    assert session.selected == table.chosen()[0]


def test_tables_are_copied_with_their_headers(session: ExamSession, dock: MetricsDock, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: not session.is_measuring, timeout=60_000)
    dock.copy.click()
    copied = QGuiApplication.clipboard().text()
    QGuiApplication.clipboard().clear()
    qtbot.keyClick(dock.numbers, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == copied
    head, *rows = [line.split("\t") for line in QGuiApplication.clipboard().text().splitlines()]
    assert head == ["", "R-CC", "L-CC", "Exam"]
    assert rows[0] == ["Analysed", "yes", "yes", "2 of 2"]
    assert [row[0] for row in rows][1:3] == ["BAC area, mm²", "BAC of breast, %"]
    assert len(rows) == len(ROWS)
    assert all(len(row) == 4 for row in rows)
    dock.arteries.setFocus()
    qtbot.keyClick(dock.arteries, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    first, *others = QGuiApplication.clipboard().text().splitlines()
    assert first.split("\t") == ["View", "Artery", "Area mm²", "Length mm", "Width mm", "Segments"]
    assert [line.split("\t")[:2] for line in others] == [[key, str(label)] for key, label in TWO]


@pytest.mark.pyside6
def test_the_report_follows_until_it_is_changed(
    session: ExamSession, viewer: napari.Viewer, left_cc: OpenedView, qtbot: Any
) -> None:
    (key,) = session.add([left_cc])
    dock = MetricsDock(viewer)
    viewer.window.add_dock_widget(dock, name="BAC metrics")
    session.set_labels(key, pictures.labels())
    qtbot.waitUntil(lambda: not session.is_measuring, timeout=60_000)
    measured = session.views[key].measured
    assert measured is not None
    sentence = view_sentence(measured.view, mass=view_mass_words(measured.view))
    assert dock.report.text.toPlainText() == sentence
    dock.report.text.setPlainText("No BAC in my opinion.")
    session.set_labels(key, np.zeros(pictures.SHAPE, np.uint8))
    qtbot.waitUntil(lambda: not session.is_measuring, timeout=60_000)
    assert dock.report.text.toPlainText() == "No BAC in my opinion."
    again = MetricsDock(viewer)
    viewer.window.add_dock_widget(again, name="BAC metrics again")
    assert again.report.text.toPlainText() == "No BAC in my opinion.", "the session keeps it, not the dock"
    dock.report.again.click()
    # Drawn and taken away again: nothing looked at the view, and no zeros say that somebody did.
    assert "not assessed" in dock.report.text.toPlainText()
    assert session.reports.words is None


def test_an_empty_viewer_says_what_to_do(
    session: ExamSession, viewer: napari.Viewer, said: list[str]
) -> None:
    dock = MetricsDock(viewer)
    viewer.window.add_dock_widget(dock, name="BAC metrics")
    assert "first" in dock.notes.text()
    assert not dock.line.draw.isEnabled()
    assert not dock.save.isEnabled()
    dock.next.click()
    assert "Nothing is marked" in said[-1]
