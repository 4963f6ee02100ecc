"""A batch from files and folders to tables and pictures."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Final

import msgspec

from shared_core.cohort.batch_plan import plan_of, read_plan, write_plan
from shared_core.cohort.collector import Collector
from shared_core.cohort.filed_twice import filed_twice, with_unused
from shared_core.cohort.lane import TileProgress
from shared_core.cohort.outcome import ViewOutcome
from shared_core.cohort.place import Place
from shared_core.cohort.pool import Processes
from shared_core.cohort.report import BatchReport, write_tables
from shared_core.cohort.resume import OtherExams, other_exams
from shared_core.cohort.settings import BatchSettings, ViewTask, named_model
from shared_core.cohort.shard import Shard
from shared_core.cohort.worker import Worker
from shared_core.errors import Cancelled, UnreadableImageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.exporting.folder_lock import alone_in
from shared_core.inference.model import Model, choose_for, load_model
from shared_core.mammogram import Exam
from shared_core.networks.table import SCU_NETS
from shared_core.pipeline import checked_threshold
from shared_core.reading.exam_grouping import ExamListing
from shared_core.reading.partners import exam_partners
from shared_core.reading.unused import UnusedFile, failed_files
from shared_core.records.canonical_json import json_bytes
from shared_core.records.record_reading import read_record
from shared_core.records.record_types import RunRecord
from shared_core.records.run_record import run_record
from shared_core.records.unused_files import unused_records
from shared_core.records.view_and_exam import failed_record
from shared_core.version import SOFTWARE_VERSION
from shared_core.weights.card import ModelCard
from shared_core.weights.location import require_files
from shared_core.weights.registry import load_card, weights_beside

_RESERVED: Final = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)", re.IGNORECASE)
"""Names that Windows keeps for itself, with any ending."""
ViewDone = Callable[[ViewOutcome], None]


def run_batch(
    listing: ExamListing,
    settings: BatchSettings,
    *,
    arguments: Mapping[str, object],
    named: Sequence[Path] = (),
    finished: Collection[str] = (),
    others: OtherExams = "refuse",
    shard: Shard | None = None,
    whole: Sequence[str] = (),
    place: Place | None = None,
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
        Keys of exams that are taken over and not made again: see `finished_exams`.
    others
        Whether the output folder may hold results of other exams, which then stay in its tables.
    shard, whole
        Which part of a cohort this is, see `bac merge`, and the keys of all of its exams.
    place
        Where the images are analysed; None for as many processes as there are processors and memory, see
        `Processes`. It has no say in the results.
    view_done, progress
        Called after each image, and with (task number, done, total) after each tile.
    cancelled
        Asked between tiles; true stops the batch, and what is finished is kept.

    Raises
    ------
    OpenBacError
        If the model cannot be had, nothing can be written, another run works in the output folder, or it
        holds what must not be mixed with this; failures of single images are in the report.
    """
    weights_needed = len(finished) < len(listing.exams)
    card, backend, model = _checked(settings, weights_needed=weights_needed)
    tasks = make_tasks(listing.exams)
    left = [task for task in tasks if task.exam_key not in finished]
    analyze = (place or Processes()).outcomes
    outcomes = analyze(left, Worker(settings, model), progress=progress, cancelled=cancelled)
    alone = nullcontext() if settings.output_dir is None else alone_in(settings.output_dir, who="run")
    with alone:
        kept = other_exams(listing.exams, settings, others=others)
        run = _begin_record(listing, settings, arguments, card, backend, added=bool(kept))
        unread = {file.path: file.text for file in failed_files(listing.unused, named)}
        plan = plan_of(listing.exams, whole=whole, shard=shard, unread=unread)
        if settings.output_dir is not None:
            files = frozenset(str(task.path) for task in tasks)
            plan = plan.added_to(read_plan(settings.output_dir), kept=kept, files=files)
            write_plan(settings.output_dir, plan)
        gathered = Collector(listing.exams, tasks, finished=finished, kept=kept, settings=settings)
        report = BatchReport(
            run, kept=kept, keys=tuple(exam.key for exam in listing.exams), gathered=gathered, plan=plan
        )
        try:
            with closing(outcomes):
                for outcome in outcomes:
                    if view_done is not None:
                        view_done(outcome)
                    gathered.receive(outcome)
        except (Cancelled, KeyboardInterrupt):
            report.cancelled = True
        finally:  # a cluster that is lost leaves the tables of what is finished, too
            _conclude(report, gathered, listing, frozenset(unread))
            write_tables(report, settings.output_dir, settings.csv)
        report.unwritten = {key: gathered.unwritten[key] for key in report.keys if key in gathered.unwritten}
        return report


def _conclude(
    report: BatchReport, gathered: Collector, listing: ExamListing, unread: Collection[Path]
) -> None:
    lost = [UnusedFile(o.task.path, o.reason, str(o.record.error)) for o in gathered.failed]
    analysed = {task.path for task in make_tasks(listing.exams)}
    twice = tuple(filed_twice(gathered.ended(views="none")))
    of_now = unused_records((*listing.unused, *lost))
    asked = {record.file for record in of_now} | {str(path) for path in analysed}
    earlier = [record for record in report.run.unused if record.file not in asked]
    report.run = with_unused(report.run, (*earlier, *of_now), twice)
    doubts = (file for file in twice if file.path in analysed)
    report.unused = tuple(sorted((*listing.unused, *lost, *doubts), key=lambda file: str(file.path)))
    report.unread = [failed_record(file.path, file.text) for file in listing.unused if file.path in unread]
    report.failures = [outcome.record for outcome in gathered.failed] + report.unread


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


def _checked(settings: BatchSettings, *, weights_needed: bool) -> tuple[ModelCard, str, Model | None]:
    """Fail before the work and before anything is written: model, device and threshold must be sound."""
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
        require_files(card, weights_dir=weights_beside(name))
    return card, backend, model


def _begin_record(
    listing: ExamListing,
    settings: BatchSettings,
    arguments: Mapping[str, object],
    card: ModelCard,
    backend: str,
    *,
    added: bool,
) -> RunRecord:
    """Write ``run.json`` as far as it is known; the folder must be sound as well."""
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
        if added:
            run = _with_earlier_runs(run, settings.output_dir)
        write_bytes(settings.output_dir / "run.json", json_bytes(run))
    return run


def _with_earlier_runs(run: RunRecord, folder: Path) -> RunRecord:
    """The record of a run that adds to a folder: of all files whose rows are in its tables."""
    try:
        before = read_record(folder / "run.json", RunRecord)
    except UnreadableImageError:
        return run
    now = set(run.files)
    paths = [*before.arguments.get("paths", ()), *run.arguments.get("paths", ())]
    return msgspec.structs.replace(
        run,
        arguments={**run.arguments, "paths": list(dict.fromkeys(paths))},
        files=(*(file for file in before.files if file not in now), *run.files),
        unused=(*before.unused, *run.unused),
    )
