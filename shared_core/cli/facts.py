"""``bac facts``: a table of what is known of images, to be completed by a person."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from shared_core.cli.exit_codes import FAILED, OK
from shared_core.cli.remedies import notice_words
from shared_core.cli.screen import plural
from shared_core.cli.stated_facts import facts_of
from shared_core.exporting.atomic_write import write_bytes
from shared_core.mammogram import MammogramHeader
from shared_core.reading.exam_grouping import find_exams
from shared_core.reading.unused import unused_sentences
from shared_core.records.facts_rows import known_table


def run(args: argparse.Namespace) -> int:
    """Write the table; return the exit code."""
    listing = find_exams(args.paths, facts=facts_of(args))
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
