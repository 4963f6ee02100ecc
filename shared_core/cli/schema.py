"""``bac schema``: the JSON Schema of the results."""

from __future__ import annotations

import argparse
import sys

from shared_core.cli.arguments import Subparsers, command
from shared_core.cli.exit_codes import OK
from shared_core.records.canonical_json import json_bytes
from shared_core.records.schema import SCHEMAS, schema_of


def add_parser(subparsers: Subparsers) -> None:
    """Add ``schema`` to the parser of ``bac``."""
    parser = command(
        subparsers,
        "schema",
        run,
        help="print the JSON Schema of the results",
        description="Print the JSON Schema (draft 2020-12) of the JSON files that bac writes.",
    )
    text = "a view's file, an entry of exams.json, run.json, or the document of bac analyze --json (default)"
    parser.add_argument("record", nargs="?", choices=SCHEMAS, default="results", help=text)


def run(args: argparse.Namespace) -> int:
    """Print; return the exit code."""
    sys.stdout.buffer.write(json_bytes(schema_of(args.record)))
    return OK
