"""``bac compare``: agreement of two masks, two folders of masks, or two tables of results."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from shared_core.cli import arguments
from shared_core.cli.arguments import Subparsers, command, option
from shared_core.cli.compare_masks import MaskOptions, compare_masks
from shared_core.cli.compare_report import Report, agreement_table, document, write_report
from shared_core.cli.compare_tables import compare_tables
from shared_core.cli.exit_codes import OK
from shared_core.cli.screen import escape, print_place, screen
from shared_core.errors import UsageError
from shared_core.records.canonical_json import json_bytes


def add_parser(subparsers: Subparsers) -> None:
    """Add ``compare`` to the parser of ``bac``."""
    parser = command(
        subparsers,
        "compare",
        run,
        help="measure how well two masks, folders of masks or tables agree",
        description="Agreement of A with B: two masks, two folders of masks with equal names, or two "
        "tables (views.csv, exams.csv). B is the reference.",
    )
    option(parser, "a A", "mask, folder of masks, or table", Path)
    option(parser, "b B", "the reference, of the same kind", Path)
    option(parser, "-o/--output OUT", "folder for tables and plots", Path)
    option(parser, "--json", "print a JSON document to standard output")
    option(parser, "--common", "leave out what is only in A or only in B (default: an error)")
    masks = parser.add_argument_group("masks")
    arguments.add_spacing(masks, "pixel spacing (row,column), for results in mm and mm2")
    option(masks, "--segment N", "only this label, or this segment of a SEG", arguments.count)
    option(masks, "--patches", "also scores of patches of 512 px")
    tables = parser.add_argument_group("tables")
    chosen = "only this column; can be repeated (default: all numbers)"
    option(tables, "--quantity COLUMN", chosen, action="append")
    option(tables, "--key COLUMN", "column that identifies a row (default: exam and view, key or name)")


def run(args: argparse.Namespace) -> int:
    """Compare; return the exit code."""
    arguments.refuse_json_and_output(args)
    report = _compare(args)
    content = document(report, args.a, args.b)
    if args.json:
        sys.stdout.buffer.write(json_bytes(content))
        return OK
    if args.output is not None:
        write_report(args.output, report, content)
    console = screen(160)
    for table in (*report.tables, *([agreement_table(report.findings)] if report.findings else [])):
        console.print(table)
    for warning in report.warnings:
        console.print(f"[yellow]warning:[/yellow] {escape(warning)}", soft_wrap=True)
    print_place(args.output, console)
    return OK


def _compare(args: argparse.Namespace) -> Report:
    kinds = [_kind(path) for path in (args.a, args.b)]
    if kinds[0] != kinds[1]:
        raise UsageError(f"{args.a} is a {kinds[0]}, {args.b} is a {kinds[1]}; give two of one kind.")
    if kinds[0] == "table":
        return compare_tables(args.a, args.b, columns=args.quantity, key=args.key, common=args.common)
    options = MaskOptions(
        spacing_mm=args.spacing_mm, segment=args.segment, patches=args.patches, common=args.common
    )
    return compare_masks(args.a, args.b, options)


def _kind(path: Path) -> str:
    if not path.exists():
        raise UsageError(f"{path}: there is no such file or folder; check the path.")
    if path.is_dir():
        return "folder"
    return "table" if path.suffix.lower() == ".csv" else "mask"
