"""The dock "BAC exam", used as a person uses it."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari.layers import Image, Shapes

from napari_bac.docks.exam_dock import ExamDock
from napari_bac.docks.export_dialog import export_into
from napari_bac.docks.spacing_dialog import SpacingDialog
from napari_bac.session import pulse
from napari_bac.session.exam_session import ExamSession
from napari_bac.views.opened_view import OpenedView
from tests.napari_bac import pictures

LONG_MS = 60_000
PACKAGED = files("shared_core.weights") / "cards"


@pytest.fixture
def dock(session: ExamSession, qtbot: Any) -> ExamDock:
    made = ExamDock(session.viewer)
    session.viewer.window.add_dock_widget(made, name="BAC exam")
    made.choice.take("openbac-1")
    return made


def wait(dock: ExamDock, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: not dock.session.is_running and not dock.session.opener.is_open, timeout=LONG_MS)


def rows(dock: ExamDock) -> list[list[str]]:
    tree = dock.views
    return [
        [tree.topLevelItem(row).text(column) for column in (0, 1, 4)]
        for row in range(tree.topLevelItemCount())
    ]


def test_a_folder_is_opened_away_from_the_window_and_listed(
    dock: ExamDock, exam_folder: Path, qtbot: Any
) -> None:
    dock.open_paths([exam_folder])
    assert not dock.progress.row.isHidden()
    wait(dock, qtbot)
    assert rows(dock) == [[key, "not analysed", "0.200 mm"] for key in pictures.KEYS]
    assert dock.progress.row.isHidden()


def test_a_model_whose_files_went_is_told_at_the_run_and_breaks_nothing_before(
    dock: ExamDock, said: list[str], left_cc: OpenedView, tmp_path: Path, qtbot: Any
) -> None:
    card = tmp_path / "mine.json"
    card.write_text((PACKAGED / "openbac-1.json").read_text().replace('"openbac-1"', '"mine"'))
    dock.choice.take_file(card)
    kept = dock.choice.card
    assert kept.name == "mine"
    card.unlink()
    dock.session.add([left_cc])
    assert dock.choice.card == kept
    dock.segment()
    wait(dock, qtbot)
    assert [sentence for sentence in said if f"Model card {card} cannot be read" in sentence]
    assert dock.session.views["L-CC"].answer is None


def test_a_stray_file_is_told_and_stops_nothing(
    dock: ExamDock, said: list[str], exam_folder: Path, tmp_path: Path, qtbot: Any
) -> None:
    stray = tmp_path / "LCC.dcm"
    stray.write_bytes((exam_folder / "LCC.dcm").read_bytes()[:900])
    dock.open_paths([exam_folder / "RCC.dcm", stray])
    wait(dock, qtbot)
    assert [row[0] for row in rows(dock)] == ["R-CC"]
    assert "LCC.dcm" in said[-1]


def test_all_views_cannot_be_segmented_before_all_are_there(
    dock: ExamDock, exam_folder: Path, qtbot: Any
) -> None:
    dock.open_paths([exam_folder])
    assert not dock.all_button.isEnabled()
    wait(dock, qtbot)
    assert len(rows(dock)) == 4
    assert dock.all_button.isEnabled()


@pytest.mark.pyside6
def test_segment_shows_progress_and_cancel_only_while_it_runs(
    dock: ExamDock, left_cc: OpenedView, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "EVERY_MS", 0)
    dock.session.add([left_cc])
    assert dock.progress.cancel_button.isHidden() or dock.progress.row.isHidden()
    formats: list[str] = []
    dock.session.signals.run_changed.connect(lambda: formats.append(dock.progress.bar.format()))
    dock.all_button.click()
    assert not dock.progress.row.isHidden()
    assert not dock.all_button.isEnabled()
    wait(dock, qtbot)
    assert dock.progress.row.isHidden()
    assert dock.all_button.isEnabled()
    assert any(re.search(r"L-CC: tile \d+ of \d+", words) for words in formats)
    assert any(words.endswith("left") for words in formats)
    assert "openbac-1 on cpu" in dock.progress.words.text()
    assert dock.progress.words.text().endswith(" s")
    assert rows(dock) == [["L-CC", "by openbac-1, not exported", "0.200 mm"]]

    # The slider follows, and asks where a person has edited.
    dock.threshold.number.setValue(0.9)
    qtbot.waitUntil(lambda: dock.session.views["L-CC"].answer.threshold == 0.9)
    view = dock.session.views["L-CC"]
    view.labels.paint((30, 30), 3)
    edited = view.label_pixels().copy()
    assert rows(dock)[0][1] == "by openbac-1, corrected, not exported"
    assert dock.reset_button.isEnabled()
    dock.threshold.slider.setValue(40)
    qtbot.waitUntil(lambda: not dock.question.isHidden())
    assert np.array_equal(view.label_pixels(), edited)
    dock.question.no_button.click()
    assert dock.threshold.value == 0.9
    dock.threshold.slider.setValue(40)
    qtbot.waitUntil(lambda: not dock.question.isHidden())
    dock.question.yes_button.click()
    assert view.answer.threshold == 0.4
    assert not view.edited
    view.labels.undo()
    assert np.array_equal(view.label_pixels(), edited)
    dock.threshold.own_button.click()
    assert dock.threshold.wanted is None

    dock.display.probability.click()
    assert "L-CC probability" in dock.session.viewer.layers
    dock.display.probability.click()
    assert "L-CC probability" not in dock.session.viewer.layers
    dock.reset_button.click()
    assert not view.edited


def test_an_export_shows_how_far_it_is_and_can_be_cancelled(
    dock: ExamDock, exam_session: ExamSession, said: list[str], tmp_path: Path, qtbot: Any
) -> None:
    shown: list[tuple[str, bool]] = []
    progress = dock.progress
    exam_session.signals.run_changed.connect(
        lambda: shown.append((progress.words.text(), progress.row.isHidden()))
    )
    assert export_into(exam_session, tmp_path)
    assert shown == [("Exporting", False)]
    assert "nothing is saved" in progress.cancel_button.toolTip()
    progress.cancel_button.click()
    qtbot.waitUntil(lambda: not exam_session.exporter.busy, timeout=LONG_MS)
    assert shown[-1] == ("", True)
    assert said == ["The export was cancelled; nothing was saved."]
    assert not (tmp_path / "P1_20200102").exists()


def test_the_dock_closed_and_opened_again_shows_the_same(exam_session: ExamSession, qtbot: Any) -> None:
    window = exam_session.viewer.window
    first = ExamDock(exam_session.viewer)
    window.add_dock_widget(first, name="BAC exam")
    before = rows(first)
    window.remove_dock_widget(first)
    exam_session.views["R-CC"].labels.paint((30, 30), 1)
    again = ExamDock(exam_session.viewer)
    window.add_dock_widget(again, name="BAC exam")
    assert rows(again)[1:] == before[1:]
    assert rows(again)[0][1] == "by hand, not exported"


@pytest.mark.pyside6
def test_an_image_layer_is_segmented_where_it_is_once_its_spacing_is_given(
    dock: ExamDock, qtbot: Any
) -> None:
    viewer = dock.session.viewer
    layer = viewer.add_image(pictures.breast(), name="scan", rotate=20, shear=[0.1], translate=(5, 7))
    own = viewer.add_labels(
        np.zeros(pictures.breast().shape, np.uint8), rotate=20, shear=[0.1], translate=(5, 7)
    )
    before = [np.array(one.extent.world) for one in (layer, own)]
    viewer.layers.selection.active = layer
    dock.layer_button.click()
    dialog = dock.findChild(SpacingDialog)
    assert dialog is not None
    dialog.spacing_mm.setText("0.2")
    dialog.use_button.click()
    assert dock.session.is_running
    wait(dock, qtbot)
    view = dock.session.views["scan"]
    assert view.image is layer
    assert view.answer is not None
    assert view.opened.prepared.spacing is not None
    assert view.opened.prepared.spacing.row_mm == 0.2
    # The person's other layers still lie on it, and ours does.
    assert tuple(layer.scale) == (1, 1)
    dock.session.hang()
    for one, extent in zip((layer, own), before, strict=True):
        np.testing.assert_array_equal(one.extent.world, extent)
    np.testing.assert_allclose(view.labels.extent.world, layer.extent.world)
    assert view.problem is None
    qtbot.waitUntil(lambda: view.measured is not None, timeout=60_000)


@pytest.mark.pyside6
def test_an_image_layer_may_stay_in_pixels(
    dock: ExamDock, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[list[str]] = []
    monkeypatch.setattr(dock, "segment", begun.append)
    dock.session.viewer.add_image(pictures.breast(), name="scan")
    dock.layer_button.click()
    dialog = dock.findChild(SpacingDialog)
    assert dialog is not None
    dialog.unknown_button.click()
    assert begun == [["scan"]]
    view = dock.session.views["scan"]
    assert not view.spacing_is_known
    assert view.live.bac_area_mm2 is None
    assert rows(dock) == [["scan", "not analysed", "unknown (px)"]]
    assert str(view.labels.units[0]) == "pixel"


def test_a_layer_in_mm_is_not_asked_about_and_may_be_anisotropic(
    dock: ExamDock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dock, "segment", lambda keys: None)
    dock.session.viewer.add_image(pictures.breast(), name="scan", scale=(100, 200), units=("um", "um"))
    dock.layer_button.click()
    assert dock.findChild(SpacingDialog) is None
    spacing = dock.session.views["scan"].opened.prepared.spacing
    assert spacing is not None
    assert (spacing.row_mm, spacing.column_mm) == pytest.approx((0.1, 0.2))
    assert rows(dock) == [["scan", "not analysed", "0.100 × 0.200 mm"]]


def test_a_layer_that_is_no_mammogram_is_refused_in_one_sentence(dock: ExamDock, said: list[str]) -> None:
    viewer = dock.session.viewer
    for layer, words in (
        (Image(np.zeros((4, 64, 64), np.uint8), name="volume"), "has 3 dimensions"),
        (Image(np.zeros((64, 64, 3), np.uint8), name="photo", rgb=True), "colour image"),
        (Shapes(name="drawing"), "select an image layer"),
        (Image(np.full((400, 300), 7, np.uint8), name="blank"), "blank"),
        (Image(np.zeros((400, 300), np.uint8), name="black"), "black"),
    ):
        viewer.add_layer(layer)
        dock.layer_button.click()
        dialog = dock.findChild(SpacingDialog)
        if dialog is not None:
            dialog.unknown_button.click()
            dialog.setParent(None)
        assert len(said) == 1
        assert words in said.pop()
        assert dock.session.views == {}
        assert not dock.session.is_running
        assert list(viewer.layers) == [layer]
        viewer.layers.clear()


def test_nothing_selected_is_said(dock: ExamDock, said: list[str]) -> None:
    dock.layer_button.click()
    dock.selected_button.click()
    dock.all_button.click()
    assert len(said) == 3
    assert all(sentence.endswith(".") for sentence in said)


def test_every_control_has_a_tooltip_and_can_be_reached_by_keyboard(
    dock: ExamDock, exam_session: ExamSession
) -> None:
    from qtpy.QtCore import Qt
    from qtpy.QtWidgets import QAbstractButton, QComboBox, QDoubleSpinBox, QSlider, QTreeWidget

    kinds = (QAbstractButton, QComboBox, QDoubleSpinBox, QSlider, QTreeWidget)
    controls = [
        control
        for kind in kinds
        for control in dock.findChildren(kind)
        if control not in (dock.question.yes_button, dock.question.no_button)
    ]
    assert len(controls) > 15
    for control in controls:
        assert control.toolTip(), control
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, control
