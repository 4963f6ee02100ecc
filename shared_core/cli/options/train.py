"""The options of ``bac train``."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from shared_core.cli import arguments
from shared_core.cli.arguments import Subparsers, command, option


def add_parser(subparsers: Subparsers) -> None:
    """Add ``train`` to the parser of ``bac``."""
    parser = command(
        subparsers,
        "train",
        help="train a model, or improve one with corrected exams",
        description="Train a model from a recipe and labelled views, or improve one with corrected exams "
        "(recipe scunet-fine-tune). guo2021-NETWORK trains any network by one rule; mobini-2023 and "
        "mobini-2023-scratch learn from labels of whole images. After an interruption "
        "the same command with --resume continues and gives the same result. Needs the extra train: "
        "pip install 'openbac[train]'.",
    )
    add = partial(option, parser)
    add("recipe RECIPE", "name of a recipe, or a .toml file")
    add(
        "--data SPEC",
        "labelled views; can be repeated: simulated:patients=40,seed=1 · folder:IMAGES,masks=MASKS · "
        "corrections:RESULTS (of bac analyze, masks corrected) · inserted:IMAGES (free of BAC; simulated BAC "
        "is inserted) · mdai:EXPORT,images=IMAGES · label-studio:EXPORT,images=IMAGES · "
        "labels:TABLE.csv,images=IMAGES (labels of whole images, for mobini-2023)",
        action="append",
        required=True,
    )
    add(
        "--pool SPEC",
        "views without labels for a recipe with pseudo-labels (ibrahim-2025); can be repeated: a folder of "
        "images · images:DIR,spacing_mm=F,patient=RULE · any SPEC of --data, whose labels are not used",
        action="append",
    )
    add("--out DIR", "folder for the model", Path)
    add("--check", "only check the data: patients, masks, pictures that are there twice, sides of the split")
    add("--from MODEL", "start from a model: name or card file (default: random weights)", dest="start")
    add(
        "--initial FILE", "weights of VGG16 to start from, where the recipe asks for them (mobini-2023)", Path
    )
    rehearsed = (
        "fine-tuning: views to rehearse, so that the model does not forget; can be repeated "
        "(default: simulated exams)"
    )
    add("--replay SPEC", rehearsed, action="append")
    add("--name NAME", "name of the model, for its card (default: that of DIR)")
    add("--licence TEXT", "licence of the model, for its card")
    add("--split FILE", "use the split.json of another run (default: drawn with the seed)", Path)
    add("--folds N", "cross-validation: a model for each part of the patients, and their ensemble", folds)
    add("--seed N", "another seed is another run (default: 0)", arguments.whole, default=0)
    add("--epochs N", "number of epochs (default: the recipe's)", arguments.count)
    add(
        "--hours H",
        "as many steps as fit in about H hours on this machine; measured first (default: epochs)",
        hours,
    )
    arguments.add_device(parser)
    add("--threads N", "CPU threads of the network (default: all)", arguments.count)
    together = "views and batches prepared at the same time (default: 1)"
    add("--workers N", together, arguments.count, default=1)
    add("--resume", "continue the run in DIR (default: it must be new)")
    add("-q/--quiet", "no progress")


def folds(text: str) -> int:
    """A count of folds, from 2 on."""
    value = arguments.count(text)
    if value < 2:
        raise argparse.ArgumentTypeError(f"must be 2 or more, not {text!r}")
    return value


def hours(text: str) -> float:
    """A time above 0."""
    value = arguments.number(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"must be above 0, not {text!r}")
    return value
