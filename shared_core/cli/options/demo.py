"""The options of ``bac demo``."""

from __future__ import annotations

from pathlib import Path

from shared_core.cli import arguments
from shared_core.cli.arguments import Subparsers, command, option
from shared_core.weights.registry import DEFAULT_MODEL

DEFAULT_OUTPUT = Path("demo-output")


def add_parser(subparsers: Subparsers) -> None:
    """Add ``demo`` to the parser of ``bac``."""
    parser = command(
        subparsers,
        "demo",
        help="analyse a simulated exam and compare with its true calcium",
        description="Simulate a four-view exam, analyse it, and compare the result with its true "
        "calcium. Research use only: never a diagnosis.",
    )
    folder = f"folder for the results (default: {DEFAULT_OUTPUT})"
    option(parser, "-o/--output OUT", folder, Path, default=DEFAULT_OUTPUT)
    arguments.add_model(parser, default=DEFAULT_MODEL)
    arguments.add_device(parser)
    arguments.add_backend(parser)
    arguments.add_workers(parser)
