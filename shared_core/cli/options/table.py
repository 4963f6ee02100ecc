"""The options of ``bac table``."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from shared_core.cli.arguments import Subparsers, command, option


def add_parser(subparsers: Subparsers) -> None:
    """Add ``table`` to the parser of ``bac``."""
    parser = command(
        subparsers,
        "table",
        help="results as one table for R, pandas or REDCap, with a data dictionary",
        description="Write results as one table: a row a woman and date, with the numbers of the exam, of "
        "each breast and of each standard view as columns; or a row a number. Beside it a data dictionary "
        "with label, unit and meaning of each column. Research use only: never a diagnosis.",
    )
    add = partial(option, parser)
    add("results RESULT", "folder of results, or document of bac analyze --json", Path, nargs="+")
    add(
        "-o/--output FILE",
        "the table: CSV, or Parquet for a name that ends with .parquet; the dictionary is written beside it",
        Path,
        required=True,
    )
    add(
        "--shape",
        "a row an exam, or a row a number (default: wide)",
        choices=("wide", "long"),
        default="wide",
    )
    add(
        "--reading FILE",
        "readings that were saved on the page of bac report (CSV): columns of their own in the wide table",
        Path,
    )
    add("--csv", "how tables are written", choices=("plain", "excel", "excel-semicolon"), default="plain")
