"""A quantity that the registry was given is in the structured reports and in the PDF."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import structs

from shared_core.dicom_objects import codes
from shared_core.dicom_objects.images.segmentation_object import segmentation
from shared_core.dicom_objects.pdf.pdf_report import report_story
from shared_core.dicom_objects.result_exam import ResultExam
from shared_core.dicom_objects.structured_reports.measurement_report import exam_report, views_report
from shared_core.mammogram import Exam
from shared_core.quantification.exam import measure_exam
from shared_core.quantities.registry import QUANTITIES, metrics_of
from shared_core.records.view_and_exam import exam_record
from tests.dicom_objects.conftest import MeasuredExam
from tests.dicom_objects.content import below, values
from tests.dicom_objects.results import result_of
from tests.new_quantity import NEW


def _result(measured: MeasuredExam) -> ResultExam:
    """With records that are made while the quantity is there."""
    made = result_of(measured)
    pairs = [(view.source.header, view.measurement) for view in measured.views]
    exam = Exam("exam", "P1", "20210304", tuple(header for header, _ in pairs))
    views = tuple(
        structs.replace(view.record, metrics=metrics_of("view", view.measurement)) for view in measured.views
    )
    record = exam_record(exam, measure_exam(pairs), provenances=[view.provenance for view in views])
    shown = tuple(
        type(view)(view.source, view.stem, own, view.mask)
        for view, own in zip(made.views, views, strict=True)
    )
    return ResultExam("exam", shown, made.home, made.making, record)


def _walls_mm(report: Any) -> list[Any]:
    """Of each measurement group."""
    (measurements,) = below(report, codes.IMAGING_MEASUREMENTS)
    assert NEW.concept is not None
    key = (NEW.concept.value, NEW.unit.ucum)
    return [values(group).get(key) for group in below(measurements, codes.MEASUREMENT_GROUP)]


def _words(flowables: list[Any]) -> list[str]:
    found: list[str] = []
    for one in flowables:
        if hasattr(one, "getPlainText"):
            found.append(one.getPlainText())
        elif hasattr(one, "_cellvalues"):
            for row in one._cellvalues:
                found += _words(row)
    return found


def test_it_is_in_the_structured_reports(make_exam: Callable[..., MeasuredExam]) -> None:
    with QUANTITIES.extended(NEW):
        exam = _result(make_exam("fuji"))
        segmentations = {
            view.stem: segmentation(
                view.source, view.mask, provenance=view.record.provenance, making=exam.making, number=number
            )
            for number, view in enumerate(exam.views, start=1)
        }
        assert _walls_mm(views_report(exam, segmentations)) == [2.5] * 4
        assert _walls_mm(exam_report(exam)) == [2.5] * 3


def test_it_is_in_the_pdf(make_exam: Callable[..., MeasuredExam]) -> None:
    measured = make_exam("fuji")
    with QUANTITIES.extended(NEW):
        words = _words(report_story(_result(measured), None))
        assert "Wall thickness [mm]" in words
        assert words.count("2.50") == 4
        assert "2.50 mm" in words
    assert "Wall thickness" not in " ".join(_words(report_story(_result(measured), None)))
