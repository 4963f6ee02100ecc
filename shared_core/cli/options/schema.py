"""The options of ``bac schema``."""

from __future__ import annotations

from shared_core.cli.arguments import Subparsers, command
from shared_core.records.schema_names import SCHEMAS


def add_parser(subparsers: Subparsers) -> None:
    """Add ``schema`` to the parser of ``bac``."""
    parser = command(
        subparsers,
        "schema",
        help="print the JSON Schema of the results",
        description="Print the JSON Schema (draft 2020-12) of the JSON files that bac writes.",
    )
    text = "a view's file, an entry of exams.json, run.json, or the document of bac analyze --json (default)"
    parser.add_argument("record", nargs="?", choices=SCHEMAS, default="results", help=text)
