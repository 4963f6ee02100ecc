"""The DICOM module opens mammograms view by view, and segmentations on them; MRML and GDCM are real.

`DICOMLib` and the database stand in; that dcmqi, which Slicer uses for SEG, cannot place one of a projection
image is seen on dcmqi itself where it is installed.
"""

from __future__ import annotations

import importlib.metadata
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
import slicer
import slicer.util

from tests.host import dicom_lib

dicom_lib.install()

from BACSegmentationLib import dicom_files, dicom_plugin, mammograms, segments  # noqa: E402
from BACSegmentationLib.export import export_results  # noqa: E402
from BACSegmentationLib.image_files import load_volume  # noqa: E402
from BACSegmentationLib.logic import SceneLogic  # noqa: E402

from tests.host.dicom_database import DicomDatabase  # noqa: E402
from tests.host.scene import HeadlessApp, subject_hierarchy  # noqa: E402
from tests.reading.segmentations import segment, write_seg  # noqa: E402
from tests.reading.synthetic import CT, dataset, new_uid, write  # noqa: E402
from tests.slicer_bac_extension.conftest import ROOT  # noqa: E402
from tests.tram_track import tram_track  # noqa: E402

VIEWS = ("LCC", "LMLO", "RCC", "RMLO")
MASK = np.zeros((600, 400), bool)
MASK[290:310, 50:200] = True


@pytest.fixture
def series(tmp_path: Path) -> list[Path]:
    """Four views in one series, as many devices send them."""
    uid, files = new_uid(), []
    for number, name in enumerate(VIEWS):
        pixels = tram_track(seed=number).astype(np.uint16) * 16
        tags = {"ImageLaterality": name[0], "ViewPosition": name[1:], "ImagerPixelSpacing": [0.07, 0.07]}
        ds = dataset(pixels, SeriesInstanceUID=uid, InstanceNumber=number + 1, **tags)
        ds.WindowCenter, ds.WindowWidth = [1500, 2000], [3000, 4000]
        files.append(write(tmp_path / f"{number}.dcm", ds))
    return files


def opened(monkeypatch: pytest.MonkeyPatch, files: Sequence[Path]) -> Any:
    """The plugin, and a database of these files."""
    monkeypatch.setattr(slicer, "dicomDatabase", DicomDatabase(files), raising=False)
    return dicom_plugin.MammogramPlugin()


def core_volume(files: Sequence[Path]) -> Any:
    """What Slicer's plugin for volumes offers: all files as one."""
    loadable = dicom_lib.DICOMLoadable()
    loadable.files = [str(file) for file in files]
    return loadable


def core_segmentation(file: Path) -> Any:
    """What Slicer's plugin for segmentations offers."""
    loadable = dicom_lib.DICOMLoadable()
    loadable.files, loadable.confidence = [str(file)], 0.95
    return loadable


def own_seg(app: HeadlessApp, mammogram: Path, folder: Path) -> Path:
    """A SEG that this extension writes."""
    logic, volume = SceneLogic(), load_volume(mammogram, slicer.mrmlScene)
    segmentation = segments.show_mask(volume, MASK)
    for _ in export_results(logic.measurement, [(volume, segmentation)], folder, replace=False, dicom=True):
        pass
    app.close_scene()
    found = (file for file in sorted(folder.glob("*/dicom/*.dcm")))
    return next(file for file in found if pydicom.dcmread(file, stop_before_pixels=True).Modality == "SEG")


