"""The options of ``bac compare``."""

from __future__ import annotations

import argparse
from pathlib import Path

from shared_core.cli import arguments
from shared_core.cli.arguments import Subparsers, command, option


def add_parser(subparsers: Subparsers) -> None:
    """Add ``compare`` to the parser of ``bac``."""
    parser = command(
        subparsers,
        "compare",
        help="measure how well masks, folders of masks or tables agree",
        description="Agreement of A with the reference B: two masks, two folders of masks with equal names, "
        "or two tables (views.csv, exams.csv). Three or more tables or folders are readers, compared in all "
        "pairs and with what most of them say. One table gives classes, groups and percentiles by age.",
    )
    option(
        parser,
        "files FILE",
        "masks, folders of masks, or tables; of two, the second is the reference",
        Path,
        nargs="+",
    )
    option(parser, "-o/--output OUT", "folder for tables and plots", Path)
    option(parser, "--json", "print a JSON document to standard output")
    option(parser, "--common", "leave out what is not in all (default: an error)")
    option(
        parser,
        "--reference REF",
        "compare each FILE with this one, and the models with each other (default: of two files, the second)",
        Path,
    )
    option(
        parser, "--strata COLUMN", "also apart by the values of this column; can be repeated", action="append"
    )
    option(
        parser,
        "--cases TABLE",
        "table about the cases, with columns for --strata (and exam, for masks)",
        Path,
    )
    _add_of_masks(parser.add_argument_group("masks"))
    _add_of_tables(parser.add_argument_group("tables"))


def _add_of_masks(masks: argparse._ArgumentGroup) -> None:
    arguments.add_spacing(masks, "pixel spacing (row,column), for results in mm and mm2")
    option(masks, "--segment N", "only this label, or this segment of a SEG", arguments.count)
    option(masks, "--patches", "also scores of patches of 512 px")


def _add_of_tables(tables: argparse._ArgumentGroup) -> None:
    chosen = "only this column; can be repeated (default: all numbers)"
    option(tables, "--quantity COLUMN", chosen, action="append")
    option(
        tables,
        "--key COLUMN",
        "column that identifies a row; A=B where the tables name it differently (default: exam and view, "
        "key, name or exam)",
    )
    option(
        tables,
        "--pair A=B",
        "a column of A with another one of B, such as pm=ct_voxels; can be repeated",
        _pair,
        action="append",
    )
    option(
        tables,
        "--covariate COLUMN",
        "compare its distribution in two groups; can be repeated",
        action="append",
    )
    option(tables, "--between COLUMN", "groups for --covariate: the values of this column (default: A and B)")
    option(tables, "--percentiles TABLE", "a site's table with age: percentiles by age of FILE's cases", Path)


def _pair(text: str) -> tuple[str, str]:
    """``pm=ct_voxels``: a column of each table."""
    first, equals, second = text.partition("=")
    if not (first and equals and second):
        raise argparse.ArgumentTypeError(f"must be two columns like pm=ct_voxels, not {text!r}")
    return first, second
