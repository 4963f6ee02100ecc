"""Exams come from a folder of results as they were measured, or the reader says what is wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pydicom
import pytest

from shared_core.dicom_objects.course_of_patient import course_until
from shared_core.dicom_objects.result_exam import ResultExam
from shared_core.dicom_objects.result_folder import ExamFolder, exam_folders, read_exam
from shared_core.errors import UnreadableImageError, UsageError
from shared_core.notices import Remedy
from shared_core.quantification.exam import measure_exam
from shared_core.quantities.registry import flat, metrics_of
from tests.dicom_objects.conftest import MeasuredExam
from tests.dicom_objects.results import exported

MakeExam = Callable[..., MeasuredExam]


@pytest.fixture(scope="module")
def measured(make_exam: MakeExam) -> MeasuredExam:
    return make_exam("fuji")


@pytest.fixture(scope="module")
def folder(measured: MeasuredExam, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(measured, tmp_path_factory.mktemp("results") / "out")


@pytest.fixture
def copied(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "out"))


def _place(result: Path) -> ExamFolder:
    (place,) = exam_folders(result)
    return place


def _read(result: Path, images: Path | None = None) -> ResultExam:
    return read_exam(_place(result), images=images)


def _changed(path: Path, **changes: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **changes}), encoding="utf-8")


def test_it_is_what_was_measured(measured: MeasuredExam, folder: Path) -> None:
    exam = _read(folder)
    by_file = {str(view.path): view for view in measured.views}
    assert [view.label for view in exam.views] == ["L CC", "L MLO", "R CC", "R MLO"]
    for view in exam.views:
        there = by_file[view.record.file]
        assert np.array_equal(view.mask, there.mask)
        assert view.record.metrics == there.record.metrics
        assert view.source.sop_instance_uid == there.source.sop_instance_uid
        assert view.overlay is not None
    assert exam.sheet is not None


def test_the_record_of_an_exam_comes_back(measured: MeasuredExam, folder: Path) -> None:
    pairs = [(view.source.header, view.measurement) for view in measured.views]
    again = _read(folder).record
    assert again is not None
    assert again.numbers() == flat("exam", metrics_of("exam", measure_exam(pairs)))
    assert (again.views_analysed, again.views_total, again.threshold) == (4, 4, 0.53)
    assert [breast.laterality for breast in again.breasts] == ["L", "R"]


def test_one_exam_of_the_results_can_be_named(folder: Path) -> None:
    assert exam_folders(folder / "exam") == exam_folders(folder)


def test_without_tables_the_views_are_known_alone(copied: Path) -> None:
    (copied / "exams.json").unlink()
    (copied / "views.csv").unlink()
    exam = _read(copied)
    assert exam.record is None
    assert len(exam.views) == 4


def test_views_of_an_earlier_run_are_left_out_and_failed_ones_are_named(copied: Path) -> None:
    lines = (copied / "views.csv").read_text(encoding="utf-8").splitlines()
    assert "RCC.dcm,ok" in lines[3]
    lines[3] = lines[3].replace("RCC.dcm,ok", "RCC.dcm,failed")
    (copied / "views.csv").write_text("\n".join(lines), encoding="utf-8")
    exam = _read(copied)
    assert [view.stem for view in exam.views] == ["LCC", "LMLO", "RMLO"]
    assert exam.failed == ("RCC.dcm",)


def test_images_that_were_moved_are_asked_for_and_found(
    measured: MeasuredExam, copied: Path, tmp_path: Path
) -> None:
    before, now = tmp_path / "before", tmp_path / "now" / "exam"
    now.mkdir(parents=True)
    for path in (copied / "exam").glob("*.json"):
        _changed(path, file=str(before / f"{path.stem}.dcm"))
    (copied / "views.csv").unlink()
    with pytest.raises(UsageError, match=r"LCC\.dcm: the image that LCC\.json .* no longer there") as told:
        _read(copied)
    assert told.value.remedy is Remedy.NAME_IMAGES
    with pytest.raises(UsageError, match=r"holds no LCC\.dcm"):
        _read(copied, tmp_path / "now")
    for file in measured.dicom_files:
        shutil.copy(file, now)
    assert len(_read(copied, tmp_path / "now").views) == 4
    shutil.copytree(now, tmp_path / "now" / "other")
    with pytest.raises(UsageError, match=r"holds 2 files LCC\.dcm"):
        _read(copied, tmp_path / "now")
    before_like = tmp_path / "now" / "before"
    shutil.move(tmp_path / "now" / "other", before_like)
    assert {view.source.header.path for view in _read(copied, tmp_path / "now").views} == set(
        before_like.iterdir()
    )


@pytest.mark.parametrize(
    ("keyword", "value", "what"),
    [
        ("PatientID", "ANOTHER", "patient is ANOTHER, not SIM-0000-0001"),
        ("StudyDate", "20220101", "study date is 20220101, not 20210304"),
        ("ImageLaterality", "R", "side is R, not L"),
    ],
)
def test_another_image_in_its_place_is_refused(
    measured: MeasuredExam, copied: Path, tmp_path: Path, keyword: str, value: str, what: str
) -> None:
    images = tmp_path / "images"
    images.mkdir()
    for file in measured.dicom_files:
        dataset = pydicom.dcmread(file)
        setattr(dataset, keyword, value)
        dataset.save_as(images / file.name)
    with pytest.raises(
        UsageError, match=f"LCC.dcm: is not the image that LCC.json was measured on: its {what}"
    ):
        _read(copied, images)


def test_a_mask_that_was_changed_afterwards_is_refused(copied: Path) -> None:
    path = copied / "exam" / "LMLO_mask.png"
    mask = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    mask[:5] = 255
    cv2.imwrite(str(path), mask)
    with pytest.raises(UsageError, match=r"LMLO_mask\.png: has \d+ pixels of BAC, and LMLO\.json says"):
        _read(copied)


def test_probability_comes_back_in_its_steps(measured: MeasuredExam, copied: Path) -> None:
    rows, columns = measured.views[0].mask.shape
    steps = np.linspace(0, 65535, rows * columns).astype(np.uint16).reshape(rows, columns)
    stem = measured.views[0].path.stem
    path = copied / "exam" / f"{stem}_probability.png"
    cv2.imwrite(str(path), steps)
    view = next(view for view in _read(copied).views if view.stem == stem)
    assert view.probability is not None
    assert np.array_equal(np.rint(view.probability * 65535), steps)
    cv2.imwrite(str(path), steps[:10])
    with pytest.raises(UnreadableImageError, match="is no probability map"):
        _read(copied)


def test_what_is_no_result_is_told_in_words(copied: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="holds no results"):
        exam_folders(tmp_path / "empty")
    with pytest.raises(UsageError, match="is not a folder"):
        exam_folders(tmp_path / "nowhere")
    record = copied / "exam" / "LCC.json"
    for content, words in (
        ("{", "is not the record of a view of this version: it is not valid JSON"),
        ("[]", "is not the record of a view"),
        ("{}", "is not the record"),
    ):
        record.write_text(content, encoding="utf-8")
        with pytest.raises(UnreadableImageError, match=rf"LCC\.json: {words}"):
            _read(copied)


def test_change_over_time_needs_an_earlier_exam_of_the_patient(folder: Path, copied: Path) -> None:
    assert course_until(_place(folder)) is None
    for name, column in (("exams.csv", "key"), ("views.csv", "exam")):
        head, *rows = (copied / name).read_text(encoding="utf-8").splitlines()
        assert column in head
        earlier = [row.replace("exam,", "before,").replace("20210304", "20190304") for row in rows]
        (copied / name).write_text("\n".join([head, *rows, *earlier, ""]), encoding="utf-8")
    course = course_until(_place(copied))
    assert course is not None
    assert [exam.key for exam in course.exams] == ["before", "exam"]
    assert course_until(ExamFolder(copied, copied / "before", "before")) is None
