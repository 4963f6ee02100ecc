"""What others made or changed: names, segmentations of several segments, cropped volumes, lost folders."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import slicer
import slicer.util
import vtk
from BACSegmentationLib import (
    batch,
    results,
    segmentation_run,
    segments,
    tables,
    view_records,
    volumes,
)
from BACSegmentationLib.export import export_results
from BACSegmentationLib.logic import SceneLogic
from BACSegmentationLib.process import EngineProcess, ProcessError
from BACSegmentationLib.remedies import error_words
from BACSegmentationLib.segmentation_run import RunRequest, SegmentationRun

from shared_core.errors import UsageError
from shared_core.records.results_folder import read_results
from tests.host.dicom_database import DicomDatabase
from tests.host.scene import HeadlessApp
from tests.reading.synthetic import dataset, write
from tests.reading.test_float_pictures import dim_kinds
from tests.slicer_bac_extension.volumes_of_files import shown
from tests.tram_track import tram_track

ARTERY = np.zeros((600, 400), np.uint8)
ARTERY[290:310, 50:200] = 1
BREAST = np.ones((600, 400), np.uint8)


def breast(name: str = "LCC") -> Any:
    return shown(tram_track().astype(np.uint16) * 16, name)


def foreign(volume: Any) -> Any:
    """A segmentation of another program: the breast first, the artery second, none called BAC."""
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Foreign")
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    for segment, name, mask in (("one", "Breast", BREAST), ("two", "Plaque", ARTERY)):
        node.GetSegmentation().AddEmptySegment(segment, name)
        slicer.util.updateSegmentBinaryLabelmapFromArray(mask[None], node, segment, volume)
    return node


@pytest.mark.parametrize("name", ["patient A", "左乳房"])
def test_the_name_of_a_volume_without_a_file_reaches_tables_masks_and_exams(
    app: HeadlessApp, tmp_path: Path, name: str
) -> None:
    logic, volume = SceneLogic(), breast(name)
    record = logic.measurement.measure(volume, segments.show_mask(volume, ARTERY))
    assert record.file == name
    pairs = results.pairs_of(volume)
    for _ in export_results(logic.measurement, pairs, tmp_path / "out", replace=False):
        pass
    (row,) = read_results(tmp_path / "out").views
    stem = name.replace(" ", "_")
    assert row["file"] == name
    assert row["exam"] == name.replace(" ", "-")
    assert (tmp_path / "out" / row["exam"] / f"{stem}_mask.png").is_file()


def test_a_view_whose_file_is_gone_and_that_was_not_analysed_has_its_name_in_the_table(
    app: HeadlessApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "a.dcm", dataset(tram_track().astype(np.uint16) * 16))
    database = DicomDatabase([file])
    monkeypatch.setattr(slicer, "dicomDatabase", database, raising=False)
    volume = breast("左乳房")
    volume.SetAttribute(volumes.UIDS_ATTRIBUTE, next(iter(database._files)))
    file.unlink()
    table = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableNode")
    results.fill(table, results.pairs_of(volume))
    assert tables.column_values(table, "file") == ["左乳房"]
    assert tables.column_values(table, "status") == ["not analysed"]


class TestSegments:
    """One of several is measured."""

    def test_without_a_choice_it_is_said_which_there_are(self, app: HeadlessApp) -> None:
        volume = breast()
        with pytest.raises(
            UsageError, match=r"has several segments \(Breast, Plaque\), and none is BAC"
        ) as error:
            segments.mask_of(foreign(volume), volume)
        assert "panel Correction" in error_words(error.value)

    def test_the_chosen_one_is_measured_and_kept_with_the_node(self, app: HeadlessApp) -> None:
        volume = breast()
        node = foreign(volume)
        segments.choose_segment(node, "two", volume)
        assert SceneLogic().measurement.measure(volume, node).number("am_px") == int(ARTERY.sum())
        assert segments.segmentation_of(volume) is node
        segments.choose_segment(node, "one", volume)
        assert SceneLogic().measurement.measure(volume, node).number("am_px") == BREAST.size

    def test_of_one_that_is_gone_the_choice_is_forgotten(self, app: HeadlessApp) -> None:
        volume = breast()
        node = foreign(volume)
        segments.choose_segment(node, "one", volume)
        node.GetSegmentation().RemoveSegment("one")
        assert segments.segment_id(node) == "two"

    def test_a_mask_of_the_model_is_what_counts_again(self, app: HeadlessApp) -> None:
        volume = breast()
        node = foreign(volume)
        segments.choose_segment(node, "one", volume)
        segments.show_mask(volume, np.roll(ARTERY, 7), segmentation_node=node)
        assert segments.segment_id(node) == segments.SEGMENT_ID


def test_a_volume_of_fractions_has_the_areas_of_one_of_bytes(app: HeadlessApp) -> None:
    logic, found = SceneLogic(), {}
    for name, pixels in dim_kinds().items():
        _segmentation, record = logic.process(shown(pixels, f"{name} LCC"))
        found[name] = [record.number(area) for area in ("am_px", "bac_area_mm2", "breast_area_mm2")]
    assert found["bytes"][0] > 0
    assert found == dict.fromkeys(found, found["bytes"])


def cropped(volume: Any) -> None:
    """As Crop Volume does into the same node, half of the rows; the lattice stays."""
    pixels = slicer.util.arrayFromVolume(volume)[:, 150:450].copy()
    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    origin = matrix.MultiplyPoint((0, 150, 0, 1))[:3]
    slicer.util.updateVolumeFromArray(volume, pixels)
    volume.SetOrigin(origin)


def test_a_volume_that_was_cropped_after_apply_is_told(app: HeadlessApp) -> None:
    logic, volume = SceneLogic(), breast()
    segmentation = segments.show_mask(volume, ARTERY)
    logic.measurement.measure(volume, segmentation)
    cropped(volume)
    with pytest.raises(UsageError, match=r"made on an image of 600 x 400 pixels .* has 300 x 400 now"):
        logic.measurement.measure(volume, segmentation)
    segments.show_mask(volume, ARTERY[150:450], segmentation_node=segmentation)  # as Apply does
    assert logic.measurement.measure(volume, segmentation).number("am_px") == int(ARTERY.sum())


class TestTemporaryFolder:
    """It may be cleaned away by others, or there may be no place for it."""

    def test_one_that_vanishes_during_a_run_gives_a_sentence(
        self, app: HeadlessApp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = SegmentationRun(RunRequest((breast().GetID(),)))
        monkeypatch.setattr(EngineProcess, "start", lambda self: None)
        monkeypatch.setattr(EngineProcess, "exit_code", 1)
        while run._child is None:
            assert run.advance()
        shutil.rmtree(run._scratch)
        assert not run.advance()
        assert run.state == "failed"
        assert run.message.startswith(f"The temporary folder {run._scratch} was removed while the model ran")

    @pytest.mark.parametrize("begun", [False, True])
    def test_one_that_is_made_anew_by_what_is_written_into_it_is_told_all_the_same(
        self, app: HeadlessApp, begun: bool
    ) -> None:
        # The engine itself would say that a file of a strange name is not there.
        run = SegmentationRun(RunRequest(tuple(breast(name).GetID() for name in ("LCC", "RCC"))))
        run.advance()
        while begun and run.child_pid is None:
            assert run.advance()
        folder = run._scratch
        shutil.rmtree(folder)
        while run.advance():
            pass
        assert run.state == "failed"
        assert run.message.startswith(f"The temporary folder {folder} was removed while the model ran")
        assert not folder.exists()

    def test_one_that_vanishes_while_the_results_are_read_gives_one_too(
        self, app: HeadlessApp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = SegmentationRun(RunRequest((breast().GetID(),)))
        read = segmentation_run.bac.read_unused

        def read_and_lose(folder: Path) -> Any:
            found = read(folder)
            shutil.rmtree(run._scratch)
            return found

        monkeypatch.setattr(segmentation_run.bac, "read_unused", read_and_lose)
        while run.advance():
            pass
        assert run.state == "failed"
        assert run.message.startswith("The temporary folder ")
        assert "was removed while the model ran" in run.message

    def test_without_a_place_for_one_nothing_begins(
        self, app: HeadlessApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
        run = SegmentationRun(RunRequest((breast().GetID(),)))
        while run.advance():
            pass
        assert run.state == "failed"
        assert "No temporary folder can be made (No such file or directory)" in run.message
        with pytest.raises(ProcessError, match="No temporary folder"):
            batch.run(tmp_path, tmp_path / "out")


def test_choosing_keeps_no_numbers_of_another_segment(app: HeadlessApp) -> None:
    logic, volume = SceneLogic(), breast()
    node = foreign(volume)
    segments.choose_segment(node, "two", volume)
    logic.measurement.measure(volume, node)
    view_records.forget(node)
    assert view_records.record_of(node) is None
