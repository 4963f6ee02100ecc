"""Forms that are made of the engine's options: by keys and clicks, as a person uses them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import napari
import pytest
from qtpy.QtCore import QPoint, Qt
from qtpy.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QLineEdit, QWidget

from napari_bac.docks.batch_dock import BatchDock
from napari_bac.docks.facts_dialog import FactsDialog
from napari_bac.docks.import_dialog import ImportDialog
from napari_bac.docks.model_choice import ModelChoice
from napari_bac.docks.option_form import UNKNOWN, OptionForm, with_keys
from napari_bac.remedies import WORDING
from napari_bac.session.exam_session import ExamSession
from shared_core import hosting as bac
from tests.imported_network import SIDE, write_onnx
from tests.napari_bac import pictures

FORMS = {
    "facts": bac.FACT_OPTIONS,
    "batch": bac.BATCH_OPTIONS,
    "network": (*bac.MODEL_OPTIONS, *bac.NETWORK_OPTIONS),
}


def made(options: Any, qtbot: Any) -> OptionForm:
    form = OptionForm(options)
    qtbot.addWidget(form.native)
    form.native.show()
    return form


def boxes(widget: QWidget) -> list[QWidget]:
    """In the order of the Tab key."""
    found: list[QWidget] = []
    at = widget.nextInFocusChain()
    while at is not widget and len(found) < 100:
        if isinstance(at, (QCheckBox, QComboBox, QLineEdit)) and widget.isAncestorOf(at):
            found.append(at)
        at = at.nextInFocusChain()
    return found


@pytest.mark.pyside6
@pytest.mark.parametrize("name", FORMS)
def test_every_option_has_a_box_that_says_what_it_is_in_the_order_of_the_tab_key(
    name: str, qtbot: Any
) -> None:
    form = made(FORMS[name], qtbot)
    in_order = boxes(form.native)
    assert [box.accessibleName() for box in in_order] == [option.label for option in FORMS[name]]
    for box, option in zip(in_order, FORMS[name], strict=True):
        assert box.toolTip().lower() == option.help.lower()
    if name == "facts":
        assert form.boxes["side"].native.itemText(0) == UNKNOWN


@pytest.mark.parametrize("name", FORMS)
def test_where_a_person_meets_the_form_it_has_all_that_the_command_takes(
    viewer: napari.Viewer, session: ExamSession, tmp_path: Path, qtbot: Any, name: str
) -> None:
    if name == "batch":
        dock = BatchDock(viewer)
        viewer.window.add_dock_widget(dock, name="BAC batch")
        form = dock.options
    else:
        if name == "network":
            pytest.importorskip("onnx", reason="onnx is not installed")
            dialog: Any = ImportDialog(write_onnx(tmp_path / "lines.onnx"))
        else:
            dialog = FactsDialog("L-CC", pictures.opened().prepared.header)
        qtbot.addWidget(dialog)
        form = dialog.form
    assert [box.accessibleName() for box in boxes(form.native)] == [option.label for option in FORMS[name]]


@pytest.mark.parametrize("name", FORMS)
def test_each_box_is_reached_by_a_key_of_its_own(name: str, qtbot: Any) -> None:
    form = made(FORMS[name], qtbot)
    labels = [label for label in form.native.findChildren(QLabel) if "&" in label.text()]
    own = [box.text() for box in form.native.findChildren(QCheckBox)]
    assert len(labels) + len(own) == len(FORMS[name])
    assert {label.buddy().accessibleName() for label in labels} == {
        option.label for option in FORMS[name] if option.kind != "switch"
    }
    keys = [text[text.index("&") + 1].lower() for text in [*own, *(label.text() for label in labels)]]
    assert len(set(keys)) == len(keys)


def test_a_label_without_a_free_letter_has_no_key() -> None:
    assert with_keys(["ab", "ba", "ab"]) == ["&ab", "&ba", "ab"]
    assert with_keys(["ab", "ba"], taken="a") == ["a&b", "ba"]


@pytest.mark.pyside6
def test_what_nobody_chose_is_what_the_engine_has_without_a_form(qtbot: Any) -> None:
    for options in FORMS.values():
        form = made(options, qtbot)
        assert form.values() == bac.values_of(options, {})


@pytest.mark.pyside6
def test_values_that_are_typed_and_clicked_are_those_of_the_form(qtbot: Any) -> None:
    form = made(bac.BATCH_OPTIONS, qtbot)
    box = form.boxes["probability"].native
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(10, box.height() // 2))
    qtbot.keyClicks(form.boxes["quality"].native, "exclude")
    assert bac.batch_choices(form.values()) == bac.BatchChoices(probability=True, quality="exclude")


@pytest.mark.pyside6
def test_enter_states_nothing_that_was_not_typed(qtbot: Any) -> None:
    dialog = FactsDialog("L-CC", pictures.opened(spacing_mm=None).prepared.header)
    qtbot.addWidget(dialog)
    stated: list[bac.StatedFacts] = []
    dialog.stated.connect(stated.append)
    dialog.show()
    row = dialog.form.boxes["row_spacing_mm"].native
    assert row.text() == ""
    qtbot.keyClick(row, Qt.Key.Key_Return)
    assert stated == []
    dialog.show()
    qtbot.keyClicks(row, "0,07")
    qtbot.keyClick(row, Qt.Key.Key_Return)
    assert [facts.spacing_mm for facts in stated] == [(0.07, 0.07)]


@pytest.mark.pyside6
def test_the_form_of_a_network_fits_a_laptop_at_200_percent(tmp_path: Path, qtbot: Any) -> None:
    pytest.importorskip("onnx", reason="onnx is not installed")
    dialog = ImportDialog(write_onnx(tmp_path / "lines.onnx"))
    qtbot.addWidget(dialog)
    dialog.show()
    least = dialog.minimumSizeHint()
    assert (least.width() <= 683, least.height() <= 384) == (True, True)


def test_a_network_is_imported_and_chosen(tmp_path: Path, qtbot: Any) -> None:
    pytest.importorskip("openvino", reason="OpenVINO is not installed")
    pytest.importorskip("onnx", reason="onnx is not installed")
    choice = ModelChoice()
    qtbot.addWidget(choice)
    choice.show()
    choice.take_file(write_onnx(tmp_path / "Lines 2.onnx"))
    (dialog,) = choice.findChildren(ImportDialog)
    assert dialog.form.boxes["name"].value == "lines-2"
    dialog.import_button.click()
    qtbot.waitUntil(dialog.import_button.isEnabled)
    # What is missing is said, and the form is as it was.
    assert dialog.problem.text() == (
        "What the network needs is not all known; fill in Tile, px; Mean; Standard deviation; "
        "Pixel spacing, mm; Gives; Marks."
    )
    assert dialog.isVisible()
    for name, typed in {"tile_px": str(SIDE), "mean": "0,5", "sd": "0.25", "spacing_mm": "0.07"}.items():
        qtbot.keyClicks(dialog.form.boxes[name].native, typed)
    dialog.form.show({"output": "logits", "mask_style": "calcium"})
    qtbot.keyClick(dialog.form.boxes["tile_px"].native, Qt.Key.Key_Return)
    card = tmp_path / "lines-2" / "model.json"
    qtbot.waitUntil(lambda: choice.name == str(card))
    assert choice.card.input_spacing_mm == 0.07
    QApplication.processEvents()
    # The same again is refused, and said.
    choice.take_file(tmp_path / "Lines 2.onnx")
    again = choice.findChildren(ImportDialog)[-1]
    again.import_button.click()
    qtbot.waitUntil(again.import_button.isEnabled)
    assert "already there; choose another name" in again.problem.text()


def test_a_number_that_is_none_is_told_with_its_label(tmp_path: Path, qtbot: Any) -> None:
    pytest.importorskip("onnx", reason="onnx is not installed")
    dialog = ImportDialog(write_onnx(tmp_path / "lines.onnx"))
    qtbot.addWidget(dialog)
    dialog.form.show({"tile_px": "many"})
    dialog.import_button.click()
    assert dialog.problem.text() == "Tile, px: must be a number, not 'many'."
    dialog.form.show({"tile_px": "64", "name": "../up"})
    dialog.import_button.click()
    assert dialog.problem.text().startswith("Name: must be small letters")


def test_remedies_name_the_box_that_is_there(qtbot: Any) -> None:
    form = made(bac.BATCH_OPTIONS, qtbot)
    box = form.boxes["resume"].native.accessibleName()
    for remedy in (
        bac.Remedy.CHOOSE_OTHER_OUTPUT,
        bac.Remedy.KEEP_OTHER_EXAMS,
        bac.Remedy.CHOOSE_MODEL_OR_OUTPUT,
    ):
        assert box in WORDING[remedy]
