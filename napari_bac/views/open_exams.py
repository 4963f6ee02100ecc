"""Whose views are open: numbers of an exam are of one woman on one date."""

from __future__ import annotations

from collections.abc import Iterable

from napari_bac.views.view_session import ViewSession
from shared_core import hosting as bac


def exam_keys(views: Iterable[ViewSession]) -> tuple[str, ...]:
    """The exams that views belong to, each once; empty text for images whose exam is not known."""
    return tuple(dict.fromkeys(view.opened.exam_key for view in views))


def exam_of(views: Iterable[ViewSession]) -> bac.ExamMeasurement | None:
    """The numbers of the exam; None while those of a view are still to come, and of several exams."""
    views = tuple(views)
    analysed = [view for view in views if view.is_measurable]
    measured = [(view.opened.prepared.header, view.measured.view) for view in analysed if view.measured]
    if not views or len(measured) < len(analysed) or not all(view.measured_is_current for view in views):
        return None
    if len(exam_keys(views)) > 1:
        return None
    left = [view.opened.prepared.header for view in views if not view.is_measurable]
    return bac.measure_exam(measured, not_analysed=left)


def whose_words(views: Iterable[ViewSession]) -> str:
    """The patient and date of what is open; of several exams all, and that they have no common numbers."""
    by_key: dict[str, str] = {}
    for view in views:
        by_key.setdefault(view.opened.exam_key, _words(view))
    if len(by_key) < 2:
        return next(iter(by_key.values()), "")
    return f"{len(by_key)} exams are open, without numbers of an exam: {'; '.join(by_key.values())}."


def exam_words(views: Iterable[ViewSession], key: str) -> str:
    """The patient and date of one exam among views."""
    return next((_words(view) for view in views if view.opened.exam_key == key), key)


def _words(view: ViewSession) -> str:
    identity = view.opened.prepared.header.identity
    date = identity.study_date
    when = f"{date[:4]}-{date[4:6]}-{date[6:]}" if len(date) == 8 else "date unknown"
    return f"Patient {identity.patient_id}, {when}" if identity.patient_id else f"Patient unknown, {when}"
