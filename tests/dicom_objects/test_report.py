"""The PDF report: everything a reader needs, the same bytes each time, and its DICOM object."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from shared_core.change.change_over_time import PatientChange, change_over_time
from shared_core.change.serial_exams import SerialExam
from shared_core.dicom_objects.equipment import file_bytes
from shared_core.dicom_objects.pdf.encapsulated_pdf import encapsulated_pdf
from shared_core.dicom_objects.pdf.pdf_report import report_pdf, report_story
from shared_core.dicom_objects.result_exam import ResultExam, ResultView
from shared_core.errors import UnreadableImageError
from shared_core.exporting.png import encode_png
from shared_core.mammogram import Exam
from shared_core.quantification.exam import measure_exam
from shared_core.records.view_and_exam import exam_record
from tests.dicom_objects.conftest import MeasuredExam, MeasuredView

PICTURE = encode_png(np.full((90, 70, 3), 60, np.uint8))


def _result(exam: MeasuredExam, *, pictures: bool = True) -> ResultExam:
    headers = tuple(source.header for source in exam.sources)
    measurement = measure_exam([(view.source.header, view.measurement) for view in exam.views])
    return ResultExam(
        key="exam",
        views=tuple(_result_view(view, pictures) for view in exam.views),
        home=exam.home,
        making=exam.making,
        record=exam_record(
            Exam("exam", "P1", "20210304", headers),
            measurement,
            provenances=[view.record.provenance for view in exam.views],
        ),
        sheet=PICTURE if pictures else None,
    )


def _result_view(view: MeasuredView, pictures: bool) -> ResultView:
    overlay = PICTURE if pictures else None
    return ResultView(view.source, view.path.stem, view.record, view.mask, overlay=overlay)


def _words(flowables: list[Any]) -> str:
    """All text of a story, tables included."""
    found = []
    for one in flowables:
        if hasattr(one, "getPlainText"):
            found.append(one.getPlainText())
        elif hasattr(one, "_cellvalues"):
            found += [_words(row) for row in one._cellvalues]
    return "\n".join(found)


def _change() -> PatientChange:
    exams = [
        SerialExam(
            str(year), date(year, 3, 4), {"LCC": {"bac_area_mm2": area}, "LMLO": {"bac_area_mm2": area + 2}}
        )
        for year, area in ((2018, 20.0), (2019, 50.0), (2021, 90.0))
    ]
    return change_over_time(exams)


@pytest.fixture(scope="module")
def simulated(make_exam: Callable[..., MeasuredExam]) -> MeasuredExam:
    return make_exam("hologic")


def test_it_tells_findings_views_method_and_that_it_is_research(simulated: MeasuredExam) -> None:
    result = _result(simulated)
    words = _words(report_story(result, None))
    assert result.record is not None
    assert result.record.report_sentence in words
    for view in simulated.views:
        assert f"{view.measurement.bac_area_mm2:,.1f}" in words
    assert "BAC area [mm²]" in words
    assert "4 of 4" in words
    assert all(f"{label[0]} {label[1:]}" in words for label in ("LCC", "LMLO", "RCC", "RMLO"))
    assert "openbac-1, p > 0.53" in words
    assert "0" * 64 in words
    assert "SIM-0000-0001" in words
    assert "2024-05-31 14:03" in words
    assert "not tested for diagnosis" in words
    assert "Change over time" not in words


def test_mass_is_not_computed_and_mm_are_not_made_up(make_exam: Callable[..., MeasuredExam]) -> None:
    exam = make_exam("png")
    words = _words(report_story(_result(exam), None))
    assert "not computed" in words
    assert "mm²" not in words
    assert "not known: no mm" in words


def test_every_warning_stands_once_with_its_views(make_exam: Callable[..., MeasuredExam]) -> None:
    words = _words(report_story(_result(make_exam("png")), None))
    assert words.count("LCC.png: is no DICOM file") == 1
    assert words.count("L CC: LCC.png: is no DICOM file") == 1


def test_without_a_record_of_the_exam_the_draft_is_that_of_every_view(simulated: MeasuredExam) -> None:
    words = _words(report_story(replace(_result(simulated), record=None), None))
    for view in simulated.views:
        assert f"{view.record.laterality} {view.record.view}: {view.record.report_sentence}" in words


def test_files_that_were_not_used_are_told(simulated: MeasuredExam) -> None:
    result = _result(simulated)
    assert "Files that were not used" not in _words(report_story(result, None))
    told = replace(result, unused=("b.dcm: the file is empty; copy it again from its source.",))
    words = _words(report_story(told, None))
    assert "Files that were not used" in words
    assert "b.dcm: the file is empty" in words


def test_an_edited_mask_is_told(make_exam: Callable[..., MeasuredExam]) -> None:
    edited = make_exam("png", {"model_name": "openbac-1", "threshold": 0.5, "edited_by_hand": True})
    words = _words(report_story(_result(edited), None))
    assert "L CC (edited)" in words
    assert "edited by hand" in words
    drawn = make_exam("png", {"model_name": None, "edited_by_hand": True})
    assert "drawn by hand" in _words(report_story(_result(drawn), None))


def test_change_over_time_is_in_words_and_drawn(simulated: MeasuredExam) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    change = _change()
    with_change, without = (report_story(_result(simulated), one) for one in (change, None))
    words = _words(with_change)
    assert "Change over time" in words
    assert "2018-03-04\n2019-03-04\n2021-03-04" in words
    assert "Increase." in words
    assert len(_images(with_change)) == len(_images(without)) + 1


def _images(story: list[Any]) -> list[Any]:
    return [one for one in story if type(one).__name__ == "Image"]


def test_pictures_are_the_sheet_and_every_overlay(simulated: MeasuredExam) -> None:
    assert len(_images(report_story(_result(simulated), None))) == 5
    assert _images(report_story(_result(simulated, pictures=False), None)) == []


def test_the_same_exam_has_the_same_bytes(simulated: MeasuredExam) -> None:
    result = _result(simulated)
    pdf = report_pdf(result, change=_change())
    assert pdf.startswith(b"%PDF-")
    assert pdf == report_pdf(result, change=_change())
    other = replace(result, key="another exam")
    assert pdf != report_pdf(other, change=_change())


def test_names_are_text_whatever_is_in_them(simulated: MeasuredExam) -> None:
    attributes = Dataset()
    attributes.update(simulated.home.attributes)
    attributes.PatientName = "O'Neill & <b>山田^太郎"
    home = replace(simulated.home, attributes=attributes)
    result = replace(_result(simulated), home=home)
    words = _words(report_story(result, None))
    assert "O'Neill & <b>?? ??" in words
    assert "Letters that the font of this report lacks are shown as ?." in words
    assert report_pdf(result)


def test_a_damaged_picture_is_told_in_one_sentence(simulated: MeasuredExam) -> None:
    with pytest.raises(UnreadableImageError, match=r"^exam, exam_sheet\.png: the picture cannot be read"):
        report_pdf(replace(_result(simulated), sheet=b"no picture"))


def test_the_object_carries_the_pdf_and_names_its_images(simulated: MeasuredExam) -> None:
    pdf = report_pdf(_result(simulated, pictures=False))
    made = [
        encapsulated_pdf(simulated.home, pdf, sources=simulated.sources, making=simulated.making)
        for _ in range(2)
    ]
    content = file_bytes(made[0])
    assert content == file_bytes(made[1])
    read = pydicom.dcmread(io.BytesIO(content))
    assert read.EncapsulatedDocument[: read.EncapsulatedDocumentLength] == pdf
    assert (read.MIMETypeOfEncapsulatedDocument, read.BurnedInAnnotation) == ("application/pdf", "YES")
    assert "RESEARCH" in read.DocumentTitle
    assert {one.ReferencedSOPInstanceUID for one in read.SourceInstanceSequence} == {
        source.sop_instance_uid for source in simulated.sources
    }