def foreign_seg(mammogram: Path, path: Path, labels: Sequence[str], *, of: str = "") -> Path:
    """A SEG of another program: each segment moves the mask on by 40 rows."""
    source = pydicom.dcmread(mammogram, stop_before_pixels=True)
    frames = np.stack([np.roll(MASK, 40 * number, axis=0) for number in range(len(labels))])
    numbers = list(range(1, len(labels) + 1))
    parts = [segment(number, label) for number, label in zip(numbers, labels, strict=True)]
    write_seg(path, frames, "BINARY", parts, numbers, source=str(source.SOPInstanceUID))
    seg = pydicom.dcmread(path)
    seg.Modality, seg.SeriesInstanceUID, seg.SeriesDescription = "SEG", new_uid(), "Plaques"
    seg.ReferencedSeriesSequence[0].ReferencedInstanceSequence[0].ReferencedSOPClassUID = (
        of or source.SOPClassUID
    )
    seg.save_as(path)
    return path


def test_each_view_is_a_volume_named_by_side_and_view_and_all_are_preselected(
    app: HeadlessApp, series: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = opened(monkeypatch, series)
    loadables = plugin.examineForImport([[str(file) for file in series]])
    chosen = dicom_lib.preselected({"volumes": [core_volume(series)], "own": loadables})
    assert [one.name for one in chosen] == list(VIEWS)
    volumes = [plugin.load(one) for one in chosen]
    for volume, file, name in zip(volumes, series, VIEWS, strict=True):
        assert volume.GetName() == name
        assert volume.GetImageData().GetDimensions() == (400, 600, 1)
        pixels = pydicom.dcmread(file).pixel_array
        np.testing.assert_array_equal(slicer.util.arrayFromVolume(volume)[0], pixels)
        assert volume.GetSpacing()[:2] == pytest.approx((0.07, 0.07))
        assert volume.GetDisplayNode().GetWindow() == 3000
        assert volume.GetDisplayNode().GetNumberOfWindowLevelPresets() == 2
    (exam,) = mammograms.exams_in_scene()
    assert set(exam.volumes) == set(volumes)
    hierarchy = subject_hierarchy()
    assert len({hierarchy.GetItemParent(hierarchy.GetItemByDataNode(volume)) for volume in volumes}) == 1
    assert plugin.examineFiles([str(file) for file in series]) == loadables  # from its cache


def test_views_have_their_names_before_the_packages_of_the_engine_are_there(
    app: HeadlessApp, series: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(*_: object, **__: object) -> None:
        raise ModuleNotFoundError("No module named 'cv2'", name="cv2")

    monkeypatch.setattr(dicom_files.bac, "read_header", lacking)
    plugin = opened(monkeypatch, series)
    loadables = plugin.examineForImport([[str(file) for file in series]])
    assert [one.name for one in loadables] == list(VIEWS)


def test_two_of_one_view_are_told_apart_and_other_objects_left_to_others(
    app: HeadlessApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [write(tmp_path / f"{number}.dcm", dataset()) for number in range(2)]
    files.append(write(tmp_path / "ct.dcm", dataset(sop_class=CT, Modality="CT")))
    files.append(write(tmp_path / "tomo.dcm", dataset(NumberOfFrames=2)))
    plugin = opened(monkeypatch, files)
    names = [one.name for one in plugin.examineForImport([[str(file)] for file in files[2:]])]
    assert names == []
    assert [one.name for one in plugin.examineFiles([str(file) for file in files])] == ["LCC", "LCC (2)"]


@pytest.mark.parametrize("open_before", [True, False])
def test_our_own_segmentation_lands_on_its_mammogram(
    app: HeadlessApp, series: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_before: bool
) -> None:
    seg = own_seg(app, series[1], tmp_path / "out")
    plugin = opened(monkeypatch, [*series, seg])
    mammogram = None
    if open_before:
        mammogram = plugin.load(plugin.examineFiles([str(series[1])])[0])
    (ours,) = plugin.examineFiles([str(seg)])
    assert dicom_lib.preselected({"dcmqi": [core_segmentation(seg)], "own": [ours]}) == [ours]
    node = plugin.load(ours)
    volume = segments.reference_volume(node)
    assert volume.GetName() == "LMLO"
    assert mammogram is None or volume is mammogram
    assert len(slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")) == 1
    np.testing.assert_array_equal(segments.mask_of(node, volume), MASK)
    record = SceneLogic().measurement.measure(volume, node)
    assert record.number("am_px") == int(MASK.sum())
    assert record.state == "from file"


def test_it_lands_on_a_mammogram_that_was_opened_as_a_file(
    app: HeadlessApp, series: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Dropped on the window, or from Sample Data: the DICOM database knows nothing of it.
    seg = own_seg(app, series[1], tmp_path / "out")
    mammogram = load_volume(series[1], slicer.mrmlScene)
    plugin = opened(monkeypatch, [seg])
    node = plugin.load(plugin.examineFiles([str(seg)])[0])
    assert segments.reference_volume(node) is mammogram
    np.testing.assert_array_equal(segments.mask_of(node, mammogram), MASK)


def test_all_segments_of_a_foreign_one_land_and_one_is_chosen(
    app: HeadlessApp, series: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seg = foreign_seg(series[0], tmp_path / "seg.dcm", ["Plaque", "Duct"])
    plugin = opened(monkeypatch, [*series, seg])
    node = plugin.load(plugin.examineFiles([str(seg)])[0])
    assert [name for _, name in segments.segments_of(node)] == ["Plaque", "Duct"]
    volume = segments.reference_volume(node)
    duct = segments.segments_of(node)[1][0]
    segments.choose_segment(node, duct, volume)
    np.testing.assert_array_equal(segments.mask_of(node, volume), np.roll(MASK, 40, axis=0))


def test_a_segmentation_of_something_else_is_left_to_others(
    app: HeadlessApp, series: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seg = foreign_seg(series[0], tmp_path / "seg.dcm", ["Plaque"], of=CT)
    assert opened(monkeypatch, [*series, seg]).examineFiles([str(seg)]) == []


def test_without_its_mammogram_it_is_said_what_is_missing(
    app: HeadlessApp, series: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seg = foreign_seg(series[0], tmp_path / "seg.dcm", ["Plaque"])
    plugin = opened(monkeypatch, [seg])
    said: list[str] = []
    monkeypatch.setattr(slicer.util, "errorDisplay", lambda text, **_: said.append(text))
    assert plugin.load(plugin.examineFiles([str(seg)])[0]) is False
    assert said == [
        "seg.dcm: the mammogram that it was drawn on is neither in the scene nor in the DICOM database; "
        "import it as well."
    ]
    assert not slicer.util.getNodesByClass("vtkMRMLSegmentationNode")


def test_it_is_registered_by_its_name(app: HeadlessApp) -> None:
    dicom_plugin.register()
    assert slicer.modules.dicomPlugins["BACMammogramPlugin"] is dicom_plugin.MammogramPlugin


def test_dcmqi_cannot_place_a_segmentation_of_a_projection_image(
    app: HeadlessApp, series: list[Path], tmp_path: Path
) -> None:
    # What Slicer preselects without this plugin; the documentation says what to do instead.
    try:
        files = importlib.metadata.distribution("dcmqi").files or ()
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("dcmqi is not installed: pip install dcmqi")
    program = next(str(one.locate()) for one in files if one.name.startswith("segimage2itkimage"))
    seg, out = own_seg(app, series[0], tmp_path / "out"), tmp_path / "dcmqi"
    out.mkdir()
    command = [program, "--inputDICOM", str(seg), "--outputDirectory", str(out), "--mergeSegments"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert not list(out.glob("*.nrrd"))


def test_the_guide_says_so_and_what_to_do_instead(app: HeadlessApp) -> None:
    guide = (ROOT / "docs" / "slicer.md").read_text(encoding="utf-8")
    section = " ".join(guide.partition("\n### DICOM SEG\n")[2].partition("\n## ")[0].split())
    assert "dcmqi cannot place such a SEG" in section
    assert f"Leave the choice of the DICOM module at *{dicom_plugin.MammogramPlugin().loadType}*" in section
    assert "`load_segmentation` from a file" in section
