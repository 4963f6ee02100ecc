"""The options of ``bac change``."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from shared_core.cli.arguments import (
    Subparsers,
    command,
    option,
    probability,
)


def add_parser(subparsers: Subparsers) -> None:
    """Add ``change`` to the parser of ``bac``."""
    parser = command(
        subparsers,
        "change",
        help="tell whether BAC changed between serial exams, with limits",
        description="Tell whether BAC changed between serial exams of a patient, with the limits that the "
        "error of measurement sets. Research use only: never a diagnosis.",
    )
    add = partial(option, parser)
    add(
        "results [DATE=]RESULTS",
        "folder of bac analyze -o or file of --json; a date (2021-03-31=) where the exam has none",
        nargs="+",
    )
    add("-o/--output OUT", "folder for tables and plots", Path)
    add("--json", "print a JSON document to standard output")
    add("--patient ID", "only this patient (default: all with two exams or more)")
    add("--one-patient", "treat all exams as those of one patient")
    add(
        "--quantity COLUMN",
        "a column of views.csv; can be repeated (default: index, area, percentage, length, mass)",
        action="append",
    )
    add(
        "--error-from RESULTS",
        "results of a cohort: take the error of measurement from its CC/MLO pairs; can be "
        "repeated (default: from the series)",
        Path,
        action="append",
    )
    add(
        "--confidence P",
        "confidence of the limits and the decision (default: 0.95)",
        probability,
        default=0.95,
    )
