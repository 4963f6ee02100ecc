"""The options of ``bac export``."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from shared_core.cli import arguments
from shared_core.cli.arguments import Subparsers, command, option
from shared_core.dicom_objects.object_kinds import FOLDER


def add_parser(subparsers: Subparsers) -> None:
    """Add ``export`` to the parser of ``bac``."""
    parser = command(
        subparsers,
        "export",
        help="write results as DICOM objects",
        description="Write the results of bac analyze, or of an export of napari, as DICOM objects. "
        "Research use only: never a diagnosis.",
    )
    add = partial(option, parser)
    add("result RESULT", "folder of results, or of one exam in it", Path)
    add(arguments.DICOM, arguments.DICOM_HELP, arguments.dicom_kinds, required=True)
    add(
        "-o/--output OUT",
        f"folder that takes a folder for each exam (default: {FOLDER} in each exam's folder in RESULT)",
        Path,
    )
    add(
        "--images DIR",
        "folder where the mammograms are now, if they were moved after they were measured",
        Path,
    )
    arguments.add_deidentification(
        parser, f"without identifiers, with images without them in OUT/{arguments.IMAGES}; without pictures"
    )
    add("-q/--quiet", "print problems only")
