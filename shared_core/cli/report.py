"""``bac report``: a page to look a cohort through."""

from __future__ import annotations

import argparse

from shared_core.cli.exit_codes import OK
from shared_core.cli.screen import PlainConsole, plural, progress_bar, warn_outdated
from shared_core.cohort_page.more_columns import MoreColumns, read_more_columns
from shared_core.cohort_page.writing import PageSettings, keys_of, write_page
from shared_core.records.readings import check_readings, read_readings


def run(args: argparse.Namespace) -> int:
    """Make the page; return the exit code."""
    readings = {}
    if args.reading is not None:
        readings = read_readings(args.reading)
        check_readings(readings, keys_of(args.results), args.reading)
    settings = PageSettings(
        names=args.names,
        pictures_copied=args.pictures == "copy",
        more=read_more_columns(args.columns) if args.columns is not None else MoreColumns(),
        readings=readings,
    )
    first = args.results[0].resolve()
    output = args.output if args.output is not None else first.with_name(f"{first.name}-report")
    console = PlainConsole(stderr=True, quiet=args.quiet, highlight=False)
    with progress_bar(console) as bar:
        task = bar.add_task("exams", total=None)
        report = write_page(
            args.results,
            output,
            settings,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    warn_outdated(report.outdated)
    left = f", {report.left} not analysed yet" if report.left else ""
    if report.repeated:
        words = f"{plural(report.repeated, 'exam')} in several folders: that with corrections is shown, else"
        console.print(f"{words} that of the folder named first", markup=False, soft_wrap=True)
    console.print(
        f"{plural(report.exams, 'exam')}{left}, {report.to_check} to check first: {report.page}",
        markup=False,
        soft_wrap=True,
    )
    return OK
