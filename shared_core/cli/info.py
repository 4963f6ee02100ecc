"""``bac info``: what was understood of a file, and why."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

from rich.table import Table

from shared_core.cli.arguments import Subparsers, add_spacing, command, option
from shared_core.cli.exit_codes import FAILED, OK
from shared_core.cli.remedies import error_words
from shared_core.cli.screen import escape, print_warnings, screen
from shared_core.errors import OpenBacError
from shared_core.preprocessing.display_fit import fitting_display
from shared_core.reading.description import describe
from shared_core.reading.reader import read_mammogram
from shared_core.records.canonical_json import plain


def add_parser(subparsers: Subparsers) -> None:
    """Add ``info`` to the parser of ``bac``."""
    text = "show what was read from the headers of image files, and from which attributes"
    parser = command(subparsers, "info", run, help=text, description=f"{text.capitalize()}.")
    option(parser, "files FILE", "image file", Path, nargs="+")
    option(parser, "--json", "print a JSON document instead of a table")
    add_spacing(parser)


def run(args: argparse.Namespace) -> int:
    """Describe each file; return 1 when one could not be read."""
    documents: list[dict[str, object]] = []
    failed = False
    console = screen(140)
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
            print_warnings(notices, console)
            console.print()
    if args.json:
        print(json.dumps({"files": documents}, indent=2, ensure_ascii=False))
    return FAILED if failed else OK
