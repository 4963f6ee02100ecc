"""What a person states of a mammogram in the panel: in the numbers, in a run and in a saved scene."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import slicer
from BACSegmentationLib import mammograms, results, view_records, volume_facts
from BACSegmentationLib.measurement import SceneMeasurement
from BACSegmentationLib.segmentation_run import RunRequest, SegmentationRun
from BACSegmentationLib.segments import show_mask

from shared_core import StatedFacts
from tests.host.module_panel import Panel
from tests.host.scene import HeadlessApp
from tests.host.swallowed import no_swallowed_error
from tests.reading.synthetic import dataset, write
from tests.shared_cases import CASES, needs_cases
from tests.slicer_bac_extension.volumes_of_files import load, shown
from tests.tram_track import tram_track

STRIPPED: dict[str, Any] = {"ImageLaterality": None, "ViewPosition": None, "PatientID": None}


@pytest.fixture
def panel(app: HeadlessApp) -> Iterator[Panel]:
    with no_swallowed_error():
        opened = Panel()
        yield opened
        opened.close()


def stripped(folder: Path) -> Any:
    pixels = tram_track().astype(np.uint16) * 16
    return load(write(folder / "scan.dcm", dataset(pixels, **STRIPPED)), "scan")


def type_facts(panel: Panel) -> None:
    ui = panel.ui
    assert ui.stateFactsButton.enabled
    ui.sideComboBox.currentText = "R"
    ui.viewComboBox.currentText = "MLO"
    ui.rowSpacingLineEdit.text = "0,07"
    ui.patientLineEdit.text = "W1"
    ui.dateLineEdit.text = "31.01.2024"
    ui.stateFactsButton.click()


def test_typed_facts_fill_what_the_file_lacks(panel: Panel, tmp_path: Path) -> None:
    volume = stripped(tmp_path)
    panel.ui.inputSelector.setCurrentNode(volume)
    assert "view unknown" in panel.ui.inputInfoLabel.text
    type_facts(panel)
    assert "RMLO · 0.070 mm per pixel" in panel.ui.inputInfoLabel.text
    header = mammograms.mammogram_of(volume).header
    assert (header.view_label, header.identity.patient_id, header.identity.study_date) == (
        "RMLO",
        "W1",
        "20240131",
    )
    assert ("view", "MLO stated by hand") in header.evidence
    (exam,) = mammograms.exams_in_scene()
    assert (exam.exam.patient_id, exam.exam.study_date) == ("W1", "20240131")


def test_numbers_and_record_have_the_stated_facts(panel: Panel, tmp_path: Path) -> None:
    volume = stripped(tmp_path)
    panel.ui.inputSelector.setCurrentNode(volume)
    segmentation = show_mask(volume, tram_track() > 200)
    measurement = SceneMeasurement()
    assert measurement.measure(volume, segmentation).number("bac_area_mm2") is None
    type_facts(panel)
    assert view_records.is_stale(segmentation)
    record = measurement.measure(volume, segmentation)
    assert record.number("bac_area_mm2") == pytest.approx(record.number("am_px") * 0.07**2)
    assert (record.laterality, record.view, record.spacing_source) == ("R", "MLO", "stated")
    assert record.stated is not None
    assert set(record.stated) == {"source", "patient", "study_date", "laterality", "view", "spacing_mm"}
    assert record.sources["view"] == "MLO stated by hand"


def test_what_was_not_changed_is_not_stated_and_what_is_wrong_is_said(panel: Panel, tmp_path: Path) -> None:
    volume = stripped(tmp_path)
    panel.ui.inputSelector.setCurrentNode(volume)
    panel.ui.stateFactsButton.click()
    assert "Nothing was changed" in panel.ui.statusLabel.text
    panel.ui.dateLineEdit.text = "yesterday"
    panel.ui.stateFactsButton.click()
    assert panel.ui.statusLabel.text.startswith("The date 'yesterday' is none")
    assert volume_facts.facts_of(volume) is None


def test_facts_are_kept_with_a_scene_and_added_to(panel: Panel, tmp_path: Path) -> None:
    volume = stripped(tmp_path)
    panel.ui.inputSelector.setCurrentNode(volume)
    type_facts(panel)
    panel.ui.viewComboBox.currentText = "CC"
    panel.ui.stateFactsButton.click()
    facts = volume_facts.facts_of(volume)
    assert facts is not None
    assert (facts.patient, facts.view.value, facts.laterality.value) == ("W1", "CC", "R")
    text = volume.GetAttribute(volume_facts.FACTS_ATTRIBUTE)
    copied = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    copied.CopyContent(volume)
    copied.SetAttribute(volume_facts.FACTS_ATTRIBUTE, text)
    assert volume_facts.facts_of(copied) == facts


def test_an_image_without_a_file_takes_facts_as_well(app: HeadlessApp) -> None:
    volume = shown(tram_track().astype(np.uint16) * 16, "scan", spacing_mm=(1.0, 1.0))
    volume_facts.keep_facts(volume, StatedFacts(source="stated by hand", spacing_mm=(0.07, 0.07)))
    header = mammograms.mammogram_of(volume).header
    assert header.spacing is not None
    assert header.spacing.source.value == "stated"
    assert "shown-spacing-unknown" not in [notice.code for notice in header.notices]


def test_a_run_takes_the_facts_along(app: HeadlessApp, tmp_path: Path) -> None:
    volume = stripped(tmp_path)
    facts = StatedFacts(source="stated by hand", patient="W1", spacing_mm=(0.05, 0.05))
    volume_facts.keep_facts(volume, facts)
    run = SegmentationRun(RunRequest((volume.GetID(),), device="cpu"))
    while run.advance():
        pass
    assert run.state == "done", run.message
    (view,) = run.views
    assert view.record.spacing_mm == (0.05, 0.05)
    assert view.record.sources["spacing"] == "0.05 x 0.05 mm stated by hand"
    assert view.record.stated == {"source": "stated by hand", "patient": "W1", "spacing_mm": [0.05, 0.05]}


@needs_cases
def test_two_women_under_one_id_are_two_exams_and_it_is_said(app: HeadlessApp) -> None:
    volumes = [load(file) for file in sorted((CASES / "two_women_one_id").glob("*.dcm"))]
    exams = mammograms.exams_in_scene()
    assert [{volumes.index(volume) // 4 for volume in one.volumes} for one in exams] == [{0}, {1}]
    node = show_mask(volumes[0], np.eye(480, 360) > 0)
    SceneMeasurement().measure(volumes[0], node)
    pairs = results.pairs_of(volumes[0])
    assert {volumes.index(volume) for volume, _ in pairs} == {0, 1, 2, 3}
    assert "differ in birth date" in results.report(pairs)
