"""One patient at a time: nothing is doubled, and different exams share no number and no sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import napari
import numpy as np
import pytest
from napari.layers import Layer
from napari.layers._layer_actions import _duplicate_layer
from qtpy.QtCore import Qt

from napari_bac.docks.exam_dock import ExamDock
from napari_bac.docks.metrics_dock import MetricsDock
from napari_bac.docks.numbers_model import EXAM
from napari_bac.reader import read_layers
from napari_bac.session.exam_session import ExamSession
from napari_bac.views.open_exams import exam_keys
from tests.napari_bac import pictures
from tests.napari_bac.both_qts import cases
from tests.tram_track import write_tram_track

LONG_MS = 60_000
ACROSS, TIP = Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole


@pytest.fixture
def two_exams(tmp_path: Path) -> list[Path]:
    """Of two women: left and right CC each."""
    folders = []
    for number, name in enumerate(("ANNA", "BERTA")):
        folder = tmp_path / name
        folder.mkdir()
        for seed, side in enumerate("LR"):
            write_tram_track(folder / f"{name}_{side}CC.png", seed=10 * number + seed)
        folders.append(folder)
    return folders


def settle(qtbot: Any, session: ExamSession) -> None:
    qtbot.wait(150)
    qtbot.waitUntil(lambda: not session.opener.is_open and not session.is_measuring, timeout=LONG_MS)


def draw(session: ExamSession) -> None:
    for view in session.views.values():
        view.labels.paint((300, 60), 6)


@pytest.mark.pyside6
def test_two_exams_have_no_numbers_in_common_and_one_can_be_closed(
    viewer: napari.Viewer, session: ExamSession, two_exams: list[Path], qtbot: Any
) -> None:
    exam_dock, metrics = ExamDock(viewer), MetricsDock(viewer)
    for dock in (exam_dock, metrics):
        viewer.window.add_dock_widget(dock)
    exam_dock.open_paths([two_exams[0]])
    settle(qtbot, session)
    draw(session)
    settle(qtbot, session)
    first = exam_keys(session.views.values())
    assert EXAM in metrics.numbers.numbers.columns
    assert session.exam is not None
    assert "ANNA" in metrics.whose.text()
    assert exam_dock.question.isHidden()
    exam_dock.open_paths([two_exams[1]])
    settle(qtbot, session)
    draw(session)
    settle(qtbot, session)
    assert len(session.views) == 4
    assert len(exam_keys(session.views.values())) == 2
    assert EXAM not in metrics.numbers.numbers.columns
    assert session.exam is None
    assert metrics.report.text.toPlainText() == ""
    assert {"ANNA", "BERTA"} <= set(metrics.whose.text().replace(",", " ").split())
    assert not exam_dock.question.isHidden()
    assert "ANNA" in exam_dock.question.yes_button.text()
    exam_dock.question.yes_button.click()
    settle(qtbot, session)
    assert len(session.views) == 2
    assert exam_keys(session.views.values()) != first
    assert EXAM in metrics.numbers.numbers.columns
    assert session.exam is not None
    assert "ANNA" not in metrics.whose.text()
    assert metrics.report.text.toPlainText()


@pytest.mark.pyside6
def test_the_same_folder_twice_is_told_and_not_doubled(
    session: ExamSession, two_exams: list[Path], qtbot: Any
) -> None:
    said: list[str] = []
    session.signals.said.connect(said.append)
    session.open([two_exams[0]])
    session.open([two_exams[0]])
    assert len(session.views) == 2
    assert sum("is open already" in sentence for sentence in said) == 2


@pytest.mark.pyside6
def test_a_duplicated_layer_is_no_other_view(viewer: napari.Viewer, session: ExamSession, qtbot: Any) -> None:
    (key,) = session.add([pictures.opened(spacing_mm=0.07)])
    image = session.views[key].image
    said: list[str] = []
    session.signals.said.connect(said.append)
    viewer.layers.selection.active = image
    viewer.layers.selection = {image}
    _duplicate_layer(viewer.layers)
    copies = [layer for layer in viewer.layers if isinstance(layer, Layer) and "copy" in layer.name]
    assert len(copies) == 1
    assert list(session.views) == [key]
    assert session.take_layer(copies[0]) == key
    assert list(session.views) == [key]


def test_a_layer_that_was_changed_before_it_was_taken_is_measured_as_it_is_shown(
    viewer: napari.Viewer, session: ExamSession, tmp_path: Path, qtbot: Any
) -> None:
    said: list[str] = []
    session.signals.said.connect(said.append)
    (read,) = read_layers(str(write_tram_track(tmp_path / "LCC.png")))
    layer = Layer.create(*read)
    layer.data = np.ascontiguousarray(layer.data[::-1])
    viewer.add_layer(layer)
    assert not session.views
    assert "was changed after it was read" in said[-1]
    new = session.take_layer(layer)
    view = session.views[new]
    np.testing.assert_array_equal(view.opened.prepared.display_u8 > 0, layer.data > 0)
    assert view.opened.path is None
    assert view.problem is None


@pytest.mark.pyside6
def test_a_threshold_of_another_model_is_not_taken_over(
    viewer: napari.Viewer, session: ExamSession, tmp_path: Path, qtbot: Any
) -> None:
    dock = ExamDock(viewer)
    viewer.window.add_dock_widget(dock)
    dock.open_paths([write_tram_track(tmp_path / "LCC.png")])
    settle(qtbot, session)
    dock.segment()
    qtbot.waitUntil(lambda: not session.is_running, timeout=LONG_MS)
    (view,) = session.views.values()
    assert view.answer is not None
    dock.threshold.number.setValue(0.77)
    qtbot.waitUntil(lambda: view.answer is not None and view.answer.threshold == 0.77, timeout=LONG_MS)
    other = next(
        number
        for number in range(dock.choice.model.count())
        if "emory" in dock.choice.model.itemText(number).lower()
        or "emory" in str(dock.choice.model.itemData(number)).lower()
    )
    dock.choice.model.setCurrentIndex(other)
    assert dock.choice.card.sha256 != view.answer.card.sha256
    assert dock.threshold.wanted is None
    assert dock.threshold.value == dock.choice.card.threshold
    dock.threshold.number.setValue(0.6)
    qtbot.wait(500)
    assert view.answer.threshold == 0.77


def test_layers_whose_names_tell_two_women_are_two_exams(viewer: napari.Viewer, session: ExamSession) -> None:
    dock = MetricsDock(viewer)
    viewer.window.add_dock_widget(dock)
    for seed, name in enumerate(("ANNA_LCC", "BERTA_RCC")):
        session.take_layer(viewer.add_image(pictures.breast(seed=seed), name=name), spacing_mm=0.1)
    assert exam_keys(session.views.values()) == ("ANNA", "BERTA")
    assert EXAM not in dock.numbers.numbers.columns
    assert "2 exams are open" in dock.whose.text()


@pytest.mark.pyside6
def test_the_patient_and_the_date_of_what_is_open_stand_above_the_table(
    viewer: napari.Viewer, session: ExamSession, exam_folder: Path, tmp_path: Path
) -> None:
    dock = MetricsDock(viewer)
    viewer.window.add_dock_widget(dock)
    assert dock.whose.text() == ""
    session.open([exam_folder])
    assert dock.whose.text() == "Patient P1, 2020-01-02"
    pictures.write_exam(tmp_path, date="20220304")
    session.open([tmp_path / "LCC.dcm"])
    assert dock.whose.text() == (
        "2 exams are open, without numbers of an exam: Patient P1, 2020-01-02; Patient P1, 2022-03-04."
    )
    # Of each column, too: no view stands for another exam's.
    columns = dock.numbers.numbers
    tips = {name: columns.headerData(at, ACROSS, TIP) for at, name in enumerate(columns.columns)}
    first = dict.fromkeys(pictures.KEYS, "Patient P1, 2020-01-02")
    assert tips == {**first, "L-CC 2": "Patient P1, 2022-03-04"}


@pytest.mark.parametrize("name", cases(["LCC", "LCC.dcm", "scan", "左乳房"], with_pyside6=["左乳房"]))
def test_the_name_of_a_layer_that_tells_no_patient_is_not_called_one(
    viewer: napari.Viewer, session: ExamSession, name: str
) -> None:
    dock = MetricsDock(viewer)
    viewer.window.add_dock_widget(dock)
    session.take_layer(viewer.add_image(pictures.breast(), name=name), spacing_mm=0.1)
    assert dock.whose.text() == "Patient unknown, date unknown"
