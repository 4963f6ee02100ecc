"""Shards of a cohort put together into the folder that one process would have written."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from shared_core.cohort.batch_plan import BatchPlan, read_plan, write_plan
from shared_core.cohort.exam_mark import ENDED, MARK, FolderOfExams, read_mark
from shared_core.cohort.filed_twice import filed_twice, with_unused
from shared_core.cohort.report import BatchReport, write_tables
from shared_core.errors import UsageError
from shared_core.exporting.folder_lock import alone_in
from shared_core.exporting.whole_folder import whole_folder
from shared_core.records.canonical_json import json_bytes
from shared_core.records.cells import CsvStyle
from shared_core.records.record_reading import read_record
from shared_core.records.record_types import RunRecord, UnusedRecord

_OF_A_SHARD = ("output",)
"""What was asked for that differs between the shards of one cohort."""


@dataclass(frozen=True)
class _Part:
    folder: Path
    plan: BatchPlan
    run: RunRecord


def merge_shards(
    folders: Sequence[Path],
    output: Path,
    *,
    style: CsvStyle = "plain",
    progress: Callable[[int, int], None] | None = None,
) -> BatchReport:
    """Copy the exams of all shards into one folder, and write its tables.

    Stopped, it goes on where it was. An exam whose view failed is taken over as it is.

    Parameters
    ----------
    folders
        Results of the shards, one of each, in any order.
    progress
        Called with (exams, all exams).

    Raises
    ------
    UsageError
        A shard is missing, there twice, not at its end, or of another cohort, model or settings.
    OutputError
        The folder cannot be written, or another run works in it.
    """
    parts = _checked(folders)
    order = [key for key in parts[0].plan.order if any(key in part.plan.exams for part in parts)]
    of_exam = {key: part for part in parts for key in part.plan.exams}
    with alone_in(output, who="run"):
        for done, key in enumerate(order, 1):
            _take_over(of_exam[key].folder / key, output / key)
            if progress is not None:
                progress(done, len(order))
        plan = BatchPlan(
            exams={key: of_exam[key].plan.exams[key] for key in order},
            order=tuple(order),
            unread=parts[0].plan.unread,
        )
        write_plan(output, plan)
        exams = FolderOfExams(output, order)
        run = _run_of(parts, exams, output)
        report = BatchReport(run, keys=tuple(order), plan=plan, gathered=exams)
        write_tables(report, output, style)
        return report


def _checked(folders: Sequence[Path]) -> list[_Part]:
    found: dict[int, _Part] = {}
    first: _Part | None = None
    for folder in folders:
        plan = read_plan(folder)
        if plan is None or plan.shard is None:
            raise UsageError(
                f"{folder}: holds no results of a shard; name the folder of each shard of the cohort."
            )
        part = _Part(folder, plan, read_record(folder / "run.json", RunRecord))
        first = first or part
        if (plan.order, plan.shard.of) != (first.plan.order, (first.plan.shard or plan.shard).of):
            raise UsageError(f"{folder}: is a shard of another cohort than {first.folder}.")
        if plan.shard.number in found:
            raise UsageError(f"{folder}: is the same shard as {found[plan.shard.number].folder}.")
        _require_same(part, first)
        _require_ended(part)
        found[plan.shard.number] = part
    shard = first.plan.shard if first is not None else None
    if shard is None:
        raise UsageError("No shard was named.")
    missing = [str(number) for number in range(1, shard.of + 1) if number not in found]
    if missing:
        raise UsageError(f"Of {shard.of} shards {', '.join(missing)} is missing; name the folder of each.")
    return [found[number] for number in sorted(found)]


def _require_same(part: _Part, first: _Part) -> None:
    for name in ("software", "versions", "settings", "model"):
        if getattr(part.run, name) != getattr(first.run, name):
            raise UsageError(
                f"{part.folder} and {first.folder} were made with different {name}; analyse one of them "
                "again."
            )
    if _asked(part) != _asked(first):
        raise UsageError(
            f"{part.folder} and {first.folder} were made with different options; analyse one of them again."
        )


def _asked(part: _Part) -> dict[str, object]:
    return {name: value for name, value in part.run.arguments.items() if name not in _OF_A_SHARD}


def _require_ended(part: _Part) -> None:
    left = [key for key in part.plan.exams if read_mark(part.folder, key) is None]
    if left:
        raise UsageError(
            f"{part.folder}: {len(left)} of its {len(part.plan.exams)} exams are not analysed yet; go on "
            "with it first."
        )


def _take_over(source: Path, target: Path) -> None:
    """Whole, and only where it is not there yet."""
    for name in (MARK, ENDED):
        if (source / name).is_file():
            if (target / name).is_file() and (target / name).read_bytes() == (source / name).read_bytes():
                return
            with whole_folder(target, replace=True) as beside:
                shutil.copytree(source, beside, dirs_exist_ok=True)
            return


def _run_of(parts: Sequence[_Part], exams: FolderOfExams, output: Path) -> RunRecord:
    """As one process would have it."""
    files = [
        image.file
        for ended in exams.ended(views="none")
        for image in (ended.exam.views if ended.exam is not None else ())
    ]
    there = set(files)
    files += [file for part in parts for file in part.run.files if file not in there]
    unused: dict[bytes, UnusedRecord] = {
        json_bytes(record): record for part in parts for record in part.run.unused
    }
    first = parts[0].run
    run = msgspec.structs.replace(
        first, arguments={**first.arguments, "output": str(output)}, files=tuple(files)
    )
    return with_unused(run, unused.values(), filed_twice(exams.ended(views="none")))
