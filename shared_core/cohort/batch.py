"""A batch from files and folders to tables and pictures."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

import msgspec

from shared_core.cohort.collector import Collector
from shared_core.cohort.pool import TileProgress, default_workers, run_here, run_in_processes
from shared_core.cohort.resume import FinishedExam
from shared_core.cohort.settings import BatchSettings, ViewTask, named_model
from shared_core.cohort.worker import ViewOutcome, Worker
from shared_core.errors import Cancelled, OpenBacError, OutputError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.inference.model import Model, choose_for, load_model
from shared_core.mammogram import Exam
from shared_core.networks.table import SCU_NETS
from shared_core.pipeline import checked_threshold
from shared_core.reading.exam_grouping import ExamListing
from shared_core.reading.partners import exam_partners
from shared_core.reading.unused import UnusedFile, failed_files
from shared_core.records.canonical_json import json_bytes
from shared_core.records.cells import CsvStyle
from shared_core.records.record_types import ExamRecord, ResultsDocument, RunRecord, ViewRecord
from shared_core.records.run_record import run_record
from shared_core.records.tables import EXAMS_JSON, exams_csv, failures_csv, views_csv
from shared_core.records.unused_files import unused_csv, unused_records
from shared_core.records.view_and_exam import failed_record
from shared_core.version import SOFTWARE_VERSION
from shared_core.weights.location import require_tracks, require_weights
from shared_core.weights.registry import load_card, weights_beside

_RESERVED: Final = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)", re.IGNORECASE)
"""Names that Windows keeps for itself, with any ending."""
ViewDone = Callable[[ViewOutcome], None]


@dataclass
class BatchReport:
    """What a batch gave."""

    run: RunRecord
    views: list[ViewRecord] = field(default_factory=list)
    exams: list[ExamRecord] = field(default_factory=list)
    unused: tuple[UnusedFile, ...] = ()
    """Of the inputs: what failed, what is in no exam, and what contradicts another file."""
    unwritten: dict[str, str] = field(default_factory=dict)
    """Why the sheet or the DICOM objects of an exam are not there, by its key."""
    cancelled: bool = False

    @property
    def failures(self) -> list[ViewRecord]:
        """Records of the inputs that failed."""
        return [record for record in self.views if record.status == "failed"]

    def document(self) -> ResultsDocument:
        """The one JSON document of all results."""
        return ResultsDocument(run=self.run, views=tuple(self.views), exams=tuple(self.exams))


def run_batch(
    listing: ExamListing,
    settings: BatchSettings,
    *,
    arguments: Mapping[str, object],
    named: Sequence[Path] = (),
    finished: Mapping[str, FinishedExam] = MappingProxyType({}),
    workers: int | None = None,
    apart: bool = False,
    view_done: ViewDone | None = None,
    progress: TileProgress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> BatchReport:
    """Analyse all exams of a listing and write everything.

    Parameters
    ----------
    arguments
        What the person asked for, for ``run.json``.
    named
        Files that the person named one by one: such a file that is no mammogram is a failure.
    finished
        Exams that are taken over and not made again, by key: see `finished_exams`.
    workers
        Processes; None for as many as there are processors and memory. One works in this process.
    apart
        Work in a process of its own even where it is one: for windows, which must stay usable, and which a
        damaged file must not take along.
    view_done, progress
        Called after each image, and with (task number, done, total) after each tile.
    cancelled
        Asked between tiles; true stops the batch, and what is finished is kept.

    Raises
    ------
    OpenBacError
        If the model cannot be had or nothing can be written; failures of single images are in the
        report.
    """
    tasks = make_tasks(listing.exams)
    run, model = _prepare(listing, settings, arguments, weights_needed=len(finished) < len(listing.exams))
    gathered = Collector(listing.exams, tasks, finished=finished, settings=settings)
    left = gathered.left
    count = default_workers(len(left)) if workers is None else max(1, min(workers, len(left)))
    report = BatchReport(run)
    if not left or (not apart and count <= 1):
        outcomes = run_here(left, Worker(settings, model), progress=progress, cancelled=cancelled)
    else:
        outcomes = run_in_processes(left, settings, workers=count, progress=progress, cancelled=cancelled)
    try:
        for outcome in outcomes:
            if view_done is not None:
                view_done(outcome)
            gathered.receive(outcome)
    except (Cancelled, KeyboardInterrupt):
        report.cancelled = True
    unused = (*listing.unused, *_not_analysed(tasks, gathered))
    report.unused = tuple(sorted(unused, key=lambda file: str(file.path)))
    report.run = msgspec.structs.replace(run, unused=unused_records(report.unused))
    report.views = [gathered.views[task.number] for task in tasks if task.number in gathered.views]
    report.views += [failed_record(f.path, f.text) for f in failed_files(listing.unused, named)]
    report.exams = [gathered.exams[exam.key] for exam in listing.exams if exam.key in gathered.exams]
    report.unwritten = gathered.unwritten
    _write_tables(report, settings.output_dir, settings.csv)
    return report


def drop_exams(
    report: BatchReport, keys: Collection[str], folder: Path, *, style: CsvStyle = "plain"
) -> None:
    """Take exams out of a report and write its tables in `folder` without them."""
    report.views = [record for record in report.views if record.exam not in keys]
    report.exams = [record for record in report.exams if record.key not in keys]
    _write_tables(report, folder, style)


def _not_analysed(tasks: Sequence[ViewTask], gathered: Collector) -> list[UnusedFile]:
    failed = [(task, gathered.reasons[task.number]) for task in tasks if task.number in gathered.reasons]
    return [UnusedFile(task.path, why, str(gathered.views[task.number].error)) for task, why in failed]


def make_tasks(exams: Sequence[Exam]) -> list[ViewTask]:
    """One task an image, with a name for its files that is unique within the exam."""
    tasks: list[ViewTask] = []
    for exam in exams:
        taken: set[str] = set()
        for header, partner in zip(exam.headers, exam_partners(exam.headers), strict=True):
            assert header.path is not None
            stem = unique_stem(header.stem, taken)
            tasks.append(ViewTask(len(tasks), header, header.path, exam.key, stem, partner))
    return tasks


def unique_stem(name: str, taken: set[str]) -> str:
    """A safe file name that is not taken yet, also where case does not count; it is then taken."""
    safe = re.sub(r"[^\w.+-]+", "_", name).strip("._")[:100].rstrip(".") or "image"
    safe = _RESERVED.sub(r"\1_", safe)
    stem, number = safe, 2
    while stem.lower() in taken:
        stem, number = f"{safe}_{number}", number + 1
    taken.add(stem.lower())
    return stem


def _prepare(
    listing: ExamListing,
    settings: BatchSettings,
    arguments: Mapping[str, object],
    *,
    weights_needed: bool,
) -> tuple[RunRecord, Model | None]:
    """Fail before the work, not after it: model, device, threshold and folder must be sound."""
    name = named_model(settings)
    card = load_card(name)
    checked_threshold(settings.threshold, card)
    _, backend = choose_for(card, settings.device, settings.backend, settings.precision)
    model = None
    if weights_needed and card.network not in SCU_NETS:
        # Tries the network out as well: what is wrong with it is told once, not once an image.
        model = load_model(
            name,
            device=settings.device,
            backend=settings.backend,
            precision=settings.precision,
            threads=settings.threads,
        )
    elif weights_needed:
        require_weights(card, weights_dir=weights_beside(name))
        if card.tracks is not None:
            require_tracks(card, weights_dir=weights_beside(name))
    run = run_record(
        software_version=SOFTWARE_VERSION,
        arguments=arguments,
        settings=settings.measurement,
        card=card,
        files=[header.path for exam in listing.exams for header in exam.headers if header.path is not None],
        libraries=[backend],
        notices=listing.notices,
        unused=listing.unused,
    )
    if settings.output_dir is not None:
        write_bytes(settings.output_dir / "run.json", json_bytes(run))
    return run, model


def _write_tables(report: BatchReport, folder: Path | None, style: CsvStyle) -> None:
    if folder is None:
        return
    errors: list[OpenBacError] = []
    tables = {
        "run.json": json_bytes(report.run),
        "views.csv": views_csv(report.views, style=style),
        "exams.csv": exams_csv(report.exams, style=style),
        "failures.csv": failures_csv(report.views, style=style),
        "unused.csv": unused_csv(report.run.unused, style=style),
        EXAMS_JSON: json_bytes(report.exams),
    }
    for name, content in tables.items():
        try:
            if content is not None:
                write_bytes(folder / name, content)
            else:
                (folder / name).unlink(missing_ok=True)
        except OutputError as error:
            errors.append(error)
    if errors:
        raise errors[0]
