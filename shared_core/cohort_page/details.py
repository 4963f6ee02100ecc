"""What an open exam shows beside its pictures, as the page takes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared_core.cohort_page.columns import PageColumn, view_cells
from shared_core.cohort_page.exams import CohortExam, CohortView
from shared_core.cohort_page.pictures import PicturePlace
from shared_core.notices import Notice


def exam_details(
    exam: CohortExam, pictures: Sequence[PicturePlace | None], columns: Sequence[PageColumn]
) -> dict[str, Any]:
    """Sentence, notices, and of each image its numbers and pictures.

    Parameters
    ----------
    pictures
        Of each image.
    columns
        Of the numbers of a view.
    """
    record = exam.record
    return {
        "sentence": record.report_sentence if record is not None else None,
        "notices": _notices(record.notices) if record is not None else [],
        "unwritten": exam.unwritten,
        "views": [_view(view, picture, columns) for view, picture in zip(exam.views, pictures, strict=True)],
    }


def _view(view: CohortView, picture: PicturePlace | None, columns: Sequence[PageColumn]) -> dict[str, Any]:
    record = view.record
    return {
        "label": view.label,
        "modifiers": record.view_modifiers,
        "state": record.state,
        "made_by": record.made_by,
        "by_a_person": view.by_a_person,
        "error": record.error,
        "reason": view.reason.value if view.reason is not None else None,
        "sentence": record.report_sentence,
        "notices": _notices(record.notices),
        "small": picture.small if picture is not None else None,
        "large": picture.large if picture is not None else None,
        "numbers": view_cells(view, columns),
    }


def _notices(notices: Sequence[Notice]) -> list[dict[str, str]]:
    return [
        {"code": one.code, "severity": one.severity.value, "text": one.text} for one in dict.fromkeys(notices)
    ]
