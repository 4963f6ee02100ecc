"""The engine behind a receiver."""

from __future__ import annotations

from pathlib import Path

import pydicom
import pytest

from shared_core.cohort.settings import BatchSettings
from shared_core.errors import Cancelled, OutputError
from shared_core.pacs.analysis import analysis
from shared_core.pacs.inbox import Inbox
from tests.pacs.test_outbox import full_disk

SETTINGS = BatchSettings(None, backend="openvino", dicom=("sr",))


@pytest.fixture(autouse=True)
def _engine() -> None:
    pytest.importorskip("openvino", reason="pip package openvino is not installed")


def test_object_that_is_no_mammogram_is_told_and_gives_no_results(
    tmp_path: Path, exam_files: list[Path]
) -> None:
    dataset = pydicom.dcmread(exam_files[0])
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = pydicom.uid.SecondaryCaptureImageStorage
    dataset.Modality, dataset.BodyPartExamined = "OT", "FOOT"
    del dataset.ViewCodeSequence, dataset.ViewPosition, dataset.AnatomicRegionSequence
    dataset.save_as(tmp_path / "foot.dcm")
    exam = Inbox(tmp_path / "inbox").store((tmp_path / "foot.dcm").read_bytes(), uid=dataset.SOPInstanceUID)
    said = analysis(SETTINGS, arguments={})(exam, lambda: False)
    assert len(said) == 1
    assert "nothing says it shows a breast" in said[0]
    assert exam.objects() == []


def test_full_disk_while_analysing_keeps_the_earlier_results(tmp_path: Path, exam_files: list[Path]) -> None:
    inbox = Inbox(tmp_path)
    dataset = pydicom.dcmread(exam_files[0], stop_before_pixels=True)
    exam = inbox.store(exam_files[0].read_bytes(), uid=dataset.SOPInstanceUID)
    (exam.results / "exam" / "dicom").mkdir(parents=True)
    (exam.results / "exam" / "dicom" / "earlier.dcm").write_bytes(b"earlier")
    analyse = analysis(SETTINGS, arguments={})
    with full_disk(12_000), pytest.raises(OutputError, match="disk or quota is full"):
        analyse(exam, lambda: False)
    assert [path.name for path in exam.objects()] == ["earlier.dcm"]
    assert sorted(path.name for path in exam.place.iterdir()) == ["images", "results"]


def test_stopping_in_the_middle_keeps_the_earlier_results(tmp_path: Path, exam_files: list[Path]) -> None:
    dataset = pydicom.dcmread(exam_files[0], stop_before_pixels=True)
    exam = Inbox(tmp_path).store(exam_files[0].read_bytes(), uid=dataset.SOPInstanceUID)
    with pytest.raises(Cancelled):
        analysis(SETTINGS, arguments={})(exam, lambda: True)
    assert not exam.results.exists()
