"""Layer B: folders without a window. A real engine process, and what it leaves opened by real MRML."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

import cv2
import numpy as np
import pydicom
import pytest
import slicer
from BACSegmentationLib import batch
from BACSegmentationLib.exam_scenes import write_exam
from BACSegmentationLib.image_files import load_volume
from BACSegmentationLib.segments import geometry_problem, mask_of, reference_volume
from BACSegmentationLib.tables import column_values
from BACSegmentationLib.view_records import record_of

from shared_core.cli.main import main as bac
from shared_core.reading.exam_grouping import find_exams
from shared_core.reading.mask import read_mask_file
from shared_core.reading.unused import unused_sentences
from shared_core.records.written_views import WrittenView, read_written
from tests.host.scene import HeadlessApp, install
from tests.reading.synthetic import dataset, write
from tests.slicer_bac_extension.conftest import MODULE
from tests.slicer_bac_extension.volumes_of_files import load
from tests.tram_track import tram_track, write_tram_track

SPACING_MM = (0.07, 0.08)
"""(row, column)."""
DICOM = "seg,sr"


class Ran(NamedTuple):
    folder: Path
    output: Path
    summary: batch.BatchSummary
    said: list[str]
    nodes_before: int
    nodes_after: int


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Two exams, of DICOM and of PNG, the latter with a damaged file and one without a breast."""
    folder, output = tmp_path_factory.mktemp("archive"), tmp_path_factory.mktemp("results") / "out"
    (folder / "P2").mkdir()
    pixels = tram_track().astype(np.uint16) * 16
    write(folder / "view.dcm", dataset(pixels, ImagerPixelSpacing=list(SPACING_MM)))
    whole = write_tram_track(folder / "P2" / "RCC.png", seed=1).read_bytes()
    (folder / "P2" / "RMLO.png").write_bytes(whole[: len(whole) // 2])
    noise = np.random.default_rng(1).integers(0, 255, (600, 400)).astype(np.uint8)
    cv2.imwrite(str(folder / "P2" / "LMLO.png"), noise)
    app, said = install(), []
    app.close_scene()
    before = app.scene.GetNumberOfNodes()
    summary = batch.run(folder, output, options=["--workers", "0", "--dicom", DICOM], say=said.append)
    return Ran(folder, output, summary, said, before, app.scene.GetNumberOfNodes())


def _view(ran: Ran, name: str) -> WrittenView:
    (view,) = (view for file, view in read_written(ran.output).views.items() if Path(file).name == name)
    return view


def _open_segmentation(path: Path) -> object:
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    storage = slicer.vtkMRMLSegmentationStorageNode()
    storage.SetFileName(str(path))
    assert storage.ReadData(node)
    return node


def test_results_are_the_bytes_of_the_console(ran: Ran, tmp_path: Path) -> None:
    options = ["--workers", "0", "--quiet", "--dicom", DICOM]
    assert bac(["analyze", str(ran.folder), "-o", str(tmp_path / "out"), *options]) == 1
    compared = 0
    for path in (tmp_path / "out").rglob("*"):
        name = path.relative_to(tmp_path / "out")
        if path.is_file() and path.name not in {"run.json", ".finished"}:  # both name the output folder
            assert (ran.output / name).read_bytes() == path.read_bytes(), name
            compared += 1
    assert compared >= 9


def test_dicom_objects_lie_with_the_results_of_each_exam(ran: Ran) -> None:
    for name, kinds in (("view.dcm", {"SEG", "SR"}), ("RCC.png", {"SEG", "SR", "MG"})):
        view = _view(ran, name)
        objects = list((view.mask.parent / "dicom").glob("*.dcm"))
        found = {pydicom.dcmread(path, stop_before_pixels=True).Modality: path for path in objects}
        assert set(found) == kinds
        assert np.array_equal(read_mask_file(found["SEG"]).mask, read_mask_file(view.mask).mask)


def test_what_failed_is_listed_and_the_others_are_done(ran: Ran) -> None:
    why = {Path(file).name: reason for file, reason in ran.summary.failures}
    assert set(why) == {"RMLO.png", "LMLO.png"}
    assert "damaged" in why["RMLO.png"] or "truncated" in why["RMLO.png"]
    assert "No breast was found" in why["LMLO.png"]
    assert (ran.summary.views, ran.summary.exit_code) == (2, batch.FAILED)
    assert sorted(path.name for path in ran.summary.files) == ["RCC.seg.nrrd", "view.seg.nrrd"]
    assert any("view.dcm: done" in line for line in ran.said)


def test_a_folder_of_unread_kinds_is_named_as_on_the_command_line(tmp_path: Path) -> None:
    folder, said = tmp_path / "exam", []
    folder.mkdir()
    write_tram_track(folder / "LCC.png")
    (folder / "copy.png").write_bytes((folder / "LCC.png").read_bytes())
    (folder / "notes.txt").write_text("a text", encoding="utf-8")
    (folder / "empty.dcm").write_bytes(b"")
    with ZipFile(folder / "papers.zip", "w") as archive:
        archive.writestr("a.pdf", b"%PDF-1.7")
    # Another picture: the same one would be told as filed twice.
    pixels = np.ascontiguousarray(tram_track()[::-1]).astype(np.uint16) * 16
    made = dataset(pixels, ViewPosition="MLO", ImagerPixelSpacing=list(SPACING_MM))
    write(tmp_path / "x.dcm", made)
    (folder / "LMLO.dcm.gz").write_bytes(gzip.compress((tmp_path / "x.dcm").read_bytes()))
    summary = batch.run(folder, tmp_path / "out", options=["--workers", "0"], say=said.append)
    assert [line for line in unused_sentences(find_exams(folder).unused) if line not in said] == []
    assert [file.reason.value for file in summary.unused] == [
        "duplicate",
        "damaged",
        "kind-not-read",
        "kind-not-read",
    ]
    # The packed view is loaded as well, where Slicer puts the file in it.
    (packed,) = (view for view in read_written(tmp_path / "out").views.values() if "gz" in view.record.file)
    own, whole = slicer.vtkMRMLScene(), slicer.vtkMRMLScene()
    loaded = load_volume(Path(packed.record.file), own)
    expected = load_volume(tmp_path / "x.dcm", whole)
    assert loaded.GetSpacing() == pytest.approx(expected.GetSpacing())
    assert np.array_equal(slicer.util.arrayFromVolume(loaded), slicer.util.arrayFromVolume(expected))
    assert sorted(path.name for path in summary.files) == ["LCC.seg.nrrd", "LMLO.dcm.seg.nrrd"]


def test_exam_with_a_view_that_failed_says_so(ran: Ran, app: HeadlessApp) -> None:
    assert ran.summary.incomplete == (("P2", "1 of 2 views analysed; not analysed: LMLO"),)
    assert "P2: 1 of 2 views analysed; not analysed: LMLO" in ran.said
    view = _view(ran, "RCC.png")
    summary = batch._summary(ran.output, "mrb", "", ran.said.append)
    (path,) = (file for file in summary.files if file.parent == view.mask.parent)
    assert app.scene.ReadFromMRB(str(path), True)
    table = app.scene.GetFirstNodeByClass("vtkMRMLTableNode")
    assert column_values(table, "status") == ["ok", "failed"]
    assert "No breast was found" in column_values(table, "error")[1]
    area = column_values(table, "am_px")
    assert area[0] == view.record.number("am_px")
    assert np.isnan(area[1])


def test_open_scene_is_not_touched(ran: Ran) -> None:
    assert ran.nodes_before == ran.nodes_after


def test_segmentation_lies_on_the_image_that_slicer_loads(ran: Ran, app: HeadlessApp) -> None:
    view = _view(ran, "view.dcm")
    volume = load(Path(view.record.file))
    segmentation = _open_segmentation(view.mask.with_name("view.seg.nrrd"))
    assert geometry_problem(segmentation, volume) == ""
    found = mask_of(segmentation, volume)
    assert np.array_equal(found, read_mask_file(view.mask).mask)
    assert found.any()


def test_scene_has_images_in_true_size_segmentations_and_numbers(ran: Ran, app: HeadlessApp) -> None:
    view = _view(ran, "view.dcm")
    (path,) = write_exam(view.mask.parent, [view], "mrb", model="openbac-1")
    assert app.scene.ReadFromMRB(str(path), True)
    segmentation = app.scene.GetFirstNodeByClass("vtkMRMLSegmentationNode")
    volume = reference_volume(segmentation)
    assert volume.GetName() == "LCC"
    assert volume.GetSpacing()[:2] == pytest.approx(SPACING_MM[::-1])
    assert volume.GetDisplayNode().GetColorNode().GetName() == "Grey"
    assert np.array_equal(mask_of(segmentation, volume), read_mask_file(view.mask).mask)
    assert record_of(segmentation) == view.record
    table = app.scene.GetFirstNodeByClass("vtkMRMLTableNode")
    assert column_values(table, "am_px") == [view.record.number("am_px")]


def test_a_scene_that_cannot_be_written_is_one_failure(ran: Ran) -> None:
    moved = ran.folder / "view.dcm"
    moved.rename(ran.folder / "elsewhere")
    try:
        said: list[str] = []
        summary = batch._summary(ran.output, "mrb", "", said.append)
    finally:
        (ran.folder / "elsewhere").rename(moved)
    exam = _view(ran, "view.dcm").mask.parent.name
    assert "view.dcm: there is no such file" in dict(summary.failures)[exam]
    assert [path.name for path in summary.files] == ["P2.mrb"]


def _command(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """As ``PythonSlicer -m``: MRML, and no application."""
    return subprocess.run(
        [sys.executable, "-m", "BACSegmentationLib.batch", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(MODULE), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_command_works_without_the_application(tmp_path: Path) -> None:
    (tmp_path / "exam").mkdir()
    write_tram_track(tmp_path / "exam" / "LCC.png")
    options = ("--save", "mrb", "--spacing-mm", "0.07", "--dicom", "seg")
    answer = _command("exam", "-o", "out", *options, cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.splitlines()[-1].startswith("1 view, 1 file for Slicer")
    with ZipFile(tmp_path / "out" / "exam" / "exam.mrb") as scene:
        names = {name.rpartition("/")[2] for name in scene.namelist()}
    assert names >= {"exam.mrml", "LCC.nrrd", "LCC BAC.seg.nrrd"}
    assert list((tmp_path / "out" / "exam" / "dicom").glob("*.dcm"))


def test_wrong_option_is_said_in_a_sentence(tmp_path: Path) -> None:
    answer = _command("exam", "-o", "out", "--threshold", "2", cwd=tmp_path)
    assert answer.returncode == batch.USAGE
    assert answer.stderr.startswith("batch: argument --threshold")
    assert "Traceback" not in answer.stderr


def test_missing_packages_are_named_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = tmp_path / "requirements.txt"
    wanted.write_text("no-such-package-of-openbac>=1\n", encoding="utf-8")
    monkeypatch.setattr(batch, "_REQUIREMENTS", wanted)
    with pytest.raises(batch.BatchError, match=r"no-such-package-of-openbac>=1.*Apply(?s:.*)pip download"):
        batch.run(tmp_path, tmp_path / "out")


def test_a_folder_without_mammograms_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    summary = batch.run(tmp_path / "empty", tmp_path / "out", say=lambda _: None)
    assert summary.failures == ((str(tmp_path / "empty"), "no mammogram was found"),)
    assert summary.exit_code == batch.FAILED
