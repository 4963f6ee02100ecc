"""Point at an artery, and the band along it appears; point again to go on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import napari
import numpy as np
import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication

from napari_bac.docks.metrics_dock import MetricsDock
from napari_bac.session.exam_session import ExamSession
from napari_bac.views.opened_view import open_view
from napari_bac.views.view_session import ViewSession
from tests.napari_bac.mouse import canvas, click, show
from tests.tram_track import SHAPE, write_tram_track

ALONG = np.arange(15.0, 260)
MIDDLE = np.stack([SHAPE[0] / 2 + 25 * np.sin(ALONG / 60), ALONG], axis=1)
"""Between the walls of the picture's artery, (row, column)."""


@pytest.fixture
def view(viewer: napari.Viewer, session: ExamSession, tmp_path: Path) -> ViewSession:
    show(viewer)
    (key,) = session.add([open_view(write_tram_track(tmp_path / "LCC.png"), spacing_mm=0.07)])
    viewer.reset_view()
    QApplication.processEvents()
    return session.views[key]


@pytest.fixture
def dock(view: ViewSession, viewer: napari.Viewer) -> MetricsDock:
    made = MetricsDock(viewer)
    viewer.window.add_dock_widget(made, name="BAC metrics")
    QApplication.processEvents()
    viewer.reset_view()
    made.line.draw.click()
    return made


def covered(labels: np.ndarray) -> float:
    """Share of the artery's middle that is marked."""
    rows, columns = np.round(MIDDLE).astype(int).T
    return float((labels[rows, columns] > 0).mean())


@pytest.mark.pyside6
def test_one_click_and_enter_mark_the_artery_as_one_step_of_undo(
    viewer: napari.Viewer, view: ViewSession, dock: MetricsDock, qtbot: Any
) -> None:
    history = len(view.labels._undo_history)
    click(viewer, view.labels, tuple(MIDDLE[120]))
    assert len(dock.line.tool.points) > 10
    assert not view.labels.data.any(), "a preview is no label"
    qtbot.keyClick(canvas(viewer), Qt.Key.Key_Return)
    marked = np.asarray(view.labels.data)
    assert covered(marked) > 0.85
    # Nothing beside it: the band is as wide as it was asked to be.
    assert (marked > 0).sum() < 1.3 * len(MIDDLE) * 1.9 / 0.07
    assert len(view.labels._undo_history) == history + 1
    view.labels.undo()
    assert not view.labels.data.any()


def test_a_further_click_goes_on_from_the_nearer_end_and_backspace_takes_it_back(
    viewer: napari.Viewer, view: ViewSession, dock: MetricsDock, qtbot: Any
) -> None:
    tool = dock.line.tool
    click(viewer, view.labels, tuple(MIDDLE[120]))
    taken = [np.array(point) for point in tool.points]
    ends = sorted(float(point[1]) for point in (taken[0], taken[-1]))
    goal = (430.0, 180.0)
    click(viewer, view.labels, goal)
    assert len(tool.points) > len(taken)
    np.testing.assert_allclose(tool.points[-1], goal, atol=2)
    # It went on at an end of the artery, not across it.
    assert sorted(float(point[1]) for point in (tool.points[0], tool.points[len(taken) - 1])) == ends
    qtbot.keyClick(canvas(viewer), Qt.Key.Key_Backspace)
    assert len(tool.points) == len(taken)
    qtbot.keyClick(canvas(viewer), Qt.Key.Key_Backspace)
    assert tool.points == []


def test_a_click_beside_all_calcium_is_told_and_begins_a_line(
    viewer: napari.Viewer, view: ViewSession, dock: MetricsDock, said: list[str]
) -> None:
    click(viewer, view.labels, (180.0, 120.0))
    assert any("No calcium was found within 2 mm" in sentence for sentence in said)
    assert len(dock.line.tool.points) == 1
