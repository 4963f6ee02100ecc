"""What a person states of a view in napari: in the list, in the numbers, in an export and in a script."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import napari
import numpy as np
import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication

from napari_bac.docks.exam_dock import ExamDock
from napari_bac.docks.facts_dialog import FactsDialog
from napari_bac.docks.views_list import COLUMNS
from napari_bac.session.exam_session import ExamSession
from napari_bac.session.script import _facts
from shared_core import Laterality, StatedFacts, View
from tests.napari_bac import pictures


@pytest.fixture
def dock(session: ExamSession, viewer: napari.Viewer, qtbot: Any) -> ExamDock:
    widget = ExamDock(viewer)
    qtbot.addWidget(widget)
    return widget


def dialog_of(dock: ExamDock) -> FactsDialog:
    dock.about.facts_button.click()
    found = [child for child in dock.findChildren(FactsDialog) if child.isVisible()]
    assert len(found) == 1
    return found[0]


def state(dock: ExamDock, *, side: str = "R", view: str = "MLO", **texts: str) -> None:
    dialog = dialog_of(dock)
    dialog.form.show({"side": side, "view": view, **texts})
    dialog.state_button.click()
    QApplication.processEvents()


def picture(folder: Path) -> Path:
    path = folder / "scan.png"
    cv2.imwrite(str(path), pictures.breast(Laterality.RIGHT))
    return path


def test_a_view_that_lacks_everything_gets_it(dock: ExamDock, tmp_path: Path) -> None:
    session = dock.session
    session.open([picture(tmp_path)])
    assert list(session.views) == ["scan.png"]
    state(dock, row_spacing_mm="0,2", patient="W1", study_date="2024-01-31")
    assert list(session.views) == ["R-MLO"]
    view = session.views["R-MLO"]
    header = view.opened.prepared.header
    assert (header.spacing.row_mm, header.spacing.column_mm) == (0.2, 0.2)
    assert (header.identity.patient_id, header.identity.study_date) == ("W1", "20240131")
    assert ("view", "MLO stated by hand") in header.evidence
    assert view.image.name == "R-MLO"
    assert tuple(view.image.scale) == tuple(view.labels.scale) == (0.2, 0.2)
    assert len(session.viewer.layers) == 2
    assert "0.200 mm" in dock.views.topLevelItem(0).text(COLUMNS.index("Pixel size"))
    assert view.image.extent.world[1, 1] <= 0, "a right breast hangs on the left"


@pytest.mark.pyside6
def test_facts_are_typed_with_the_keyboard_alone(dock: ExamDock, tmp_path: Path, qtbot: Any) -> None:
    session = dock.session
    session.open([picture(tmp_path)])
    qtbot.mouseClick(dock.about.facts_button, Qt.MouseButton.LeftButton)
    (dialog,) = (child for child in dock.findChildren(FactsDialog) if child.isVisible())
    boxes = {name: box.native for name, box in dialog.form.boxes.items()}
    # By its name the file is of a patient "scan".
    qtbot.keyClick(boxes["patient"], Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    for name, typed in {"side": "R", "view": "MLO", "row_spacing_mm": "0,2", "patient": "W1"}.items():
        qtbot.keyClicks(boxes[name], typed)
    qtbot.keyClick(boxes["patient"], Qt.Key.Key_Return)
    assert not dialog.isVisible()
    assert list(session.views) == ["R-MLO"]
    header = session.views["R-MLO"].opened.prepared.header
    assert (header.laterality, header.view) == (Laterality.RIGHT, View.MLO)
    assert (header.spacing.row_mm, header.spacing.column_mm) == (0.2, 0.2)
    assert (header.identity.patient_id, header.identity.study_date) == ("W1", "")


@pytest.mark.pyside6
def test_labels_that_were_drawn_stay(dock: ExamDock, tmp_path: Path) -> None:
    session = dock.session
    session.open([picture(tmp_path)])
    drawn = pictures.labels(Laterality.RIGHT)
    session.set_labels("scan.png", drawn)
    state(dock)
    view = session.views["R-MLO"]
    assert np.array_equal(view.label_pixels(), drawn)
    assert view.edited


def test_an_export_has_what_was_stated(dock: ExamDock, tmp_path: Path, qtbot: Any) -> None:
    session = dock.session
    session.open([picture(tmp_path)])
    session.set_labels("scan.png", pictures.labels(Laterality.RIGHT))
    state(dock, row_spacing_mm="0.2")
    qtbot.waitUntil(lambda: not session.is_measuring)
    session.exporter.start(tmp_path / "out")
    qtbot.waitUntil(lambda: (tmp_path / "out" / "run.json").is_file())
    (record,) = [json.loads(path.read_text()) for path in (tmp_path / "out").rglob("scan.json")]
    assert (record["laterality"], record["view"], record["spacing_mm"]) == ("R", "MLO", [0.2, 0.2])
    assert record["sources"]["view"] == "MLO stated by hand"
    assert record["stated"]["view"] == "MLO"


def test_an_image_without_a_file_takes_facts_as_well(dock: ExamDock) -> None:
    session = dock.session
    session.add([pictures.opened(spacing_mm=None)])
    state(dock, side="L", view="CC", row_spacing_mm="0.1", column_spacing_mm="0.2")
    (view,) = session.views.values()
    assert tuple(view.image.scale) == (0.1, 0.2)


@pytest.mark.pyside6
def test_what_is_wrong_is_said_and_what_was_not_changed_is_not_stated(dock: ExamDock) -> None:
    session = dock.session
    session.add([pictures.opened()])
    dialog = dialog_of(dock)
    dialog.form.show({"study_date": "yesterday"})
    dialog.state_button.click()
    assert dialog.isVisible()
    assert dialog.problem.text().startswith("The date 'yesterday' is none")
    dialog.cancel_button.click()
    dialog = dialog_of(dock)
    dialog.state_button.click()
    (view,) = session.views.values()
    assert view.opened.prepared.header.stated is None


def test_without_one_view_nothing_is_asked(dock: ExamDock) -> None:
    said: list[str] = []
    dock.session.signals.said.connect(said.append)
    dock.session.add(pictures.exam())
    dock.about.facts_button.click()
    assert said == ["Select one view in the list first."]


def test_the_script_states_the_same() -> None:
    facts = StatedFacts(source="stated by hand", view=View.MLO, spacing_mm=(0.1, 0.2))
    names = {"StatedFacts": StatedFacts, "View": View}
    assert eval(_facts(facts), names) == facts
