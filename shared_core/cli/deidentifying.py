"""What ``--deidentify`` does before anything else is done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.markup import escape

from shared_core.cli.remedies import notice_words
from shared_core.cli.screen import print_warnings
from shared_core.reading.exam_grouping import ExamListing, find_exams
from shared_core.reading.unused import unused_sentences

if TYPE_CHECKING:
    from shared_core.dicom_objects.result_exam import ResultExam

IMAGES: Final = "images"
"""Folder of the images without identifiers."""


def deidentified_listing(
    listing: ExamListing, output: Path, *, key_path: Path | None, tell: Callable[[str], None]
) -> tuple[ExamListing, tuple[str, ...]]:
    """The same exams from images without identifiers, and sentences on the files that are not among them.

    `tell` is told where the key lies, and which images may show a name.
    """
    # Loaded here: most runs need neither.
    from shared_core.deidentification.images import deidentified_exams
    from shared_core.deidentification.key import load_key

    key = load_key(key_path)
    tell(escape(_about_key(key_path)))
    images = deidentified_exams(listing.exams, output / IMAGES, key=key)
    for notice in images.notices:
        tell(f"[yellow]warning:[/yellow] {escape(notice_words(notice))}")
    # Their names must not reach the tables.
    for sentence in unused_sentences([file for file in listing.unused if not file.is_failure], most=None):
        tell(escape(f"not used: {sentence}"))
    refused = tuple(file.text for file in listing.unused if file.is_failure)
    if not images.files:
        return ExamListing((), ()), (*images.failures, *refused)
    return find_exams(images.files.values()), (*images.failures, *refused)


def deidentified_export(
    exam: ResultExam, results: Path, output: Path, *, key_path: Path | None
) -> ResultExam:
    """A measured exam without identifiers; what has to be said of it goes to standard error."""
    from shared_core.deidentification.key import load_key
    from shared_core.deidentification.results import deidentified_result
    from shared_core.records.record_reading import read_record
    from shared_core.records.record_types import RunRecord

    console = Console(stderr=True, highlight=False)
    key = load_key(key_path)
    console.print(escape(_about_key(key_path)), soft_wrap=True)
    made = deidentified_result(exam, read_record(results / "run.json", RunRecord), output / IMAGES, key=key)
    print_warnings(made.notices, console)
    return made.exam


def _about_key(key_path: Path | None) -> str:
    from shared_core.deidentification.key import usual_key_path

    return f"Key of the pseudonyms: {key_path or usual_key_path()}. Keep it, and keep it secret."
