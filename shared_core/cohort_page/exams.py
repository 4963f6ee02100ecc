"""The exams of folders of results, one after the other, whoever wrote them: a batch or an export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared_core.cohort.batch_plan import BatchPlan, UnreadInput, read_plan
from shared_core.cohort.exam_mark import ended_exam, read_mark
from shared_core.errors import UnreadableImageError, UsageError
from shared_core.notices import Remedy
from shared_core.quantification.view_state import ViewState
from shared_core.reading.unused import UnusedReason
from shared_core.records.record_reading import read_record
from shared_core.records.record_types import ExamRecord, RunRecord, UnusedRecord, ViewRecord
from shared_core.records.tables import EXAMS_JSON

_BY_A_PERSON: Final = frozenset({ViewState.CORRECTED.value, ViewState.BY_HAND.value})


@dataclass(frozen=True)
class CohortView:
    """One image of an exam."""

    record: ViewRecord
    overlay: Path | None
    """Its picture; None where there is none."""
    reason: UnusedReason | None = None
    """Why it failed; None where it did not, or nobody wrote it down."""

    @property
    def label(self) -> str:
        """``LCC``; empty where neither side nor view is known."""
        return f"{self.record.laterality or ''}{self.record.view or ''}"

    @property
    def failure(self) -> str | None:
        """Code of the reason why it failed, ``failed`` where nobody wrote it down; None where it did not."""
        if self.record.status != "failed":
            return None
        return self.reason.value if self.reason is not None else "failed"

    @property
    def by_a_person(self) -> bool:
        """Whether a person drew or changed its mask."""
        return self.record.state in _BY_A_PERSON


@dataclass(frozen=True)
class CohortExam:
    """One exam with its images."""

    key: str
    folder: Path
    """Of its results."""
    record: ExamRecord | None
    """None where it could not be put together; `unwritten` says why."""
    views: tuple[CohortView, ...]
    unwritten: str | None = None

    @property
    def date(self) -> str | None:
        """``2026-01-31``, or as the images have it where they have no whole date."""
        day = self.record.study_date if self.record is not None else None
        whole = day is not None and len(day) == 8 and day.isdecimal()
        return f"{day[:4]}-{day[4:6]}-{day[6:]}" if day is not None and whole else day


@dataclass(frozen=True)
class ResultsFolder:
    """A folder that a batch or an export wrote."""

    folder: Path
    run: RunRecord
    plan: BatchPlan | None
    """None of an export."""
    exports: tuple[ExamRecord, ...] = ()
    """Of an export."""

    @property
    def keys(self) -> tuple[str, ...]:
        """Of its exams, in order; those that are not analysed yet as well."""
        return tuple(self.plan.exams) if self.plan is not None else tuple(one.key for one in self.exports)

    @property
    def unread(self) -> tuple[UnreadInput, ...]:
        """Inputs that failed and are in no exam."""
        return self.plan.unread if self.plan is not None else ()

    @property
    def unused(self) -> tuple[UnusedRecord, ...]:
        """Files that were found and not used."""
        return self.run.unused

    def exams(self) -> Iterator[CohortExam]:
        """Those that are at their end; one whose records cannot be read says so."""
        records = {one.key: one for one in self.exports}
        for key in self.keys:
            try:
                exam = (
                    _of_export(self.folder, records[key]) if key in records else _of_batch(self.folder, key)
                )
            except UnreadableImageError as error:
                exam = CohortExam(key, self.folder / key, None, (), str(error))
            if exam is not None:
                yield exam


def results_folder(folder: Path) -> ResultsFolder:
    """What is in a folder of results.

    Raises
    ------
    UsageError
        There are none.
    UnreadableImageError
        They are damaged, or of another version.
    """
    plan = read_plan(folder)
    if not (folder / "run.json").is_file() or (plan is None and not (folder / EXAMS_JSON).is_file()):
        raise UsageError(f"{folder}: holds no results.", Remedy.NAME_RESULTS_FOLDER)
    exports = () if plan is not None else read_record(folder / EXAMS_JSON, tuple[ExamRecord, ...])
    return ResultsFolder(folder, read_record(folder / "run.json", RunRecord), plan, exports)


def each_exam_once(folders: Sequence[ResultsFolder]) -> Iterator[CohortExam]:
    """The exams of several folders; of one in more than one, what a person corrected, else the first."""
    owner: dict[str, int] = {}
    for place, folder in enumerate(folders):
        corrected = _corrected(folder) if len(folders) > 1 else frozenset()
        for key in folder.keys:
            if key not in owner or key in corrected:
                owner[key] = place
    for place, folder in enumerate(folders):
        yield from (exam for exam in folder.exams() if owner[exam.key] == place)


def _corrected(folder: ResultsFolder) -> frozenset[str]:
    """Only exports hold what a person did; whole batches are not read twice."""
    exams = folder.exams() if folder.plan is None else ()
    return frozenset(exam.key for exam in exams if any(view.by_a_person for view in exam.views))


def _of_batch(folder: Path, key: str) -> CohortExam | None:
    mark = read_mark(folder, key)
    if mark is None:
        return None
    ended = ended_exam(folder, key, mark)
    stems = [one if isinstance(one, str) else None for one in mark.stems]
    views = tuple(
        CohortView(record, _overlay(folder / key, stem), reason)
        for record, stem, reason in zip(ended.views, stems, ended.reasons, strict=True)
    )
    return CohortExam(key, folder / key, ended.exam, views, ended.unwritten)


def _of_export(folder: Path, record: ExamRecord) -> CohortExam:
    place = folder / record.key
    paths = sorted(path for path in place.glob("*.json") if not path.name.startswith("."))
    order = {image.file: number for number, image in enumerate(record.views)}
    views = [CohortView(read_record(path, ViewRecord), _overlay(place, path.stem)) for path in paths]
    views.sort(key=lambda view: order.get(view.record.file, len(order)))
    return CohortExam(record.key, place, record, tuple(views))


def _overlay(folder: Path, stem: str | None) -> Path | None:
    path = folder / f"{stem}_overlay.png"
    return path if stem is not None and path.is_file() else None
