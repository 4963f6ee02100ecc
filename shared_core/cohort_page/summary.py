"""What is kept of each exam while the others are looked at: enough to say which one to check first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from shared_core.cohort_page.exams import CohortExam
from shared_core.errors import UsageError
from shared_core.notices import Notice
from shared_core.notices.of_results import ARTERY_UNDECIDED, CALCIFICATIONS_SPREAD, OTHER_CALCIFICATIONS
from shared_core.records.readings import result_id
from shared_core.records.results_folder import (
    MUST_AGREE,
    Row,
    date_of_exam,
    rows_of_records,
    standard_views_of,
)

AREA: Final = "bac_area_mm2"
_PROBABILITY: Final = "bac_probability"
_HAVE_THEM_READ: Final = frozenset({OTHER_CALCIFICATIONS.code, CALCIFICATIONS_SPREAD.code})


@dataclass(frozen=True)
class ExamSummary:
    """One exam, by its standard views."""

    key: str
    patient: str | None
    date: date | None
    areas_mm2: tuple[tuple[str, float], ...]
    """BAC area of each view where it is known."""
    probabilities: tuple[tuple[str, float], ...]
    """Of BAC, of each view where it is known."""
    undecided: tuple[str, ...]
    """Sentences about views where nothing is marked and there may be an artery."""
    to_read: tuple[str, ...]
    """Sentences about other calcifications that a person has to read."""
    failed: tuple[str, ...]
    """Why images were not measured."""
    result: str
    """See `result_id`; empty where there is none."""
    made_with: tuple[str, ...]
    """Model and settings: exams that differ in it cannot be compared."""


def summary_of(exam: CohortExam) -> ExamSummary:
    """What decides whether an exam is one to check first."""
    views, exams = rows_of_records(
        [view.record for view in exam.views], [exam.record] if exam.record is not None else []
    )
    standard = standard_views_of(views)
    notices = [(view.label, notice) for view in exam.views for notice in view.record.notices]
    return ExamSummary(
        key=exam.key,
        patient=exam.record.patient_id if exam.record is not None else None,
        date=_date(exams),
        areas_mm2=_known(standard, AREA),
        probabilities=_known(standard, _PROBABILITY),
        undecided=_sentences(notices, frozenset({ARTERY_UNDECIDED.code})),
        to_read=_sentences(notices, _HAVE_THEM_READ),
        failed=_failures(exam),
        result=result_id(exams[0]) if exams else "",
        made_with=tuple(
            " / ".join(sorted({str(row.get(name)) for row in standard.values()})) for name in MUST_AGREE
        ),
    )


def _known(views: dict[str, Row], column: str) -> tuple[tuple[str, float], ...]:
    cells = ((label, row.get(column)) for label, row in views.items())
    return tuple((label, cell) for label, cell in cells if isinstance(cell, float))


def _sentences(notices: list[tuple[str, Notice]], codes: frozenset[str]) -> tuple[str, ...]:
    return tuple(
        notice.about(label).text if label else notice.text
        for label, notice in notices
        if notice.code in codes
    )


def _failures(exam: CohortExam) -> tuple[str, ...]:
    views = [view.record for view in exam.views if view.record.status == "failed"]
    said = [one.error or f"{one.file}: was not measured." for one in views]
    return (*said, exam.unwritten) if exam.unwritten is not None else tuple(said)


def _date(exams: tuple[Row, ...]) -> date | None:
    try:
        return date_of_exam(exams[0], Path()) if exams else None
    except UsageError:
        return None
