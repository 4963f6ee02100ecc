"""Layer B: saved results as DICOM objects, those that the engine writes; and a segmentation read back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
import slicer
from BACSegmentationLib.export import export_results
from BACSegmentationLib.image_files import load_segmentation
from BACSegmentationLib.logic import SceneLogic
from BACSegmentationLib.segmentation_run import SegmentedView
from BACSegmentationLib.segments import SEGMENT_ID, mask_of, reference_volume, show_mask

from shared_core import ViewResult, analyze_view
from shared_core.cli.main import main as bac
from shared_core.dicom_objects.object_kinds import DICOM_KINDS
from shared_core.errors import UsageError
from shared_core.reading.mask import read_mask_file
from shared_core.records.view_and_exam import view_record
from tests.host.scene import HeadlessApp
from tests.reading.segmentations import segment, write_seg
from tests.reading.synthetic import dataset, write
from tests.slicer_bac_extension.volumes_of_files import load, shown
from tests.tram_track import tram_track

SPACING_MM = 0.07


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> ViewResult:
    """A DICOM mammogram, and what the model says of it."""
    pixels = tram_track().astype(np.uint16) * 16
    file = tmp_path_factory.mktemp("archive") / "LCC.dcm"
    tags = {"ImagerPixelSpacing": [SPACING_MM] * 2, "PatientOrientation": ["A", "R"]}
    return analyze_view(write(file, dataset(pixels, **tags)))


def _opened(analysed: ViewResult, logic: SceneLogic) -> tuple[Any, Any]:
    """As after Apply."""
    volume = load(Path(str(analysed.header.path)))
    segmentation = show_mask(volume, analysed.mask)
    record = view_record(
        analysed.header,
        analysed.prepared,
        analysed.measurement,
        provenance=analysed.provenance,
        notices=analysed.notices,
    )
    view = SegmentedView(volume.GetID(), record, analysed.mask)
    logic.measurement.keep_run(segmentation, view, model="")
    return volume, segmentation


def _edited(volume: Any, segmentation: Any) -> None:
    """As with Segment Editor's effects."""
    pixels = mask_of(segmentation, volume).astype(np.uint8)
    pixels[:, :120] = 0
    pixels[300:306, 60:200] = 1
    slicer.util.updateSegmentBinaryLabelmapFromArray(pixels[None], segmentation, SEGMENT_ID, volume)


def _saved(logic: SceneLogic, pairs: list[Any], folder: Path) -> list[Path]:
    """The DICOM objects, after the folder was written."""
    for _ in export_results(logic.measurement, pairs, folder, replace=True, dicom=True):
        pass
    return sorted(folder.glob("*/dicom/*.dcm"))


def _segmentation_in(files: list[Path]) -> Path:
    (path,) = (file for file in files if pydicom.dcmread(file, stop_before_pixels=True).Modality == "SEG")
    return path


def test_objects_are_those_of_the_console_for_the_edited_segment(
    app: HeadlessApp, analysed: ViewResult, tmp_path: Path
) -> None:
    logic = SceneLogic()
    volume, segmentation = _opened(analysed, logic)
    _edited(volume, segmentation)
    files = _saved(logic, [(volume, segmentation)], tmp_path / "saved")
    asked = ["export", str(tmp_path / "saved"), "--dicom", "all", "-o", str(tmp_path / "console"), "--quiet"]
    assert bac(asked) == 0
    of_console = sorted((tmp_path / "console").rglob("*.dcm"))
    assert [file.name for file in files] == [file.name for file in of_console]
    assert len(files) >= len(DICOM_KINDS)
    for one, other in zip(files, of_console, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name


@pytest.mark.parametrize("how", ["AUTOMATIC", "SEMIAUTOMATIC", "MANUAL"])
def test_segmentation_is_the_segment_and_says_how_it_came_about(
    app: HeadlessApp, analysed: ViewResult, tmp_path: Path, how: str
) -> None:
    logic = SceneLogic()
    if how == "MANUAL":
        volume = load(Path(str(analysed.header.path)))
        segmentation = logic.empty_segmentation(volume)
    else:
        volume, segmentation = _opened(analysed, logic)
    if how != "AUTOMATIC":
        _edited(volume, segmentation)
    path = _segmentation_in(_saved(logic, [(volume, segmentation)], tmp_path / "saved"))
    found = pydicom.dcmread(path)
    assert found.SegmentSequence[0].SegmentAlgorithmType == how
    assert found.StudyInstanceUID == pydicom.dcmread(str(analysed.header.path)).StudyInstanceUID
    mask = mask_of(segmentation, volume)
    assert mask.any()
    np.testing.assert_array_equal(read_mask_file(path).mask, mask)
    np.testing.assert_array_equal(found.pixel_array.squeeze() != 0, mask)


def test_no_objects_without_being_asked(app: HeadlessApp, analysed: ViewResult, tmp_path: Path) -> None:
    logic = SceneLogic()
    pairs = [_opened(analysed, logic)]
    for _ in export_results(logic.measurement, pairs, tmp_path / "saved", replace=False):
        pass
    assert (tmp_path / "saved" / "run.json").is_file()
    assert not list((tmp_path / "saved").rglob("*.dcm"))


def test_volume_without_a_file_is_refused_in_words_and_nothing_is_kept(
    app: HeadlessApp, tmp_path: Path
) -> None:
    logic = SceneLogic()
    volume = shown(tram_track(), "LCC")
    segmentation = logic.empty_segmentation(volume)
    _edited(volume, segmentation)
    with pytest.raises(UsageError, match=r"LCC: .*refer to the file .*without DICOM objects"):
        _saved(logic, [(volume, segmentation)], tmp_path / "saved")
    assert list(tmp_path.iterdir()) == []


def test_segmentation_opens_on_its_mammogram(app: HeadlessApp, analysed: ViewResult, tmp_path: Path) -> None:
    logic = SceneLogic()
    volume, segmentation = _opened(analysed, logic)
    _edited(volume, segmentation)
    mask = mask_of(segmentation, volume).copy()
    path = _segmentation_in(_saved(logic, [(volume, segmentation)], tmp_path / "saved"))
    app.close_scene()
    volume = load(Path(str(analysed.header.path)))
    opened = load_segmentation(path, volume)
    assert reference_volume(opened) is volume
    np.testing.assert_array_equal(mask_of(opened, volume), mask)
    assert logic.measurement.measure(volume, opened).number("am_px") == int(mask.sum())
    empty = logic.empty_segmentation(volume)
    assert load_segmentation(str(path), volume, segmentation_node=empty) is empty
    np.testing.assert_array_equal(mask_of(empty, volume), mask)


def test_segmentation_of_another_mammogram_is_refused(
    app: HeadlessApp, analysed: ViewResult, tmp_path: Path
) -> None:
    volume = load(Path(str(analysed.header.path)))
    frames = np.zeros((1, *analysed.mask.shape), bool)
    foreign = write_seg(tmp_path / "other.dcm", frames, "BINARY", [segment(1, "calcification")], [1])
    with pytest.raises(UsageError, match=r"other\.dcm: was drawn on another image, not on LCC"):
        load_segmentation(foreign, volume)
    assert not slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
