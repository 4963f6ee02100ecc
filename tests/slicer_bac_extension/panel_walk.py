"""A person at the panel: every click of a session with one mammogram, and what must be seen after each."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import slicer
import slicer.util

from tests.host.module_panel import Panel, qt
from tests.slicer_bac_extension.volumes_of_files import shown
from tests.tram_track import tram_track

WIDTH_MM = 1.4


class Replayed:
    """A run whose masks are known: steps of a `SegmentationRun` without its processes.

    Parameters
    ----------
    request
        Of the run.
    answer
        (record, mask) of each volume.
    """

    answer: tuple[Any, Any]

    def __init__(self, request: Any) -> None:
        record, mask = self.answer
        segmented_view = sys.modules["BACSegmentationLib.segmentation_run"].SegmentedView
        self.request = request
        self.views = [segmented_view(one, record, mask.copy()) for one in request.volume_ids]
        self.state, self.message, self.share = "running", "Segmenting", 0.5
        self.steps_left = 2

    def advance(self) -> bool:
        """One step."""
        if self.state == "running":
            self.steps_left -= 1
            if self.steps_left < 0:
                self.state, self.message = "done", "1 view: openbac-1 on cpu, 1 s."
        return self.state == "running"

    def cancel(self, message: str = "Cancelled. Nothing was changed.") -> None:
        """End it."""
        self.state, self.message = "cancelled", message


def walk(panel: Panel, folder: Path) -> None:
    """From the empty scene to saved results, through a closed scene, to the end of a run with the panel."""
    ui = panel.ui
    assert ui.applyButton.enabled is False
    assert "Choose a mammogram" in ui.applyButton.toolTip
    assert abs(ui.thresholdSlider.value - 0.29) < 1e-6
    volume = _choose_mammogram(panel)
    _choose_parameters(panel)
    _apply(panel)
    segmentation = panel.widget.parameters.outputSegmentation
    mask = _mask_of(segmentation, volume)
    assert mask.any()
    assert not volume.GetDisplayNode().GetInterpolate()
    assert ui.summaryTableView.mrmlTableNode() is not None
    assert _number("am_px", panel) == int(mask.sum())
    assert "Vessels: 1" in ui.reportText.plainText
    _change_by_hand(panel, volume, segmentation, mask)
    _mark_along_line(panel, volume, segmentation)
    _edit(panel, volume, segmentation)
    _copy_and_save(panel, folder)
    _leave_and_come_back(panel, volume)
    _delete_segmentation(panel, segmentation)
    _close_scene(panel)
    _close_panel(panel)


def _choose_mammogram(panel: Panel) -> Any:
    ui = panel.ui
    volume = shown(tram_track().astype(np.uint16) * 16, "LCC")
    assert ui.inputSelector.currentNode() is None
    ui.inputSelector.setCurrentNode(volume)
    assert panel.widget.parameters.inputVolume is volume
    assert ui.inputInfoLabel.text.startswith("LCC · 0.070 mm per pixel")
    assert ui.applyButton.enabled is True
    assert "calcification" in ui.applyButton.toolTip
    assert ui.drawLineButton.enabled is True
    assert ui.editButton.enabled is False
    assert ui.measureButton.enabled is False
    return volume


def _choose_parameters(panel: Panel) -> None:
    ui, parameters = panel.ui, panel.widget.parameters
    assert ui.thresholdSlider.enabled is False
    ui.ownThresholdCheckBox.checked = True
    assert ui.thresholdSlider.enabled is True
    ui.thresholdSlider.value = 0.4
    assert abs(parameters.threshold - 0.4) < 1e-6
    ui.deviceComboBox.currentIndex = 1
    assert parameters.device.value == "cpu"
    ui.modelComboBox.currentIndex = 2
    assert parameters.model == "scunet-emory-2021"
    ui.modelComboBox.currentIndex = 0
    assert parameters.model == ""
    ui.ownThresholdCheckBox.checked = False
    assert abs(parameters.threshold - 0.29) < 1e-6
    ui.widthSpinBox.value = WIDTH_MM
    assert abs(parameters.bandWidthMm - WIDTH_MM) < 1e-9
    parameters.bandWidthMm = 1.9
    assert abs(ui.widthSpinBox.value - 1.9) < 1e-9
    ui.allViewsCheckBox.checked = True
    assert parameters.allViews is True
    ui.allViewsCheckBox.checked = False


def _apply(panel: Panel) -> None:
    ui, run = panel.ui, panel.widget.run
    ui.applyButton.click()
    assert run.running
    assert ui.applyButton.enabled is False
    assert "running" in ui.applyButton.toolTip
    assert not ui.progressBar.isHidden()
    assert not ui.cancelButton.isHidden()
    ui.cancelButton.click()
    assert not run.running
    assert "Cancelled" in ui.statusLabel.text
    assert panel.widget.parameters.outputSegmentation is None
    assert ui.applyButton.enabled is True
    ui.applyButton.click()
    panel.wait(lambda: not run.running)
    assert ui.progressBar.isHidden()
    assert ui.cancelButton.isHidden()
    assert "openbac-1" in ui.statusLabel.text
    assert ui.applyButton.enabled is True
    assert panel.widget.parameters.outputTable.GetNumberOfRows() == 1


def _change_by_hand(panel: Panel, volume: Any, segmentation: Any, mask: Any) -> None:
    ui = panel.ui
    ui.measureByItselfCheckBox.checked = False
    assert ui.staleLabel.isHidden()
    changed = mask.copy()
    changed[:, :120] = False
    _paint(segmentation, volume, changed)
    assert not ui.staleLabel.isHidden()
    assert segmentation.GetName() in ui.staleLabel.text
    panel.pause(0.05)
    assert not ui.staleLabel.isHidden(), "measured, and nobody asked for it"
    assert _number("am_px", panel) == int(mask.sum())
    ui.measureButton.click()
    assert ui.staleLabel.isHidden()
    assert _number("am_px", panel) == int(changed.sum())
    assert "edited by hand" in ui.reportText.plainText
    ui.measureByItselfCheckBox.checked = True
    _paint(segmentation, volume, mask)
    assert not ui.staleLabel.isHidden()
    panel.wait(ui.staleLabel.isHidden)
    assert _number("am_px", panel) == int(mask.sum())
    assert "edited by hand" not in ui.reportText.plainText


def _mark_along_line(panel: Panel, volume: Any, segmentation: Any) -> None:
    ui = panel.ui
    before = _mask_of(segmentation, volume)
    assert ui.addBandButton.enabled is False
    ui.drawLineButton.click()
    curve = panel.widget.parameters.centreLine
    assert ui.lineSelector.currentNode() is curve
    logic = slicer.app.applicationLogic()
    assert logic.GetInteractionNode().GetCurrentInteractionMode() == logic.GetInteractionNode().Place
    assert logic.GetSelectionNode().GetActivePlaceNodeID() == curve.GetID()
    assert ui.followCheckBox.checked is True
    curve.AddControlPoint(-120 * 0.07, -316 * 0.07, 0.0)
    assert ui.undoBandButton.enabled is True
    ui.undoBandButton.click()
    assert curve.GetNumberOfControlPoints() == 0
    assert (_mask_of(segmentation, volume) == before).all()
    ui.followCheckBox.checked = False
    for column in (60, 200):
        curve.AddControlPoint(-column * 0.07, -150 * 0.07, 0.0)
    assert ui.addBandButton.enabled is True
    ui.widthSpinBox.value = WIDTH_MM
    ui.addBandButton.click()
    assert logic.GetInteractionNode().GetCurrentInteractionMode() == logic.GetInteractionNode().ViewTransform
    marked = _mask_of(segmentation, volume)
    assert marked[150, 60:201].all()
    wide = int(marked[:, 130].sum() - before[:, 130].sum())
    assert abs(wide * 0.07 - WIDTH_MM) < 0.1
    assert curve.GetNumberOfControlPoints() == 0
    assert ui.addBandButton.enabled is False
    assert not ui.staleLabel.isHidden()
    ui.undoBandButton.click()
    assert (_mask_of(segmentation, volume) == before).all()
    assert ui.undoBandButton.enabled is False
    ui.measureButton.click()


def _edit(panel: Panel, volume: Any, segmentation: Any) -> None:
    assert panel.ui.editButton.enabled is True
    panel.ui.editButton.click()
    assert slicer.app.window.selected == "SegmentEditor"
    editor = panel.editor
    assert (editor.segmentation, editor.volume) == (segmentation, volume)
    assert (editor.segment_id, editor.effect) == ("BAC", "Paint")


def _copy_and_save(panel: Panel, folder: Path) -> None:
    ui = panel.ui
    ui.copyReportButton.click()
    assert "Vessels: 1" in slicer.app.clipboard().text()
    ui.copyTableButton.click()
    assert slicer.app.clipboard().text().startswith("file,status,error,exam,view")
    dialog, qt.QFileDialog = qt.QFileDialog, _Chooser(str(folder))
    try:
        _refuse_dicom(panel)
        assert not (folder / "LCC-bac").exists()
        ui.saveButton.click()
        panel.wait(lambda: not panel.widget.export.saving)
    finally:
        qt.QFileDialog = dialog
    assert "Saved in" in ui.statusLabel.text
    assert (folder / "LCC-bac" / "views.csv").is_file()
    assert (folder / "LCC-bac" / "run.json").is_file()


def _refuse_dicom(panel: Panel) -> None:
    """This mammogram has no file that the objects could refer to."""
    ui, parameters = panel.ui, panel.widget.parameters
    assert parameters.dicomObjects is False
    assert ui.dicomCheckBox.enabled is True
    ui.dicomCheckBox.checked = True
    assert parameters.dicomObjects is True
    ui.saveButton.click()
    panel.wait(lambda: not panel.widget.export.saving)
    assert "The results could not be saved: LCC: DICOM objects refer to the file" in ui.statusLabel.text
    ui.dicomCheckBox.checked = False


def _leave_and_come_back(panel: Panel, volume: Any) -> None:
    widget = panel.widget
    widget.exit()
    panel.ui.widthSpinBox.value = 2.5
    assert abs(widget.parameters.bandWidthMm - 2.5) > 0.1, "a panel that is left must not change choices"
    widget.enter()
    assert abs(panel.ui.widthSpinBox.value - widget.parameters.bandWidthMm) < 1e-9
    assert widget.parameters.inputVolume is volume


def _delete_segmentation(panel: Panel, segmentation: Any) -> None:
    ui, numbers = panel.ui, panel.widget.numbers
    other = shown(tram_track().astype(np.uint16) * 16, "RCC")
    of_other = sys.modules["BACSegmentationLib.segments"].show_mask(other, np.zeros((600, 400), np.uint8))
    panel.widget.refresh()
    assert {node for _, node in numbers.pairs} == {of_other, segmentation}
    slicer.mrmlScene.RemoveNode(of_other)
    assert {node for _, node in numbers.pairs} == {None, segmentation}
    assert ui.reportText.plainText
    slicer.mrmlScene.RemoveNode(segmentation)
    assert ui.reportText.plainText == ""
    assert ui.saveButton.enabled is False
    assert ui.editButton.enabled is False
    assert ui.applyButton.enabled is True


def _close_panel(panel: Panel) -> None:
    widget = panel.widget
    panel.ui.applyButton.click()
    run = widget.run.run
    assert run.state == "running"
    panel.close()
    assert run.state == "cancelled"
    assert widget.numbers.pairs == []
    for part in (widget, widget.numbers, widget.correction):
        assert list(part.Observations) == []


def _close_scene(panel: Panel) -> None:
    ui = panel.ui
    slicer.mrmlScene.Clear(False)
    assert ui.inputSelector.currentNode() is None
    assert ui.applyButton.enabled is False
    assert ui.editButton.enabled is False
    assert ui.measureButton.enabled is False
    assert ui.summaryTableView.mrmlTableNode() is None
    assert ui.reportText.plainText == ""
    _choose_mammogram(panel)


class _Chooser:
    """Answers the question for a folder."""

    def __init__(self, answer: str) -> None:
        self.answer = answer

    def getExistingDirectory(self, *_: Any) -> str:
        """As a person who chose."""
        return self.answer


def _number(column: str, panel: Panel) -> float:
    table = panel.widget.parameters.outputTable.GetTable()
    return float(table.GetColumnByName(column).GetValue(0))


def _mask_of(segmentation: Any, volume: Any) -> Any:
    return sys.modules["BACSegmentationLib.segments"].mask_of(segmentation, volume).copy()


def _paint(segmentation: Any, volume: Any, mask: Any) -> None:
    """As the effects of Segment Editor change a segment."""
    pixels = mask.astype(np.uint8)[None]
    slicer.util.updateSegmentBinaryLabelmapFromArray(pixels, segmentation, "BAC", volume)
