"""What ``bac analyze`` shows while it works and when it is done."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from shared_core.cli.remedies import notice_words
from shared_core.cli.screen import escape, plural, progress_bar, table_of
from shared_core.cli.unused_lines import print_unused
from shared_core.cohort.outcome import ViewOutcome
from shared_core.cohort.report import BatchReport
from shared_core.cohort.settings import BatchSettings, named_model
from shared_core.notices.of_files import WHO_IS_WHO
from shared_core.plain_text import one_line
from shared_core.quantities.quantity import Scope
from shared_core.quantities.registry import QUANTITIES
from shared_core.reading.exam_grouping import ExamListing
from shared_core.records.record_types import ExamRecord, ViewRecord
from shared_core.weights.registry import load_card
from shared_core.wording import phrases


class BatchConsole:
    """Progress bars of images and tiles; plain lines where there is no terminal.

    The console is on standard error, so that standard output stays for data.
    """

    def __init__(self, console: Console) -> None:
        self.seconds = 0.0
        self._console = console
        times = TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn()
        self._progress = progress_bar(console, *times)
        self._images = self._progress.add_task("images", total=None, visible=False)
        self._tiles = self._progress.add_task("tiles", total=None, visible=False)
        self._under_way: dict[int, tuple[int, int]] = {}
        self._tiles_before = 0
        self._finished = 0
        self._total = 0
        self._start = time.perf_counter()

    def __enter__(self) -> BatchConsole:
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.seconds = time.perf_counter() - self._start
        self._progress.stop()

    def files_read(self, done: int, total: int) -> None:
        """Reading the headers goes on."""
        self._progress.update(
            self._images, description="reading files", completed=done, total=total, visible=True
        )

    def start(self, listing: ExamListing, finished: Collection[str] = ()) -> None:
        """The images are known, and the keys of the exams that were finished before."""
        exams = [exam for exam in listing.exams if exam.key not in finished]
        self._total = sum(len(exam.headers) for exam in exams)
        self._progress.update(
            self._images, description="images", completed=0, total=self._total, visible=True
        )
        if finished:
            self._console.print(f"{plural(len(finished), 'exam')} finished before, not made again")
        self._console.print(f"{plural(self._total, 'image')} in {plural(len(exams), 'exam')}")

    def tile_done(self, number: int, done: int, total: int) -> None:
        """A piece of one image is done."""
        self._under_way[number] = (done, total)
        self._show_tiles()

    def view_done(self, outcome: ViewOutcome) -> None:
        """One image is done."""
        self._finished += 1
        done, _ = self._under_way.pop(outcome.task.number, (0, 0))
        self._tiles_before += done
        self._progress.update(self._images, completed=self._finished)
        self._show_tiles()
        if not self._console.is_terminal:
            self._console.print(
                one_line(
                    f"[{self._finished}/{self._total}] {outcome.task.path.name}: {outcome_phrase(outcome)}"
                ),
                markup=False,
                soft_wrap=True,
            )

    def _show_tiles(self) -> None:
        done = self._tiles_before + sum(done for done, _ in self._under_way.values())
        total = self._tiles_before + sum(total for _, total in self._under_way.values())
        if total:
            self._progress.update(self._tiles, completed=done, total=total, visible=True)


def print_model(settings: BatchSettings, console: Console) -> None:
    """Say which model runs."""
    card = load_card(named_model(settings))
    console.print(f"Model {card.name}, sha256 {card.sha256[:8]}", markup=False, soft_wrap=True)


def outcome_phrase(outcome: ViewOutcome) -> str:
    """One image's result in a few words."""
    measurement = outcome.measurement
    if measurement is None:
        return f"failed: {outcome.record.error}"
    if phrases.is_heat_map(outcome.record.provenance):
        return phrases.classified(measurement)
    others = f", {phrases.short_other(measurement)}" if measurement.other_count else ""
    if measurement.bac_area_mm2 is not None:
        return f"BAC {measurement.bac_area_mm2:.1f} mm2 ({measurement.am_px} px){others}"
    return f"BAC {measurement.am_px} px{others}"


