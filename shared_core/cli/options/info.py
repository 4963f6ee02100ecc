"""The options of ``bac info``."""

from __future__ import annotations

from pathlib import Path

from shared_core.cli.arguments import Subparsers, add_facts, add_spacing, command, option


def add_parser(subparsers: Subparsers) -> None:
    """Add ``info`` to the parser of ``bac``."""
    text = "show what was read from the headers of image files, and from which attributes"
    parser = command(subparsers, "info", help=text, description=f"{text.capitalize()}.")
    option(parser, "files FILE", "image file, folder or ZIP archive", Path, nargs="+")
    option(parser, "--json", "print a JSON document instead of a table")
    pixels = "decode the pixels as well: their values, damage, and whether the display fits them"
    option(parser, "--pixels", pixels)
    add_spacing(parser)
    add_facts(parser)
