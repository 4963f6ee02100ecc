"""Point at an artery, and the band along it appears; point again to go on."""

from __future__ import annotations

from pathlib import Path
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
from napari_bac.views.model_answer import KeptLabels, KeptProbability, ModelAnswer
from napari_bac.views.opened_view import open_view
from napari_bac.views.view_session import ViewSession
from shared_core import ProbabilityMap, hosting as bac
from shared_core.inference.backends.interface import BackendInfo
from tests.napari_bac.mouse import canvas, click, hover, show
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


@pytest.mark.parametrize("goal", [(430.0, 180.0), (400.0, 40.0)], ids=["right", "left"])
def test_a_further_click_goes_on_from_the_nearer_end_and_backspace_takes_it_back(
    viewer: napari.Viewer, view: ViewSession, dock: MetricsDock, qtbot: Any, goal: tuple[float, float]
) -> None:
    tool = dock.line.tool
    click(viewer, view.labels, tuple(MIDDLE[120]))
    taken = [np.array(point) for point in tool.points]
    ends = sorted(float(point[1]) for point in (taken[0], taken[-1]))
    click(viewer, view.labels, goal)
    assert len(tool.points) > len(taken)
    np.testing.assert_allclose(tool.points[-1], goal, atol=2)
    # It went on at an end of the artery, not across it.
    far, near = tool.points[0], tool.points[len(taken) - 1]
    assert sorted(float(point[1]) for point in (far, near)) == ends
    assert np.hypot(*(near - goal)) < np.hypot(*(far - goal))
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


def test_where_the_picture_shows_nothing_a_click_follows_the_word_of_the_model(
    viewer: napari.Viewer, session: ExamSession, tmp_path: Path, qtbot: Any
) -> None:
    show(viewer)
    dock = MetricsDock(viewer)
    viewer.window.add_dock_widget(dock, name="BAC metrics")
    bare = write_tram_track(tmp_path / "LCC.png", calcified=False)
    (key,) = session.add([open_view(bare, spacing_mm=0.07)])
    view = session.views[key]
    values = np.zeros(SHAPE, np.float32)
    cv2.polylines(values, [np.round(MIDDLE[:, ::-1]).astype(np.int32)[:, None]], False, (0.6,), 15)
    card, none = bac.default_model(), KeptLabels.of(np.zeros(SHAPE, np.uint8))
    sure = ProbabilityMap(values, 1, (0.07, 0.07), False, BackendInfo("numpy", "0", "cpu", "float32"), ())
    session.set_answer(key, ModelAnswer(card, KeptProbability.of(sure), 0.9, none, 1.0))
    viewer.reset_view()
    QApplication.processEvents()
    dock.line.draw.click()
    click(viewer, view.labels, tuple(MIDDLE[120]))
    qtbot.keyClick(canvas(viewer), Qt.Key.Key_Return)
    assert covered(np.asarray(view.labels.data)) > 0.85


@pytest.mark.pyside6
def test_the_line_follows_the_mouse_and_what_it_costs_is_done_once(
    viewer: napari.Viewer, view: ViewSession, dock: MetricsDock, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def counting(name: str, do: Any) -> Any:
        def counted(*given: Any, **named: Any) -> Any:
            done.append(name)
            return do(*given, **named)

        return counted

    monkeypatch.setattr(bac, "calcium_evidence", counting("evidence", bac.calcium_evidence))
    monkeypatch.setattr(bac.WaysOn, "begin", counting("ways", bac.WaysOn.begin))
    click(viewer, view.labels, tuple(MIDDLE[120]))
    taken = len(dock.line.tool.points)
    ends = []
    for down in range(0, 60, 4):
        hover(viewer, view.labels, [(350.0 + down, 240.0)])
        ends.append(viewer.layers[NAME].data[0][-1])
    np.testing.assert_allclose(ends, [(350.0 + down, 240.0) for down in range(0, 60, 4)], atol=2)
    assert len(viewer.layers[NAME].data[0]) > taken
    assert done == ["evidence", "ways"]
    assert len(dock.line.tool.points) == taken, "nothing was clicked"
