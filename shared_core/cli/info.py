"""``bac info``: what was understood of a file, and why."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from shared_core.cli import arguments
from shared_core.cli.exit_codes import FAILED, OK
from shared_core.cli.remedies import error_words, notice_words
from shared_core.errors import OpenBacError
from shared_core.preprocessing.display_fit import fitting_display
from shared_core.reading.description import describe
from shared_core.reading.reader import read_mammogram
from shared_core.records.canonical_json import plain


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``info`` to the parser of ``bac``."""
    parser = subparsers.add_parser(
        "info",
        help="show what was read from the headers of image files, and from which attributes",
        description="Show what was read from the headers of image files, and from which attributes.",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="image file")
    parser.add_argument("--json", action="store_true", help="print a JSON document instead of a table")
    parser.add_argument(
        "--spacing-mm",
        type=arguments.spacing,
        metavar="MM[,MM]",
        help="pixel spacing (row,column) in the plane of the breast, for files without one",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Describe each file; return 1 when one could not be read."""
    documents: list[dict[str, object]] = []
    failed = False
    console = Console(width=None if sys.stdout.isatty() else 140, highlight=False)
    for path in args.files:
        try:
            mammogram = read_mammogram(path, spacing_mm=args.spacing_mm)
        except OpenBacError as error:
            failed = True
            documents.append({"file": str(path), "error": error_words(error)})
            if not args.json:
                print(f"bac info: {error_words(error)}", file=sys.stderr)
            continue
        display, display_notices = fitting_display(mammogram)
        rows = describe(mammogram.header, replace(mammogram, display=display))
        notices = (*mammogram.header.notices, *display_notices)
        documents.append(
            {
                "file": str(path),
                "error": None,
                "understood": {row.label: {"value": row.value, "why": row.why} for row in rows},
                "notices": plain(notices),
            }
        )
        if not args.json:
            table = Table("", "Value", "From", title=escape(str(path)), title_justify="left", show_edge=False)
            for row in rows:
                table.add_row(row.label, escape(row.value), escape(row.why))
            console.print(table)
            for notice in notices:
                console.print(f"[yellow]warning:[/yellow] {escape(notice_words(notice))}", soft_wrap=True)
            console.print()
    if args.json:
        print(json.dumps({"files": documents}, indent=2, ensure_ascii=False))
    return FAILED if failed else OK
