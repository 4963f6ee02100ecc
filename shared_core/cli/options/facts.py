"""The options of ``bac facts``."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from shared_core.cli import arguments
from shared_core.cli.arguments import Subparsers, command, option


def add_parser(subparsers: Subparsers) -> None:
    """Add ``facts`` to the parser of ``bac``."""
    parser = command(
        subparsers,
        "facts",
        help="write a table of what is known of images, to complete and give to --facts",
        description="Write a table (CSV) of what is known of images: patient, date, side, view, spacing, "
        "manufacturer. Complete it, and give it to the other commands with --facts. The patient IDs of the "
        "files stand in it, no names.",
    )
    add = partial(option, parser)
    add("paths PATH", "image file or folder", Path, nargs="+")
    add("-o/--output TABLE", "file for the table (default: standard output)", Path)
    arguments.add_facts(parser)
