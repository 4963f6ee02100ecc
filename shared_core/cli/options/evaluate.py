"""The options of ``bac evaluate``."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from shared_core.cli import arguments
from shared_core.cli.arguments import Options, Subparsers, command, option


def add_parser(subparsers: Subparsers) -> None:
    """Add ``evaluate`` to the parser of ``bac``."""
    parser = command(
        subparsers,
        "evaluate",
        help="score a model on labelled views, or two models against each other",
        description="Score a model on labelled views: Dice, share of the arteries' length that is found, "
        "false area, free response and calibration, by severity, density, style and look-alike; or two "
        "models on the same views. Stopped at any moment, the same command goes on. "
        "Needs the extra statistics.",
    )
    add = partial(option, parser)
    add("model MODEL", "a model's name or its card's .json file")
    add(
        "data DATA",
        "labelled views as for bac train: simulated:patients=40,seed=1 · folder:IMAGES,masks=MASKS · "
        "inserted:IMAGES · corrections:RESULTS · mdai:EXPORT,images=IMAGES · "
        "label-studio:EXPORT,images=IMAGES",
        nargs="+",
    )
    add("-o/--output OUT", "folder for results", Path, required=True)
    add("--against MODEL2", "another model, on the same views")
    add("--split FILE", "only one side of this split.json of bac train", Path)
    sides = ("train", "validation", "test")
    add("--side", "side of --split (default: test)", choices=sides, default="test")
    add(
        "--tolerance-mm MM",
        "how far from an artery's centre line a mark may lie to have found it (default: 0.84, 12 px)",
        _length,
        default=0.84,
    )
    _add_calibration_options(parser.add_argument_group("calibration"))
    group = parser.add_argument_group("run")
    arguments.add_device(group)
    arguments.add_backend(group)
    option(group, "--workers N", "views at the same time (default: 1)", arguments.count, default=1)
    option(group, "--threads N", "CPU threads of one view (default: 1)", arguments.count, default=1)
    option(group, "-q/--quiet", "no progress and no summary")


def _add_calibration_options(group: Options) -> None:
    option(
        group,
        "--calibrate",
        "also write a copy of MODEL's card with temperature and threshold from these views: where "
        "pooled Dice is largest, or where the share --recall of the pixels or of the arteries' length is "
        "found",
        choices=("dice", "recall", "vessel-recall"),
    )
    share = "share to find, for --calibrate (default: 0.5)"
    option(group, "--recall R", share, arguments.probability, default=0.5)
    option(group, "--name NAME", "name of the copy (default: MODEL's with -calibrated)")


def _length(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number, not {text!r}") from None
    if not 0 < value <= 10:
        raise argparse.ArgumentTypeError(f"must lie above 0 and at most at 10 mm, not {text}")
    return value