def print_summary(report: BatchReport, console: Console, *, output_dir: Path | None, seconds: float) -> None:
    """Tables of views, exams and failures, and where the files are."""
    images = sum(report.plan.exams.get(key, 0) for key in report.keys) if report.plan is not None else 0
    exams = report.exams
    if images <= _MOST_IMAGES:
        good = [record for record in report.views if record.status == "ok"]
        if good:
            console.print(_view_table(good))
        if exams:
            console.print(_exam_table(exams))
    _print_grouping(report, exams, console)
    failed = {record.file for record in report.failures}
    lost = [file for file in report.unused if str(file.path) in failed]
    print_unused("[bold red]Failed[/bold red]", lost, console)
    for key, reason in report.unwritten.items():
        console.print(f"not all of {key} was written: {reason}", markup=False, soft_wrap=True)
    others = [file for file in report.unused if file not in lost]
    print_unused("[bold]Not used[/bold]", [file for file in others if not file.used], console)
    print_unused("[bold]Contradictory[/bold]", [file for file in others if file.used], console)
    if report.kept:
        console.print(f"{plural(len(report.kept), 'exam')} of earlier runs kept in the tables")
    if report.cancelled:
        console.print("[bold]Stopped.[/bold] What was finished before is kept.")
    if output_dir is not None:
        console.print(f"Results in {output_dir} ({seconds:.1f} s)", markup=False, soft_wrap=True)


def _print_grouping(report: BatchReport, exams: Sequence[ExamRecord], console: Console) -> None:
    """About tables of facts, and which images belong together: each sentence once, with its exams."""
    exams_of: dict[str, list[str]] = {notice_words(notice): [] for notice in report.run.notices}
    for record in exams:
        for notice in record.notices:
            if notice.code in WHO_IS_WHO:
                exams_of.setdefault(notice_words(notice), []).append(record.key)
    for words, keys in exams_of.items():
        more = f" and {len(keys) - _MOST_NAMED} more" if len(keys) > _MOST_NAMED else ""
        of_exams = f" ({', '.join(keys[:_MOST_NAMED])}{more})" if keys else ""
        console.print(f"[yellow]warning:[/yellow] {escape(words + of_exams)}", soft_wrap=True)


_MOST_NAMED: Final = 4
_MOST_IMAGES: Final = 200
"""Whose numbers are shown; those of more are in the tables alone."""


def _view_table(records: Sequence[ViewRecord]) -> Table:
    judged = (key for key in _JUDGED_NUMBERS if any(record.number(key) is not None for record in records))
    shown = (*_VIEW_NUMBERS, *judged)
    table = table_of(("File", "View"), (*_titles("view", shown), "notices"), title="Views")
    for record in records:
        table.add_row(
            escape(Path(record.file).name),
            f"{record.laterality or '?'}{record.view or '?'}",
            *(_shown("view", record, key) for key in shown),
            str(len(record.notices)) if record.notices else "",
        )
    return table


def _exam_table(exams: Sequence[ExamRecord]) -> Table:
    columns = ("analysed", "views used", "missing", *_titles("exam", _EXAM_NUMBERS))
    table = table_of(["Exam"], columns, title="Exams")
    for record in exams:
        table.add_row(
            escape(record.key),
            f"{record.views_analysed} of {record.views_total}",
            ", ".join(record.views_used) or "-",
            ", ".join(record.missing_views) or "-",
            *(_shown("exam", record, key) for key in _EXAM_NUMBERS),
        )
    return table


_VIEW_NUMBERS: Final = ("am_px", "bac_area_mm2", "bac_percent_of_breast", "area_grade", "tam_px")
_JUDGED_NUMBERS: Final = ("bac_probability", "other_count")
"""Where a model judged the parts, or the view as a whole."""
_EXAM_NUMBERS: Final = ("bac_percent_of_breast", "area_grade", "guo_index")


def _titles(scope: Scope, keys: Sequence[str]) -> list[str]:
    quantities = [QUANTITIES.entry(scope, key).quantity for key in keys]
    return [f"{one.label.format(x='')} {one.unit.text}".strip() for one in quantities]


def _shown(scope: Scope, record: ViewRecord | ExamRecord, key: str) -> str:
    value = record.number(key)
    return "-" if value is None else QUANTITIES.entry(scope, key).text(value)
