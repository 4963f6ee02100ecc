"""Measure simulated exams and write ``docs/validation_simulation.md``.

    python -m validation.exams --rows ROWS.csv --patients 56 --workers 2    # measures, hours
    python -m validation.exams --rows ROWS.csv --page                       # writes the page, seconds

The first goes on where it was stopped; the rows are kept as patients are done.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from shared_core.errors import OpenBacError
from shared_core.thread_budget import ThreadBudget
from validation import DOCS
from validation.exams.measuring import measure_patient
from validation.exams.page import simulation_page
from validation.exams.rows_file import read_manifest, read_rows
from validation.exams.study import run_study
from validation.false_area import read_false_area


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, or write the page; return the exit code."""
    args = _parser().parse_args(arguments)
    try:
        return _write_page(args.rows, args.output) if args.page else _measure(args)
    except OpenBacError as error:
        print(f"validation: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m validation.exams",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rows", type=Path, required=True, metavar="FILE.csv", help="one row a view")
    parser.add_argument("--patients", type=int, default=56, metavar="N", help="four views each (56)")
    parser.add_argument("--first", type=int, default=1000, metavar="SEED", help="of the first patient (1000)")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="patients at a time (2)")
    parser.add_argument("--page", action="store_true", help="write the page from the rows, measure nothing")
    parser.add_argument("-o", "--output", type=Path, default=DOCS / "validation_simulation.md", help="page")
    return parser


def _measure(args: argparse.Namespace) -> int:
    seeds = range(args.first, args.first + args.patients)
    with ProcessPoolExecutor(args.workers, get_context("spawn"), ThreadBudget().bind) as pool:
        failed = run_study(args.rows, seeds, measure=measure_patient, pool=pool)
    return 1 if failed else 0


def _write_page(rows: Path, output: Path) -> int:
    real = read_false_area((DOCS / "validation.md").read_text(encoding="utf-8"))
    output.write_text(simulation_page(read_rows(rows), read_manifest(rows), real), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
