"""What the page shows of an exam: in lists and plots at once, and the rest when it is opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared_core.cohort_page.columns import Cell
from shared_core.cohort_page.exams import CohortExam, CohortView
from shared_core.cohort_page.pictures import PicturePlace
from shared_core.notices import Notice


def exam_row(
    exam: CohortExam,
    cells: Sequence[Cell],
    pictures: Sequence[PicturePlace | None],
    numbers: Sequence[Sequence[Cell]],
) -> dict[str, Any]:
    """What lists and plots need of an exam.

    Parameters
    ----------
    cells
        Of the columns of the page.
    pictures, numbers
        Of each image, see `view_cells`.
    """
    views = list(zip(exam.views, numbers, strict=True))
    return {
        "cells": cells,
        "pictures": [picture.small if picture is not None else None for picture in pictures],
        "views": [[view.label, *own] for view, own in views if view.record.metrics is not None],
        "by_hand": [
            [view.label, view.record.state, view.record.made_by] for view in exam.views if view.by_a_person
        ],
        "failed": [[view.failure, view.record.error] for view in exam.views if view.failure is not None],
    }


def exam_details(
    exam: CohortExam, pictures: Sequence[PicturePlace | None], numbers: Sequence[Sequence[Cell]]
) -> dict[str, Any]:
    """Sentence, notices, and of each image its numbers and pictures.

    Parameters
    ----------
    pictures, numbers
        Of each image, see `view_cells`.
    """
    record = exam.record
    return {
        "sentence": record.report_sentence if record is not None else None,
        "notices": _notices(record.notices) if record is not None else [],
        "unwritten": exam.unwritten,
        "views": [
            _view(view, picture, own)
            for view, picture, own in zip(exam.views, pictures, numbers, strict=True)
        ],
    }


def _view(view: CohortView, picture: PicturePlace | None, numbers: Sequence[Cell]) -> dict[str, Any]:
    record = view.record
    return {
        "label": view.label,
        "modifiers": record.view_modifiers,
        "state": record.state,
        "made_by": record.made_by,
        "by_a_person": view.by_a_person,
        "error": record.error,
        "failure": view.failure,
        "sentence": record.report_sentence,
        "notices": _notices(record.notices),
        "small": picture.small if picture is not None else None,
        "large": picture.large if picture is not None else None,
        "numbers": numbers,
    }


def _notices(notices: Sequence[Notice]) -> list[dict[str, str]]:
    return [
        {"code": one.code, "severity": one.severity.value, "text": one.text} for one in dict.fromkeys(notices)
    ]
