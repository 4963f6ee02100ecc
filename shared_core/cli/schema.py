"""``bac schema``: the JSON Schema of the results."""

from __future__ import annotations

import argparse
import sys

from shared_core.cli.exit_codes import OK
from shared_core.records.canonical_json import json_bytes
from shared_core.records.schema import SCHEMAS, schema_of


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``schema`` to the parser of ``bac``."""
    parser = subparsers.add_parser(
        "schema",
        help="print the JSON Schema of the results",
        description="Print the JSON Schema (draft 2020-12) of the JSON files that bac writes.",
    )
    parser.add_argument(
        "record",
        nargs="?",
        choices=SCHEMAS,
        default="results",
        help="a view's file, an entry of exams.json, run.json, or the document of bac analyze --json "
        "(default)",
    )
    parser.set_defaults(run=run, parser=parser)


def run(args: argparse.Namespace) -> int:
    """Print; return the exit code."""
    sys.stdout.buffer.write(json_bytes(schema_of(args.record)))
    return OK
