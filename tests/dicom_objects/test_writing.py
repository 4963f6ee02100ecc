"""All objects of an exam are written, or none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest

from shared_core.dicom_objects import required_libraries as libraries, writing
from shared_core.dicom_objects.object_kinds import DICOM_KINDS, kinds_of
from shared_core.dicom_objects.result_exam import ResultExam
from shared_core.dicom_objects.result_folder import exam_folders, read_exam
from shared_core.dicom_objects.writing import dicom_objects, segmentation_file, write_dicom
from shared_core.errors import OutputError, UnreadableImageError, UsageError
from tests.dicom_objects.conftest import MeasuredExam
from tests.dicom_objects.results import exported, result_of
from tests.host.validators import dcentvfy, dciodvfy, need_validators

MakeExam = Callable[..., MeasuredExam]


@pytest.fixture(scope="module")
def measured(make_exam: MakeExam) -> MeasuredExam:
    return make_exam("ge")


@pytest.fixture(scope="module")
def exam(measured: MeasuredExam, tmp_path_factory: pytest.TempPathFactory) -> ResultExam:
    """With pictures, and with the probability of one view."""
    (place,) = exam_folders(exported(measured, tmp_path_factory.mktemp("results") / "out"))
    read = read_exam(place)
    first = replace(read.views[0], probability=read.views[0].mask * np.float32(0.8))
    return replace(read, views=(first, *read.views[1:]))


def _names(exam: ResultExam, *kinds: str) -> set[str]:
    return {name for name, _ in dicom_objects(exam, kinds_of(kinds))}


def test_the_objects_of_an_exam_fit_together(
    exam: ResultExam, measured: MeasuredExam, tmp_path: Path
) -> None:
    need_validators()
    files = write_dicom(exam, DICOM_KINDS, tmp_path / "dicom")
    assert len(files) == 4 + 1 + 4 + 4 + 1 + 1 + 2 + 1
    assert [error for path in files for error in dciodvfy(path)] == []
    assert dcentvfy([*measured.dicom_files, *files]) == []
    uids = {str(pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID) for path in files}
    assert len(uids) == len(files)


def test_each_kind_is_what_was_asked_for(exam: ResultExam) -> None:
    views = ("LCC", "LMLO", "RCC", "RMLO")
    segmentations = {f"{view}_seg.dcm" for view in views}
    assert _names(exam, "seg") == {*segmentations, "LCC_probability.dcm"}
    assert _names(exam, "sr") == {"cad_report.dcm"}
    assert _names(exam, "tid1500") == {*segmentations, "measurements.dcm", "exam_measurements.dcm"}
    assert _names(exam, "gsps") == {f"{view}_gsps.dcm" for view in views}
    assert _names(exam, "sc") == {*(f"{view}_overlay.dcm" for view in views), "exam_sheet.dcm"}
    assert _names(exam, "pdf") == {"report.dcm"}
    assert _names(replace(exam, record=None), "tid1500") == {*segmentations, "measurements.dcm"}


def test_images_that_are_no_dicom_come_with_what_refers_to_them(make_exam: MakeExam) -> None:
    assert _names(result_of(make_exam("png")), "sr") == {"LCC.dcm", "LMLO.dcm", "cad_report.dcm"}


def test_the_same_exam_gives_the_same_files(exam: ResultExam, tmp_path: Path) -> None:
    kinds = kinds_of(["seg", "sr", "tid1500", "gsps", "pdf"])
    first = write_dicom(exam, kinds, tmp_path / "one")
    again = write_dicom(exam, kinds, tmp_path / "two")
    assert [path.name for path in first] == [path.name for path in again]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]


def test_a_failure_leaves_what_was_there(
    exam: ResultExam, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_dicom(exam, ("sr",), tmp_path / "dicom")
    before = (tmp_path / "dicom" / "cad_report.dcm").read_bytes()

    def full(path: Path, content: bytes) -> None:
        raise OutputError(f"Cannot write {path}: the disk or quota is full; free some space.")

    with monkeypatch.context() as patch:
        patch.setattr(writing, "write_bytes", full)
        with pytest.raises(OutputError, match="full"):
            write_dicom(exam, ("sr",), tmp_path / "dicom")
    broken = replace(exam, sheet=b"no picture")
    with pytest.raises(UnreadableImageError):
        write_dicom(broken, ("sc",), tmp_path / "dicom")
    assert [path.name for path in tmp_path.iterdir()] == ["dicom"]
    assert (tmp_path / "dicom" / "cad_report.dcm").read_bytes() == before


def test_objects_of_an_earlier_export_give_way_but_nothing_else(exam: ResultExam, tmp_path: Path) -> None:
    write_dicom(exam, ("gsps",), tmp_path / "dicom")
    write_dicom(exam, ("sr",), tmp_path / "dicom")
    assert [path.name for path in (tmp_path / "dicom").iterdir()] == ["cad_report.dcm"]
    (tmp_path / "dicom" / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="holds something else than DICOM objects"):
        write_dicom(exam, ("sr",), tmp_path / "dicom")


def test_kinds_are_named_once_and_in_one_order() -> None:
    assert kinds_of(["tid1500", " SEG ", "", "seg"]) == ("seg", "tid1500")
    assert kinds_of(["all"]) == DICOM_KINDS
    with pytest.raises(UsageError, match="no DICOM object 'rtss'; choose of seg, sr, tid1500"):
        kinds_of(["seg", "rtss"])
    with pytest.raises(UsageError, match="No DICOM object is named"):
        kinds_of([""])


def test_a_missing_library_is_told_before_anything_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name, name=name)

    monkeypatch.setattr(libraries.importlib, "import_module", missing)
    assert kinds_of(["sr", "gsps", "sc"]) == ("sr", "sc", "gsps")
    with pytest.raises(UsageError, match=r"need highdicom, .* pip install 'openbac\[dicom\]'"):
        kinds_of(["tid1500"])
    with pytest.raises(UsageError, match="need reportlab"):
        kinds_of(["pdf"])


def test_a_segmentation_alone_needs_an_image_that_it_can_refer_to(make_exam: MakeExam) -> None:
    view = make_exam("png").views[0]
    with pytest.raises(UsageError, match="has to refer to a DICOM image"):
        segmentation_file(view.source.header, view.mask, view.record.provenance)
