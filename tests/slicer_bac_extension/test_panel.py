"""The panel as a person uses it: real module file, .ui, slicer.util, scene and engine; Qt stands in."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
import slicer
import slicer.util

from shared_core import ViewResult, analyze_view
from shared_core.records.view_and_exam import view_record
from shared_core.records.written_views import read_written
from tests.host.module_panel import NAME, Panel, process_events, qt
from tests.host.scene import HeadlessApp
from tests.host.swallowed import no_swallowed_error
from tests.reading.synthetic import dataset, write
from tests.records.test_timeline import AREAS, write as write_results
from tests.slicer_bac_extension.panel_walk import Replayed, walk
from tests.slicer_bac_extension.volumes_of_files import load, shown
from tests.tram_track import tram_track, write_tram_track


@pytest.fixture
def panel(app: HeadlessApp) -> Iterator[Panel]:
    with no_swallowed_error():
        opened = Panel()
        opened.widget.numbers._rest.setInterval(10)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> ViewResult:
    return analyze_view(write_tram_track(tmp_path_factory.mktemp("one") / "LCC.png"), spacing_mm=0.07)


@pytest.fixture
def replayed(panel: Panel, analysed: ViewResult, monkeypatch: pytest.MonkeyPatch) -> Panel:
    """The panel where a run gives a known answer at once."""
    record = view_record(
        analysed.header,
        analysed.prepared,
        analysed.measurement,
        provenance=analysed.provenance,
        notices=analysed.notices,
    )
    monkeypatch.setattr(Replayed, "answer", (record, analysed.mask), raising=False)
    monkeypatch.setattr(sys.modules["BACSegmentationLib.run_panel"], "SegmentationRun", Replayed)
    return panel


def breast(name: str = "LCC") -> Any:
    return shown(tram_track().astype(np.uint16) * 16, name)


def applied(panel: Panel, volume: Any) -> Any:
    panel.ui.inputSelector.setCurrentNode(volume)
    panel.ui.applyButton.click()
    panel.wait(lambda: not panel.widget.run.running)
    return panel.widget.parameters.outputSegmentation


def test_every_click_of_a_session(replayed: Panel, tmp_path: Path) -> None:
    walk(replayed, tmp_path)


def test_everything_that_can_be_used_says_what_it_does(panel: Panel) -> None:
    silent = [
        name
        for name, widget in vars(panel.ui).items()
        if type(widget).__name__ not in ("qMRMLWidget", "ctkCollapsibleButton")
        and not name.startswith("qt_")
        and widget.isWidgetType()
        and not widget.toolTip
        and widget.parentWidget().objectName not in vars(panel.ui)
    ]
    assert silent == []
    assert "Research use only" in panel.ui.researchUseLabel.text


def test_real_engine_gives_the_mask_and_numbers_of_the_console(panel: Panel, analysed: ViewResult) -> None:
    volume = shown(analysed.prepared.image_u8, "LCC", file=analysed.header.path)
    pixels = tram_track()
    slicer.util.updateVolumeFromArray(volume, pixels[None])
    segmentation = applied(panel, volume)
    assert panel.ui.statusLabel.text.startswith("1 view: openbac-1 on cpu")
    segments = sys.modules["BACSegmentationLib.segments"]
    np.testing.assert_array_equal(segments.mask_of(segmentation, volume), analysed.mask)
    table = panel.widget.parameters.outputTable.GetTable()
    for column in ("am_px", "pm", "sim", "bac_area_mm2", "calcified_length_mm"):
        value = table.GetColumnByName(column).GetValue(0)
        assert value == getattr(analysed.measurement, column), column


def test_all_views_of_the_exam_are_segmented_together(replayed: Panel) -> None:
    left, right = breast("LCC"), breast("RCC")
    replayed.ui.allViewsCheckBox.checked = True
    applied(replayed, left)
    assert replayed.widget.parameters.outputTable.GetNumberOfRows() == 2
    assert len(slicer.util.getNodesByClass("vtkMRMLSegmentationNode")) == 2
    replayed.ui.inputSelector.setCurrentNode(right)
    segments = sys.modules["BACSegmentationLib.segments"]
    assert replayed.widget.parameters.outputSegmentation is segments.segmentation_of(right)
    assert replayed.ui.editButton.enabled


def test_segmentation_of_another_volume_is_not_overwritten(replayed: Panel) -> None:
    left, right = breast("LCC"), breast("RMLO")
    of_left = applied(replayed, left)
    replayed.ui.inputSelector.setCurrentNode(right)
    assert replayed.widget.parameters.outputSegmentation is None
    replayed.ui.segmentationSelector.setCurrentNode(of_left)
    assert not replayed.ui.applyButton.enabled
    assert "belongs to LCC" in replayed.ui.applyButton.toolTip
    replayed.ui.segmentationSelector.setCurrentNode(None)
    assert replayed.ui.applyButton.enabled


def test_second_segmentation_of_a_volume_has_its_own_numbers(replayed: Panel) -> None:
    volume = breast()
    first = applied(replayed, volume)
    second = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "second")
    replayed.ui.segmentationSelector.setCurrentNode(second)
    assert replayed.widget.parameters.outputSegmentation is second
    assert applied(replayed, volume) is second
    assert [node for _, node in replayed.widget.numbers.pairs] == [second]
    replayed.ui.segmentationSelector.setCurrentNode(first)
    assert [node for _, node in replayed.widget.numbers.pairs] == [first]


def test_another_segment_than_the_models_is_not_called_the_models(replayed: Panel) -> None:
    volume = breast()
    segmentation = applied(replayed, volume)
    drawn = np.zeros((1, 600, 400), np.uint8)
    drawn[0, 290:310, 50:200] = 1
    segmentation.GetSegmentation().AddEmptySegment("two", "Plaque")
    slicer.util.updateSegmentBinaryLabelmapFromArray(drawn, segmentation, "two", volume)
    replayed.widget.refresh()
    box = replayed.ui.segmentComboBox
    box.currentIndex = box.findText("Plaque")
    assert "Note: LCC by hand." in replayed.ui.reportText.plainText
    table = replayed.widget.parameters.outputTable.GetTable()
    assert table.GetColumnByName("am_px").GetValue(0) == drawn.sum()


def test_image_without_a_breast_is_refused_in_words(panel: Panel, caplog: pytest.LogCaptureFixture) -> None:
    noise = np.random.default_rng(1).integers(0, 4000, (600, 400)).astype(np.uint16)
    applied(panel, shown(noise, "LCC"))
    assert "No breast was found" in panel.ui.statusLabel.text
    assert "No breast was found" in caplog.text  # the dialog
    assert panel.widget.parameters.outputSegmentation is None
    assert panel.ui.applyButton.enabled


def test_volume_of_several_slices_says_why_it_cannot_run(panel: Panel) -> None:
    stack = shown(np.stack([tram_track()] * 3), "stack")
    panel.ui.inputSelector.setCurrentNode(stack)
    assert not panel.ui.applyButton.enabled
    assert "3 slices" in panel.ui.applyButton.toolTip
    assert "3 slices" in panel.ui.inputInfoLabel.text


def test_second_run_is_refused_while_one_is_running(replayed: Panel) -> None:
    replayed.ui.inputSelector.setCurrentNode(breast())
    replayed.ui.applyButton.click()
    first = replayed.widget.run.run
    replayed.widget.onApplyButton()
    assert replayed.widget.run.run is first
    assert "is running" in replayed.ui.statusLabel.text
    replayed.ui.cancelButton.click()


def test_volume_that_is_deleted_during_a_run_is_told(replayed: Panel) -> None:
    volume = breast()
    replayed.ui.inputSelector.setCurrentNode(volume)
    replayed.ui.applyButton.click()
    slicer.mrmlScene.RemoveNode(volume)
    replayed.wait(lambda: not replayed.widget.run.running)
    assert "removed from the scene" in replayed.ui.statusLabel.text
    assert not slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
    assert not replayed.ui.applyButton.enabled
    applied(replayed, breast("again"))
    assert "openbac-1" in replayed.ui.statusLabel.text


def test_segmentation_that_is_deleted_takes_its_numbers_along(replayed: Panel) -> None:
    segmentation = applied(replayed, breast())
    slicer.mrmlScene.RemoveNode(segmentation)
    assert not replayed.ui.editButton.enabled
    assert not replayed.ui.saveButton.enabled
    assert replayed.ui.reportText.plainText == ""
    assert replayed.ui.applyButton.enabled


def test_scene_that_closes_during_a_run_ends_it(replayed: Panel) -> None:
    replayed.ui.inputSelector.setCurrentNode(breast())
    replayed.ui.applyButton.click()
    run = replayed.widget.run.run
    slicer.mrmlScene.Clear(False)
    assert run.state == "cancelled"
    assert not replayed.widget.run.running
    assert replayed.ui.progressBar.isHidden()
    applied(replayed, breast())
    assert replayed.widget.parameters.outputSegmentation is not None


def test_results_that_cannot_be_shown_leave_a_usable_panel(
    replayed: Panel, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = (Replayed.answer[0], Replayed.answer[1][:-1])
    with monkeypatch.context() as other:
        other.setattr(Replayed, "answer", wrong)
        applied(replayed, breast())
    assert "has (600, 400) pixels" in replayed.ui.statusLabel.text
    assert replayed.ui.applyButton.enabled


def test_reload_keeps_choices_and_results_and_leaves_one_panel_watching(replayed: Panel) -> None:
    volume = breast()
    segmentation = applied(replayed, volume)
    replayed.ui.widthSpinBox.value = 3.0
    old = replayed.widget
    slicer.util.reloadScriptedModule(NAME)
    assert replayed.widget is not old
    assert replayed.widget.parameters.inputVolume is volume
    assert replayed.widget.parameters.outputSegmentation is segmentation
    assert replayed.ui.widthSpinBox.value == 3.0
    assert "Vessels: 1" in replayed.ui.reportText.plainText
    assert old.numbers.pairs == []
    assert list(old.Observations) == []
    assert list(old.numbers.Observations) == []
    assert list(old.correction.Observations) == []


def test_saved_scene_brings_choices_numbers_and_marks_back(replayed: Panel, tmp_path: Path) -> None:
    replayed.ui.measureByItselfCheckBox.checked = False
    volume = breast()
    segmentation = applied(replayed, volume)
    text = replayed.ui.reportText.plainText
    segments = sys.modules["BACSegmentationLib.segments"]
    changed = segments.mask_of(segmentation, volume).astype(np.uint8)
    changed[:, :100] = 0
    slicer.util.updateSegmentBinaryLabelmapFromArray(changed[None], segmentation, "BAC", volume)
    assert slicer.mrmlScene.WriteToMRB(str(tmp_path / "a.mrb"))
    slicer.mrmlScene.Clear(False)
    assert replayed.ui.reportText.plainText == ""
    assert slicer.mrmlScene.ReadFromMRB(str(tmp_path / "a.mrb"), True)
    process_events()
    assert replayed.widget.parameters.inputVolume.GetName() == "LCC"
    assert replayed.ui.reportText.plainText == text
    assert not replayed.ui.staleLabel.isHidden()
    replayed.ui.measureButton.click()
    assert "edited by hand" in replayed.ui.reportText.plainText


def test_artery_can_be_marked_where_no_model_ran(panel: Panel) -> None:
    volume = breast()
    panel.ui.inputSelector.setCurrentNode(volume)
    panel.ui.drawLineButton.click()
    curve = panel.widget.parameters.centreLine
    for column in (60, 200):
        curve.AddControlPoint(-column * 0.07, -300 * 0.07, 0.0)
    panel.ui.addBandButton.click()
    panel.ui.measureButton.click()
    assert panel.ui.staleLabel.isHidden()
    assert "drawn by hand" in panel.ui.reportText.plainText
    assert panel.widget.parameters.outputTable.GetNumberOfRows() == 1


def test_only_pressing_draw_marks_nothing(panel: Panel) -> None:
    volume = breast()
    panel.ui.inputSelector.setCurrentNode(volume)
    panel.widget.numbers.draw_on(volume)
    panel.ui.measureButton.click()
    assert "not assessed; this view was not analysed" in panel.ui.reportText.plainText
    assert "none marked" not in panel.ui.reportText.plainText
    assert not panel.ui.saveButton.enabled


def test_band_that_was_undone_marks_nothing(panel: Panel) -> None:
    volume = breast()
    panel.ui.inputSelector.setCurrentNode(volume)
    panel.ui.drawLineButton.click()
    curve = panel.widget.parameters.centreLine
    for column in (60, 200):
        curve.AddControlPoint(-column * 0.07, -300 * 0.07, 0.0)
    panel.ui.addBandButton.click()
    panel.ui.undoBandButton.click()
    panel.ui.measureButton.click()
    assert "Note: LCC not analysed." in panel.ui.reportText.plainText


def test_all_that_was_erased_by_hand_is_a_finding(panel: Panel) -> None:
    panel.ui.measureByItselfCheckBox.checked = False
    volume = breast()
    panel.ui.inputSelector.setCurrentNode(volume)
    segmentation = panel.widget.numbers.draw_on(volume)
    drawn = np.zeros((1, 600, 400), np.uint8)
    drawn[0, 290:310, 50:200] = 1
    slicer.util.updateSegmentBinaryLabelmapFromArray(drawn, segmentation, "BAC", volume)
    slicer.util.updateSegmentBinaryLabelmapFromArray(drawn * 0, segmentation, "BAC", volume)
    panel.ui.measureButton.click()
    assert "Note: LCC by hand." in panel.ui.reportText.plainText
    assert "none marked" in panel.ui.reportText.plainText


def test_saving_says_which_views_have_no_numbers(
    replayed: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied(replayed, breast())
    assert "views analysed" not in replayed.ui.reportText.plainText
    breast("RMLO")  # loaded after Apply
    monkeypatch.setattr(qt.QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    replayed.ui.saveButton.click()
    replayed.wait(lambda: not replayed.widget.export.saving)
    assert replayed.ui.statusLabel.text.endswith("Not analysed, so without mask and numbers: RMLO.")
    assert "1 of 2 views analysed" in replayed.ui.reportText.plainText
    assert len(read_written(tmp_path / "LCC-bac").views) == 1


def test_saved_results_are_those_of_the_console(
    replayed: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied(replayed, breast())
    monkeypatch.setattr(qt.QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    replayed.ui.saveButton.click()
    replayed.wait(lambda: not replayed.widget.export.saving)
    (view,) = read_written(tmp_path / "LCC-bac").views.values()
    record = Replayed.answer[0]
    assert view.record.metrics == record.metrics
    assert {**view.record.provenance, "edited_by_hand": False} == {
        **record.provenance,
        "edited_by_hand": False,
    }
    assert (view.mask.parent / "LCC_overlay.png").is_file() or any(view.mask.parent.glob("*_overlay.png"))


def test_dicom_objects_are_saved_where_they_are_asked_for(
    replayed: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "LCC.dcm", dataset(tram_track(), bits=8, ImagerPixelSpacing=[0.07, 0.07]))
    volume = load(file)
    segmentation = applied(replayed, volume)
    monkeypatch.setattr(qt.QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    for word in ("segmentation", "CAD report", "PDF", "archives"):
        assert word in replayed.ui.dicomCheckBox.toolTip
    replayed.ui.dicomCheckBox.checked = True
    replayed.ui.saveButton.click()
    replayed.wait(lambda: not replayed.widget.export.saving)
    objects = [pydicom.dcmread(path) for path in (tmp_path / "LCC-bac").glob("*/dicom/*.dcm")]
    assert {one.Modality for one in objects} == {"SEG", "SR", "OT", "DOC", "PR"}
    (mask,) = (one.pixel_array.squeeze() != 0 for one in objects if one.Modality == "SEG")
    segments = sys.modules["BACSegmentationLib.segments"]
    np.testing.assert_array_equal(mask, segments.mask_of(segmentation, volume))


def test_dicom_objects_wait_for_their_packages(
    replayed: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied(replayed, breast())
    replayed.ui.dicomCheckBox.checked = True
    dependencies = sys.modules["BACSegmentationLib.dependencies"]
    with monkeypatch.context() as fresh:
        fresh.setattr(dependencies, "missing", lambda _: ["reportlab>=4.0"])
        slicer.util.reloadScriptedModule(NAME)
        box = replayed.ui.dicomCheckBox
        assert not box.enabled
        assert "Not installed: reportlab>=4.0. Press Apply to install" in box.toolTip
        fresh.setattr(qt.QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
        replayed.ui.saveButton.click()
        replayed.wait(lambda: not replayed.widget.export.saving)
    assert "Saved in" in replayed.ui.statusLabel.text
    assert "without DICOM objects. Not installed: reportlab>=4.0." in replayed.ui.statusLabel.text
    replayed.widget.refresh()
    assert box.enabled
    assert "archives" in box.toolTip


def test_earlier_exams_are_followed_over_time(
    panel: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = write_results(tmp_path / "results", AREAS)
    ui = panel.ui
    ui.changeCollapsibleButton.collapsed = False
    assert not ui.showChangeButton.enabled
    assert "at different dates" in ui.showChangeButton.toolTip
    monkeypatch.setattr(qt.QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "results"))
    ui.changeFolderButton.click()
    assert ui.showChangeButton.enabled
    ui.quantityComboBox.currentIndex = ui.quantityComboBox.findText("BAC area")
    ui.showChangeButton.click()
    (chart,) = slicer.util.getNodesByClass("vtkMRMLPlotChartNode")
    assert "BAC area" in chart.GetYAxisTitle()
    assert ui.changeText.text.startswith("Increase: +90.5")
    ui.showChangeButton.click()
    assert len(slicer.util.getNodesByClass("vtkMRMLPlotChartNode")) == 1
    assert results is not None


def test_folder_without_results_is_told(
    panel: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(qt.QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    panel.ui.changeFolderButton.click()
    assert "contains no results" in panel.ui.changeText.text


def test_own_model_card_that_is_none_is_told_where_it_is_chosen(
    panel: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.json").write_text("{}")
    monkeypatch.setattr(qt.QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "mine.json"), "json"))
    panel.ui.ownModelButton.click()
    assert panel.widget.parameters.model.endswith("mine.json")
    assert panel.ui.modelComboBox.currentText == "mine.json"
    assert "mine.json" in panel.ui.modelComboBox.toolTip


def test_self_test_of_the_module_runs(panel: Panel) -> None:
    test = panel.module.BACSegmentationTest()
    test.setUp()
    test.test_drawn_mask()
