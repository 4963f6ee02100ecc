"""Which of the exams and files in a folder concern the person."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from napari_bac.remedies import all_notice_words
from shared_core import hosting as bac


def chosen_exams(listing: bac.ExamListing, paths: Sequence[Path]) -> tuple[tuple[bac.Exam, ...], str]:
    """The exams to open, and a sentence about those that are not (empty where there are none).

    Of a folder the latest exam; of files that were named one by one all.
    """
    if len(listing.exams) < 2 or not any(path.is_dir() or _is_archive(path) for path in paths):
        return listing.exams, ""
    latest = max(listing.exams, key=lambda exam: (exam.study_date, len(exam.headers)))
    exams, patients = len(listing.exams), len({exam.patient_id for exam in listing.exams})
    if patients > 1:
        return (latest,), (
            f"This folder contains {exams} exams of {patients} patients; {latest.key} was opened. "
            "Open the folder of one patient, or use BAC batch for all of them."
        )
    return (latest,), (
        f"This folder contains {exams} exams of one patient; the latest, {_date(latest)}, was opened. "
        "BAC over time shows all of them."
    )


def apart_words(exams: Sequence[bac.Exam]) -> list[str]:
    """Sentences on images that were kept apart though they share a patient ID, or should perhaps be."""
    notices = dict.fromkeys(notice for exam in exams for notice in exam.notices)
    return all_notice_words(notice for notice in notices if notice.code in bac.WHO_IS_WHO)


def _is_archive(path: Path) -> bool:
    return path.suffix.lower() == ".zip"


def _date(exam: bac.Exam) -> str:
    date = exam.study_date
    return f"{date[:4]}-{date[4:6]}-{date[6:8]}" if len(date) == 8 else exam.key
