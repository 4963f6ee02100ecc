"""Nothing of one mammogram, run or scene is shown, undone or saved with another."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import slicer
import slicer.util

from tests.host.module_panel import Panel, qt
from tests.host.scene import HeadlessApp
from tests.host.swallowed import no_swallowed_error
from tests.records.test_timeline import AREAS, write as write_results
from tests.slicer_bac_extension.panel_walk import Replayed
from tests.slicer_bac_extension.test_panel_clicks import click, mask_of, wall
from tests.slicer_bac_extension.volumes_of_files import shown
from tests.tram_track import tram_track


@pytest.fixture
def panel(app: HeadlessApp) -> Iterator[Panel]:
    with no_swallowed_error():
        opened = Panel()
        opened.widget.numbers._rest.setInterval(10)
        yield opened
        opened.close()


def breast(name: str) -> Any:
    return shown(tram_track().astype(np.uint16) * 16, name)


def drawn(panel: Panel, name: str = "LCC") -> Any:
    """A volume with an artery that a person marked."""
    volume = breast(name)
    panel.ui.inputSelector.setCurrentNode(volume)
    panel.ui.drawLineButton.click()
    click(panel, wall(120), 120)
    panel.ui.addBandButton.click()
    assert mask_of(panel).any()
    return volume


class TestUndo:
    def test_is_of_the_mammogram_in_sight_alone(self, panel: Panel) -> None:
        left = drawn(panel)
        panel.ui.inputSelector.setCurrentNode(breast("RCC"))
        assert panel.ui.undoBandButton.enabled is False
        panel.widget.correction.undo_band()
        panel.ui.inputSelector.setCurrentNode(left)
        assert mask_of(panel).any()
        assert panel.ui.undoBandButton.enabled is True
        panel.ui.undoBandButton.click()
        assert not mask_of(panel).any()

    def test_goes_with_its_segmentation(self, panel: Panel) -> None:
        drawn(panel)
        slicer.mrmlScene.RemoveNode(panel.widget.parameters.outputSegmentation)
        assert panel.ui.undoBandButton.enabled is False

    def test_brings_no_mask_back_under_a_later_answer_of_a_model(self, panel: Panel) -> None:
        from BACSegmentationLib import view_records

        drawn(panel)
        # As a run does, see `SceneMeasurement.keep_run`.
        view_records.keep_file(panel.widget.parameters.outputSegmentation, "mask.png", mask_of(panel))
        panel.widget.refresh()
        assert panel.ui.undoBandButton.enabled is False


def test_what_was_followed_over_time_goes_with_the_scene(
    panel: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_results(tmp_path / "results", AREAS)
    monkeypatch.setattr(qt.QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "results"))
    ui = panel.ui
    ui.changeFolderButton.click()
    ui.showChangeButton.click()
    assert ui.changeText.text
    slicer.mrmlScene.Clear(False)
    assert ui.changeText.text == ""
    assert ui.patientComboBox.count == 0
    assert ui.showChangeButton.enabled is False


def test_older_numbers_over_time_are_said_to_be_older(panel: Panel) -> None:
    from BACSegmentationLib import history, view_records

    volume = drawn(panel)
    panel.ui.measureButton.click()
    view_records.mark_stale(panel.widget.parameters.outputSegmentation)
    _lines, without = history.timelines(None, [volume])
    assert "LCC BAC has changed since it was measured; its older numbers are shown." in without


def test_a_segment_that_is_removed_makes_its_numbers_old(panel: Panel) -> None:
    from BACSegmentationLib.view_records import is_stale

    drawn(panel)
    panel.ui.measureButton.click()
    segmentation = panel.widget.parameters.outputSegmentation
    assert not is_stale(segmentation)
    segmentation.GetSegmentation().RemoveSegment("BAC")
    assert is_stale(segmentation)


def test_stated_facts_make_the_numbers_of_every_segmentation_old(panel: Panel) -> None:
    from BACSegmentationLib.segments import show_mask
    from BACSegmentationLib.view_records import is_stale

    volume = breast("LCC")
    masks = [show_mask(volume, np.ones((600, 400), np.uint8)) for _ in range(2)]
    panel.ui.inputSelector.setCurrentNode(volume)
    panel.ui.patientLineEdit.text = "W1"
    panel.ui.stateFactsButton.click()
    assert all(is_stale(one) for one in masks)


def test_a_segmentation_that_was_chosen_during_a_run_keeps_its_own_mammogram(app: HeadlessApp) -> None:
    from BACSegmentationLib import results
    from BACSegmentationLib.logic import SceneLogic
    from BACSegmentationLib.segments import reference_volume, show_mask

    from shared_core.errors import UsageError

    left, right = breast("LCC"), breast("RCC")
    of_right = show_mask(right, np.ones((600, 400), np.uint8))
    with pytest.raises(UsageError, match="belongs to RCC"):
        SceneLogic().process(left, of_right)
    assert results.problem_with(of_right, left)
    assert reference_volume(of_right) is right


def test_an_error_that_nobody_foresaw_ends_a_run_and_is_told(
    panel: Panel, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_run: Replayed) -> bool:
        raise ZeroDivisionError("of a reader")

    monkeypatch.setattr(sys.modules["BACSegmentationLib.segmentation_run"].SegmentationRun, "advance", broken)
    panel.ui.inputSelector.setCurrentNode(breast("LCC"))
    panel.ui.applyButton.click()
    panel.wait(lambda: not panel.widget.run.running)
    assert "an error that was not foreseen: of a reader" in panel.ui.statusLabel.text
    assert panel.ui.applyButton.enabled
    assert "ZeroDivisionError" in caplog.text


def test_an_error_that_nobody_foresaw_ends_saving_and_is_told(
    panel: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> Iterator[tuple[int, int]]:
        yield 1, 2
        raise ZeroDivisionError("of a writer")

    drawn(panel)
    panel.ui.measureButton.click()
    monkeypatch.setattr(sys.modules["BACSegmentationLib.export_panel"], "export_results", broken)
    monkeypatch.setattr(qt.QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    panel.ui.saveButton.click()
    panel.wait(lambda: not panel.widget.export.saving)
    assert panel.ui.statusLabel.text.endswith("by an error that was not foreseen: of a writer")
    assert panel.ui.saveButton.enabled
    assert "ZeroDivisionError" in caplog.text
