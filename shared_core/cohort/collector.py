"""Gathers the views of a batch into exams, and finishes each exam with its last view.

Where results go to a folder, what is known of an exam lies there with its last view and leaves the memory;
the tables are made from there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import msgspec

from shared_core.cohort.exam_mark import (
    EndedExam,
    FolderOfExams,
    HowMade,
    Views,
    inputs_digest,
    inputs_of,
    write_mark,
)
from shared_core.cohort.outcome import ViewOutcome, fault_words
from shared_core.cohort.resume import begin, how_made
from shared_core.cohort.settings import BatchSettings, ViewTask, by_exam
from shared_core.dicom_objects.object_kinds import FOLDER as DICOM_FOLDER
from shared_core.errors import OpenBacError
from shared_core.exporting.atomic_write import remove_unfinished, write_bytes
from shared_core.exporting.png import encode_png
from shared_core.mammogram import Exam
from shared_core.notices.of_results import EXAM_NOT_WRITTEN
from shared_core.pictures.sheet import exam_sheet
from shared_core.quantification.exam import measure_exam
from shared_core.reading.unused import UnusedReason
from shared_core.records.record_types import ExamRecord
from shared_core.records.view_and_exam import exam_record


class Collector:
    """The exams of a batch as far as it has come; those that were finished before are taken over.

    Parameters
    ----------
    finished
        Keys of the exams of `exams` whose results are in the folder, see `finished_exams`.
    kept
        Keys of other exams there whose rows stay in the tables, see `other_exams`.

    Raises
    ------
    OutputError
        If the folder for results cannot be changed.
    """

    def __init__(
        self,
        exams: Sequence[Exam],
        tasks: Sequence[ViewTask],
        *,
        finished: Collection[str] = (),
        kept: Sequence[str] = (),
        settings: BatchSettings,
    ) -> None:
        self.unwritten: dict[str, str] = {}
        """Why something of an exam could not be written, by its key."""
        self._failed: dict[int, ViewOutcome] = {}
        self._settings = settings
        self._tasks = by_exam(tasks)
        self._keys = [*kept, *(exam.key for exam in exams)]
        done = frozenset(finished)
        self._open = {exam.key: exam for exam in exams if exam.key not in done}
        self._outcomes: dict[str, dict[int, ViewOutcome]] = {}
        """Of exams that have begun, by key and number of the task."""
        self._in_memory: dict[str, EndedExam] = {}
        """What is in no folder."""
        self._made: HowMade = {}
        self._inputs: dict[str, bytes] = {}
        """Digests of what is said of the files of each exam before the work."""
        if settings.output_dir is not None:
            begin(tuple(self._open.values()), settings.output_dir)
        if settings.output_dir is not None and self._open:
            self._made = how_made(settings)
            self._inputs = {key: inputs_digest(inputs_of(exam)) for key, exam in self._open.items()}

    @property
    def failed(self) -> list[ViewOutcome]:
        """The views that failed, in order."""
        return [outcome for _, outcome in sorted(self._failed.items())]

    def receive(self, outcome: ViewOutcome) -> None:
        """Take the outcome of one view; the last one of an exam finishes it."""
        key, task = outcome.task.exam_key, outcome.task
        if outcome.failed:
            self._failed[task.number] = outcome
        gathered = self._outcomes.setdefault(key, {})
        gathered[task.number] = outcome
        if len(gathered) == len(self._tasks[key]):
            del self._outcomes[key]
            self._finish(self._open.pop(key), [gathered[task.number] for task in self._tasks[key]])

    def ended(self, *, of: Collection[str] | None = None, views: Views = "all") -> Iterator[EndedExam]:
        """All exams with a view that is done, in order, as they lie in the folder.

        Parameters
        ----------
        of
            Keys of those that are asked for; None for all, kept ones included.
        views
            The fewer are read, the sooner it is done.

        What was there when the batch began, or was written by it, and is not there any more, is left out
        and said in `unwritten`.
        """
        for key in self._keys:
            if of is not None and key not in of:
                continue
            if key in self._in_memory:
                yield self._in_memory[key]
            elif key in self._open:
                begun = self._outcomes.get(key, {})
                outcomes = [begun[task.number] for task in self._tasks[key] if task.number in begun]
                if outcomes:
                    yield EndedExam(key, tuple(o.record for o in outcomes), None, _reasons(outcomes))
            elif self._settings.output_dir is not None:
                try:
                    yield from FolderOfExams(self._settings.output_dir, [key]).ended(views=views)
                except OpenBacError as error:
                    self.unwritten[key] = str(error)

    def _finish(self, exam: Exam, outcomes: Sequence[ViewOutcome]) -> None:
        record, problem = self._results(exam, outcomes)
        if problem is not None:
            self.unwritten[exam.key] = problem
            if record is not None:
                notices = (*record.notices, EXAM_NOT_WRITTEN.notice(reason=problem))
                record = msgspec.structs.replace(record, notices=notices)
        views, reasons = tuple(outcome.record for outcome in outcomes), _reasons(outcomes)
        likenesses = {str(o.task.path): o.likeness for o in outcomes if o.likeness}
        ended = EndedExam(exam.key, views, record, reasons, problem, likenesses)
        folder = self._settings.output_dir
        if folder is None or not self._marked(exam, ended, folder):
            self._in_memory[exam.key] = ended

    def _results(self, exam: Exam, outcomes: Sequence[ViewOutcome]) -> tuple[ExamRecord | None, str | None]:
        """The record, and why not all that belongs to it could be made or written."""
        record = None
        try:
            measured = [(o.header, o.measurement) for o in outcomes if o.header and o.measurement]
            failed = [o.task.header for o in outcomes if o.failed]
            measurement = measure_exam(measured, not_analysed=failed)
            provenances = [o.record.provenance for o in outcomes if not o.failed]
            record = exam_record(exam, measurement, provenances=provenances)
            folder = self._settings.output_dir
            if folder is None:
                return record, None
            views = [(o.reduced, o.measurement) for o in outcomes if o.reduced and o.measurement]
            if self._settings.pictures and len(views) > 1:
                picture = exam_sheet(exam, views, measurement, provenances=provenances)
                write_bytes(folder / exam.key / "exam_sheet.png", encode_png(picture))
            self._write_dicom(exam, record, outcomes, folder)
        except OpenBacError as error:
            return record, str(error)
        except Exception as error:  # whatever one exam does, the others go on
            return record, f"{exam.key}: a fault of this software ({fault_words(error)}); please report it."
        return record, None

    def _marked(self, exam: Exam, ended: EndedExam, folder: Path) -> bool:
        try:
            remove_unfinished(folder / exam.key)  # of workers that died
            write_mark(
                exam,
                ended,
                inputs_before=self._inputs.pop(exam.key, b""),
                made=self._made,
                tasks=self._tasks[exam.key],
                folder=folder,
            )
        except (OpenBacError, OSError) as error:
            self.unwritten.setdefault(exam.key, str(error))
            return False
        return True

    def _write_dicom(
        self, exam: Exam, record: ExamRecord, outcomes: Sequence[ViewOutcome], results: Path
    ) -> None:
        """From the files that are there now, as `bac export` does later."""
        measured = [outcome for outcome in outcomes if not outcome.failed]
        if not self._settings.dicom or not measured:
            return
        # Loaded here: most batches write no DICOM objects.
        from shared_core.dicom_objects.result_folder import ExamFolder, read_exam
        from shared_core.dicom_objects.writing import write_dicom

        result = read_exam(
            ExamFolder(results, results / exam.key, exam.key),
            record=record,
            stems=[outcome.task.stem for outcome in measured],
            failed=[outcome.task.path.name for outcome in outcomes if outcome.failed],
        )
        write_dicom(result, self._settings.dicom, results / exam.key / DICOM_FOLDER)


def _reasons(outcomes: Sequence[ViewOutcome]) -> tuple[UnusedReason | None, ...]:
    return tuple(outcome.reason if outcome.failed else None for outcome in outcomes)
