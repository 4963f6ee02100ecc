"""``bac merge``: shards of a cohort put together."""

from __future__ import annotations

import argparse
import sys

from shared_core.cli.exit_codes import FAILED, OK
from shared_core.cli.screen import PlainConsole, plural, progress_bar
from shared_core.cohort.merging import merge_shards


def run(args: argparse.Namespace) -> int:
    """Merge; return the exit code."""
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
