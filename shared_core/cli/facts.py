"""``bac facts``: a table of what is known of images, to be completed by a person."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from shared_core.cli import arguments
from shared_core.cli.arguments import Subparsers, command, option
from shared_core.cli.exit_codes import FAILED, OK
from shared_core.cli.remedies import notice_words
from shared_core.cli.screen import plural
from shared_core.exporting.atomic_write import write_bytes
from shared_core.mammogram import MammogramHeader
from shared_core.reading.exam_grouping import find_exams
from shared_core.reading.unused import unused_sentences
from shared_core.records.facts_rows import known_table


def add_parser(subparsers: Subparsers) -> None:
    """Add ``facts`` to the parser of ``bac``."""
    parser = command(
        subparsers,
        "facts",
        run,
        help="write a table of what is known of images, to complete and give to --facts",
        description="Write a table (CSV) of what is known of images: patient, date, side, view, spacing, "
        "manufacturer. Complete it, and give it to the other commands with --facts. The patient IDs of the "
        "files stand in it, no names.",
    )
    add = partial(option, parser)
    add("paths PATH", "image file or folder", Path, nargs="+")
    add("-o/--output TABLE", "file for the table (default: standard output)", Path)
    arguments.add_facts(parser)


def run(args: argparse.Namespace) -> int:
    """Write the table; return the exit code."""
    listing = find_exams(args.paths, facts=arguments.facts_of(args))
    headers = [header for exam in listing.exams for header in exam.headers]
    for sentence in unused_sentences(listing.unused, most=None):
        print(f"bac facts: {sentence}", file=sys.stderr)
    for notice in listing.notices:
        print(f"bac facts: {notice_words(notice)}", file=sys.stderr)
    if not headers:
        print(f"bac facts: no mammogram was found in {', '.join(map(str, args.paths))}.", file=sys.stderr)
        return FAILED
    base = _base(args.paths)
    table, lacking = known_table({_called(header, base): header for header in headers})
    if args.output is None:
        sys.stdout.buffer.write(table)
        return OK
    write_bytes(args.output, table)
    print(f"{args.output}: {plural(len(headers), 'image')}, {lacking} with something to complete")
    return OK


def _base(paths: Sequence[Path]) -> Path:
    """The one folder, or what all have in common."""
    folders = [path if path.is_dir() else path.parent for path in paths]
    return Path(os.path.commonpath([folder.absolute() for folder in folders]))


def _called(header: MammogramHeader, base: Path) -> str:
    assert header.path is not None
    path = header.path.absolute()
    # what came out of an archive lies elsewhere
    return path.relative_to(base).as_posix() if path.is_relative_to(base) else path.name
