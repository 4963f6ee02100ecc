"""``bac merge``: shards of a cohort put together."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from shared_core.cli.arguments import Subparsers, command, option
from shared_core.cli.exit_codes import FAILED, OK
from shared_core.cli.screen import PlainConsole, plural, progress_bar


def add_parser(subparsers: Subparsers) -> None:
    """Add ``merge`` to the parser of ``bac``."""
    parser = command(
        subparsers,
        "merge",
        run,
        help="put shards of a cohort together",
        description="Put the results of bac analyze --shard together into one folder, the same that one run "
        "over the cohort would have written. Stopped, the same command goes on. "
        "Research use only: never a diagnosis.",
    )
    option(parser, "shards SHARD", "folder of results of a shard", Path, nargs="+")
    option(parser, "-o/--output OUT", "folder for the results of the cohort", Path, required=True)
    option(
        parser,
        "--csv",
        "how tables are written, as of bac analyze (default: plain)",
        choices=("plain", "excel", "excel-semicolon"),
        default="plain",
    )
    option(parser, "-q/--quiet", "no progress and no summary")


def run(args: argparse.Namespace) -> int:
    """Merge; return the exit code."""
    # Loaded here: `bac --help` needs none of it.
    from shared_core.cohort.merging import merge_shards

    console = PlainConsole(stderr=True, quiet=args.quiet, highlight=False)
    with progress_bar(console) as bar:
        task = bar.add_task("exams", total=None)
        report = merge_shards(
            args.shards,
            args.output,
            style=args.csv,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    failed = [*(record.file for record in report.run.unused if not record.used)]
    console.print(
        f"{plural(len(report.keys), 'exam')} in {args.output}; {plural(len(failed), 'file')} not used, see "
        "unused.csv",
        markup=False,
        soft_wrap=True,
    )
    if (args.output / "failures.csv").exists():
        print(f"bac: some inputs failed; see {args.output / 'failures.csv'}.", file=sys.stderr)
        return FAILED
    return OK
