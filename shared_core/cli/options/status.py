"""The options of ``bac status``."""

from __future__ import annotations

from pathlib import Path

from shared_core.cli.arguments import Subparsers, command, option


def add_parser(subparsers: Subparsers) -> None:
    """Add ``status`` to the parser of ``bac``."""
    parser = command(
        subparsers,
        "status",
        help="tell how far a batch is",
        description="Tell what a folder of bac analyze holds: exams that are finished, failed by cause, and "
        "left, and the time to go. Nothing in it changes. Research use only: never a diagnosis.",
    )
    option(parser, "output OUT", "folder of results", Path)
    option(parser, "--json", "as one JSON document, for programs")
