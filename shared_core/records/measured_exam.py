"""The record of an exam from the records of its views."""

from __future__ import annotations

from collections.abc import Sequence

from shared_core.mammogram import Exam
from shared_core.quantification.exam import measure_exam
from shared_core.records.record_types import ExamRecord, ViewRecord
from shared_core.records.view_and_exam import exam_record
from shared_core.records.written_views import measurement_of


def measure_exam_records(exam: Exam, records: Sequence[ViewRecord | None]) -> ExamRecord:
    """Measure an exam whose views were measured before, here or in another process.

    Parameters
    ----------
    exam
        All its images.
    records
        Of each of `exam.headers`, in their order; None, or without numbers, where the view was not analysed.

    Raises
    ------
    UsageError
        A record is of another version.
    ValueError
        The views were measured with different settings.
    """
    views, provenances, not_analysed = [], [], []
    for header, record in zip(exam.headers, records, strict=True):
        if record is not None and record.metrics:
            views.append((header, measurement_of(record)))
            provenances.append(record.provenance)
        else:
            not_analysed.append(header)
    measurement = measure_exam(views, not_analysed=not_analysed)
    return exam_record(exam, measurement, provenances=provenances)
