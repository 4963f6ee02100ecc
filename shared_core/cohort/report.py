"""What a batch gave, and its tables: from the folder of the results, where the records are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from shared_core.cohort.batch_plan import BatchPlan
from shared_core.cohort.exam_mark import EndedExam, Views
from shared_core.errors import OpenBacError, OutputError
from shared_core.exporting.atomic_write import write_pieces
from shared_core.reading.unused import UnusedFile
from shared_core.records.canonical_json import json_bytes, json_list
from shared_core.records.cells import CsvStyle
from shared_core.records.record_types import ExamRecord, ResultsDocument, RunRecord, ViewRecord
from shared_core.records.tables import EXAMS_JSON, exams_lines, failures_csv, views_lines
from shared_core.records.unused_files import unused_csv
from shared_core.records.view_and_exam import failed_record


class EndedExams(Protocol):
    """Where the exams of a batch are."""

    def ended(self, *, of: Collection[str] | None = None, views: Views = "all") -> Iterator[EndedExam]:
        """Those `of` which it is asked, one after the other; the fewer views, the sooner it is done."""


@dataclass
class BatchReport:
    """What a batch gave."""

    run: RunRecord
    failures: list[ViewRecord] = field(default_factory=list)
    """Records of the inputs that failed."""
    unused: tuple[UnusedFile, ...] = ()
    """Of the inputs: what failed, what is in no exam, and what contradicts another file."""
    unwritten: dict[str, str] = field(default_factory=dict)
    """Why the sheet or the DICOM objects of an exam are not there, by its key."""
    kept: tuple[str, ...] = ()
    """Keys of exams of earlier runs that stay in the tables."""
    cancelled: bool = False
    keys: tuple[str, ...] = ()
    """Of the exams that were asked for."""
    unread: list[ViewRecord] = field(default_factory=list)
    """Of `failures`, those that are in no exam."""
    plan: BatchPlan | None = None
    """Of all that is in the tables of the folder."""
    gathered: EndedExams | None = None
    """Where the records are: in a large cohort there are too many to have them all at once."""

    @property
    def views(self) -> list[ViewRecord]:
        """Records of the images that were asked for, read from where they are."""
        return [record for ended in self._ended() for record in ended.views] + self.unread

    @property
    def exams(self) -> list[ExamRecord]:
        """Records of the exams that were asked for, read from where they are."""
        return [ended.exam for ended in self._ended(views="none") if ended.exam is not None]

    def document(self) -> ResultsDocument:
        """The one JSON document of all results."""
        return ResultsDocument(run=self.run, views=tuple(self.views), exams=tuple(self.exams))

    def _ended(self, *, views: Views = "all") -> Iterable[EndedExam]:
        if self.gathered is None:
            return ()
        return self.gathered.ended(of=frozenset(self.keys), views=views)


def drop_exams(
    report: BatchReport, keys: Collection[str], folder: Path, *, style: CsvStyle = "plain"
) -> None:
    """Take exams out of a report and write its tables in `folder` without them."""
    report.failures = [record for record in report.failures if record.exam not in keys]
    report.keys = tuple(key for key in report.keys if key not in keys)
    write_tables(report, folder, style)


def write_tables(report: BatchReport, folder: Path | None, style: CsvStyle) -> None:
    """The tables of a folder, with the exams that it keeps, from what lies in it.

    Raises
    ------
    OutputError
        One of them cannot be written; the others are.
    """
    if folder is None:
        return
    of = frozenset((*report.kept, *report.keys))

    def ended(which: Views) -> Iterator[EndedExam]:
        return report.gathered.ended(of=of, views=which) if report.gathered else iter(())

    def views(which: Views) -> Iterator[ViewRecord]:
        yield from (record for one in ended(which) for record in one.views)
        if report.plan is not None:
            yield from (failed_record(Path(one.file), one.text) for one in report.plan.unread)

    def exams() -> Iterator[ExamRecord]:
        return (one.exam for one in ended("none") if one.exam is not None)

    errors: list[OpenBacError] = []
    failures = failures_csv(views("failed"), style=style)
    unused = unused_csv(report.run.unused, style=style)
    tables: dict[str, Iterable[bytes] | None] = {
        "run.json": [json_bytes(report.run)],
        "views.csv": views_lines(views("all"), style=style),
        "exams.csv": exams_lines(exams(), style=style),
        "failures.csv": None if failures is None else [failures],
        "unused.csv": None if unused is None else [unused],
        EXAMS_JSON: json_list(exams()),
    }
    for name, content in tables.items():
        try:
            if content is not None:
                write_pieces(folder / name, content)
            else:
                (folder / name).unlink(missing_ok=True)
        except OutputError as error:
            errors.append(error)
    if errors:
        raise errors[0]
