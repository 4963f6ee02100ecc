"""The options of ``bac calibrate``."""

from __future__ import annotations

import argparse
import datetime
from functools import partial
from pathlib import Path

from shared_core.cli import arguments
from shared_core.cli.arguments import Subparsers, command, option


def add_parser(subparsers: Subparsers) -> None:
    """Add ``calibrate`` to the parser of ``bac``."""
    parser = command(
        subparsers,
        "calibrate",
        help="make a site's calibration for calcium mass from step-phantom images",
        description="Measure how strongly calcium shows on one machine, from raw (FOR PROCESSING) images "
        "of a phantom with known areal densities, one or more for each beam.",
    )
    add = partial(option, parser)
    add("images IMAGE", "raw DICOM image of the phantom", Path, nargs="+")
    add("--steps FILE", "JSON: densities and rectangles", Path, required=True)
    add("-o/--output SITE", "calibration file (.json)", Path, required=True)
    add("--offset VALUE", "pixel value without X-rays (default: 0)", float)
    arguments.add_facts(parser)
    add("--date DAY", "YYYY-MM-DD (default: study date of the first image)", _day)


def _day(text: str) -> str:
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a day like 2026-01-31, not {text!r}") from None
