"""Gathers the views of a batch into exams, and finishes each exam with its last view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from shared_core.cohort.resume import (
    FinishedExam,
    HowMade,
    InputFile,
    begin,
    how_made,
    inputs_of,
    mark_finished,
)
from shared_core.cohort.settings import BatchSettings, ViewTask, by_exam
from shared_core.cohort.worker import ViewOutcome
from shared_core.dicom_objects.object_kinds import FOLDER as DICOM_FOLDER
from shared_core.errors import OpenBacError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.exporting.png import encode_png
from shared_core.mammogram import Exam
from shared_core.notices.of_results import EXAM_NOT_WRITTEN
from shared_core.pictures.sheet import exam_sheet
from shared_core.quantification.exam import measure_exam
from shared_core.reading.unused import UnusedReason
from shared_core.records.record_types import ExamRecord, ViewRecord
from shared_core.records.view_and_exam import exam_record


class Collector:
    """The records of a batch as far as it has come; exams that were finished before are taken over.

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
        finished: Mapping[str, FinishedExam],
        settings: BatchSettings,
    ) -> None:
        self.views: dict[int, ViewRecord] = {}
        """By task number."""
        self.exams: dict[str, ExamRecord] = {}
        """By key."""
        self.reasons: dict[int, UnusedReason] = {}
        """Why a view could not be analysed, by task number."""
        self.unwritten: dict[str, str] = {}
        """Why something of an exam could not be written, by its key."""
        self._settings = settings
        self._tasks = by_exam(tasks)
        self._open = {exam.key: exam for exam in exams if exam.key not in finished}
        self._outcomes: dict[str, dict[int, ViewOutcome]] = {key: {} for key in self._open}
        self._made: HowMade = {}
        self._inputs: dict[str, list[InputFile] | None] = {}
        for key, before in finished.items():
            self.exams[key] = before.exam
            self.views |= {t.number: view for t, view in zip(self._tasks[key], before.views, strict=True)}
        if settings.output_dir is not None and self._open:
            begin(tuple(self._open.values()), settings.output_dir)
            self._made = how_made(settings)
            self._inputs = {key: inputs_of(exam) for key, exam in self._open.items()}

    @property
    def left(self) -> list[ViewTask]:
        """Tasks that are not done, in order."""
        tasks = [task for key in self._open for task in self._tasks[key]]
        return sorted((task for task in tasks if task.number not in self.views), key=lambda task: task.number)

    def receive(self, outcome: ViewOutcome) -> None:
        """Take the outcome of one view; the last one of an exam finishes it."""
        key = outcome.task.exam_key
        self.views[outcome.task.number] = outcome.record
        if outcome.failed:
            self.reasons[outcome.task.number] = outcome.reason
        gathered = self._outcomes[key]
        gathered[outcome.task.number] = outcome
        if len(gathered) == len(self._tasks[key]):
            del self._outcomes[key]
            self._finish(self._open.pop(key), [gathered[task.number] for task in self._tasks[key]])

    def _finish(self, exam: Exam, outcomes: Sequence[ViewOutcome]) -> None:
        measured = [(o.header, o.measurement) for o in outcomes if o.header and o.measurement]
        failed = [o.task.header for o in outcomes if o.failed]
        measurement = measure_exam(measured, not_analysed=failed)
        provenances = [o.record.provenance for o in outcomes if not o.failed]
        record = exam_record(exam, measurement, provenances=provenances)
        self.exams[exam.key] = record
        folder, inputs = self._settings.output_dir, self._inputs.get(exam.key)
        if folder is None:
            return
        views = [(o.reduced, o.measurement) for o in outcomes if o.reduced and o.measurement]
        try:
            if self._settings.pictures and len(views) > 1:
                picture = exam_sheet(exam, views, measurement, provenance=provenances[0])
                write_bytes(folder / exam.key / "exam_sheet.png", encode_png(picture))
            self._write_dicom(exam, record, outcomes)
            if inputs is not None and not any(outcome.failed for outcome in outcomes):
                tasks = self._tasks[exam.key]
                mark_finished(exam, record, inputs=inputs, made=self._made, tasks=tasks, folder=folder)
        except OpenBacError as error:
            notices = (*record.notices, EXAM_NOT_WRITTEN.notice(reason=error))
            self.exams[exam.key] = msgspec.structs.replace(record, notices=notices)
            self.unwritten[exam.key] = str(error)

    def _write_dicom(self, exam: Exam, record: ExamRecord, outcomes: Sequence[ViewOutcome]) -> None:
        """From the files that are there now, as `bac export` does later."""
        measured = [outcome for outcome in outcomes if not outcome.failed]
        results = self._settings.output_dir
        if results is None or not self._settings.dicom or not measured:
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
