"""The options of ``bac measure``."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from shared_core.cli import arguments
from shared_core.cli.arguments import Subparsers, command, option
from shared_core.cli.options.analyze import add_measurement_options


def add_parser(subparsers: Subparsers) -> None:
    """Add ``measure`` to the parser of ``bac``."""
    parser = command(
        subparsers,
        "measure",
        help="measure any mask: drawn by hand, or made by another program",
        description="Measure a BAC mask that was drawn by hand or made by another program. No model is "
        "needed. Research use only: never a diagnosis.",
    )
    add = partial(option, parser)
    add("image IMAGE", "the mammogram", Path)
    add("mask MASK", "its mask: PNG, TIFF, PGM, NIfTI or DICOM SEG", Path)
    add("-o/--output OUT", "folder for results", Path)
    add("--json", "print a JSON document to standard output")
    one = "only this label, or this segment of a SEG (default: all labels; the calcification)"
    add("--segment N", one, arguments.count)
    add(
        "--mask-style",
        "whether the mask marks the vessel (default) or only the calcium, which has no area grade",
        choices=("vessel-band", "calcium"),
        default="vessel-band",
    )
    add_measurement_options(parser)
