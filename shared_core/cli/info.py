"""``bac info``: what was understood of a file, and why."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

from rich.table import Table

from shared_core.cli.exit_codes import FAILED, OK
from shared_core.cli.remedies import error_words
from shared_core.cli.screen import escape, print_warnings, screen
from shared_core.cli.stated_facts import facts_of
from shared_core.cli.unused_lines import print_unused
from shared_core.errors import OpenBacError
from shared_core.mammogram import StatedFacts
from shared_core.notices import Notice
from shared_core.reading.content import is_archive
from shared_core.reading.description import Row, describe
from shared_core.reading.facts.table import stated_of
from shared_core.reading.reader import Spacing, read_header, read_mammogram
from shared_core.reading.unused import UnusedFile
from shared_core.records.canonical_json import plain

NOT_LOOKED_AT: Final = Row(
    "pixels", "not looked at", "--pixels tells their values, and whether the display fits"
)


def run(args: argparse.Namespace) -> int:
    """Describe each file; return 1 when one could not be read."""
    documents: list[dict[str, object]] = []
    console, table_of_facts = screen(140), facts_of(args)
    files, unused = _files(args)
    failed = any(file.is_failure for file in unused)
    for path in files:
        try:
            facts, about_facts = stated_of(table_of_facts, path)
            if args.pixels:
                rows, about_file = _of_the_image(path, args.spacing_mm, facts)
            else:
                header = read_header(path, spacing_mm=args.spacing_mm, facts=facts)
                rows, about_file = [*describe(header), NOT_LOOKED_AT], header.notices
        except OpenBacError as error:
            failed = True
            documents.append({"file": str(path), "error": error_words(error)})
            if not args.json:
                print(f"bac info: {error_words(error)}", file=sys.stderr)
            continue
        notices = (*about_file, *about_facts)
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
        _print_document(documents, unused)
    else:
        print_unused("[bold]Not used[/bold]", [file for file in unused if not file.used], console)
        print_unused("[bold]Contradictory[/bold]", [file for file in unused if file.used], console)
    return FAILED if failed else OK


def _print_document(documents: list[dict[str, object]], unused: list[UnusedFile]) -> None:
    # Loaded here: records come with all quantities, which a table for people does without.
    from shared_core.records.unused_files import unused_records

    document = {"files": documents, "unused": plain(unused_records(unused))}
    print(json.dumps(document, indent=2, ensure_ascii=False))


def _of_the_image(
    path: Path, spacing_mm: Spacing | None, facts: StatedFacts | None
) -> tuple[list[Row], tuple[Notice, ...]]:
    # Loaded here: without pixels it is not needed, and takes longer than a header.
    from shared_core.preprocessing.display_fit import fitting_display

    mammogram = read_mammogram(path, spacing_mm=spacing_mm, facts=facts)
    display, about_display = fitting_display(mammogram)
    rows = describe(mammogram.header, replace(mammogram, display=display))
    return rows, (*mammogram.header.notices, *about_display)


def _files(args: argparse.Namespace) -> tuple[list[Path], list[UnusedFile]]:
    """Files to describe: those named, and the mammograms of folders and archives; and what is not used."""
    named = [path for path in args.files if not path.is_dir() and not is_archive(path)]
    if args.files == named[:1]:
        return named, []
    # Loaded here: single files are not grouped.
    from shared_core.reading.exam_grouping import find_exams

    listing = find_exams(args.files, spacing_mm=args.spacing_mm)
    found = [header.path for exam in listing.exams for header in exam.headers if header.path is not None]
    # What is wrong with a named file is said where it is described.
    unused = [file for file in listing.unused if file.path not in named or file.beside is not None]
    return [*named, *sorted(set(found) - set(named))], unused
