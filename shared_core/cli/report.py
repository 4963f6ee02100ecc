"""``bac report``: a page to look a cohort through."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from shared_core.cli.arguments import Subparsers, command, option
from shared_core.cli.exit_codes import OK
from shared_core.cli.screen import PlainConsole, plural, progress_bar, warn_outdated


def add_parser(subparsers: Subparsers) -> None:
    """Add ``report`` to the parser of ``bac``."""
    parser = command(
        subparsers,
        "report",
        run,
        help="a page to look a cohort through: table, pictures, distributions, what to check first",
        description="Make one folder of HTML from results, to be opened in any browser, without server and "
        "network: a table of exams, pictures, distributions, views that disagree or are missing, and a list "
        "of what to check first, which can be accepted, rejected and commented. Needs the extra report. "
        "Research use only: never a diagnosis.",
    )
    add = partial(option, parser)
    add(
        "results RESULT",
        "folder of bac analyze -o or of an export; of an exam in several that with corrections counts",
        Path,
        nargs="+",
    )
    add("-o/--output PAGE", "folder for the page (default: beside the first RESULT, as RESULT-report)", Path)
    add("--reading FILE", "readings that were saved on the page before (CSV): shown again", Path)
    add(
        "--columns TABLE",
        "table (CSV) with a column exam or patient_id: its other columns, such as site or age, are shown, "
        "sorted and filtered as well",
        Path,
    )
    add("--names", "show the names of patients, from the images where they still are")
    add(
        "--pictures",
        "copy: large pictures are taken into the page, which can be moved; link: they are shown from RESULT "
        "(default: copy)",
        choices=("copy", "link"),
        default="copy",
    )
    add("-q/--quiet", "no progress and no summary")


def run(args: argparse.Namespace) -> int:
    """Make the page; return the exit code."""
    # Loaded here: `bac --help` needs none of it.
    from shared_core.cohort_page.more_columns import MoreColumns, read_more_columns
    from shared_core.cohort_page.writing import PageSettings, keys_of, write_page
    from shared_core.records.readings import check_readings, read_readings

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
