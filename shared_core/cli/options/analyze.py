"""The options of ``bac analyze``."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from shared_core.cli import arguments
from shared_core.cli.arguments import Subparsers, command, option, stated_option
from shared_core.cohort import options as batch


def add_parser(subparsers: Subparsers) -> None:
    """Add ``analyze`` to the parser of ``bac``."""
    parser = command(
        subparsers,
        "analyze",
        help="segment and measure BAC on files, folders and exams",
        description="Segment and measure BAC on mammogram files, folders and exams. "
        "Research use only: never a diagnosis.",
    )
    option(parser, "paths PATH", "image file or folder", Path, nargs="+")
    option(parser, "-o/--output OUT", "folder for results; needed unless --json", Path)
    option(parser, "--json", "print one JSON document to standard output")
    add_model_options(parser)
    add_measurement_options(parser)
    run_options = parser.add_argument_group("run")
    add = partial(option, run_options)
    arguments.add_workers(run_options)
    arguments.add_scheduler(run_options)
    add("--threads N", "CPU threads of one image", arguments.count, default=1)
    arguments.add_quality(run_options)
    arguments.add_time_limit(run_options)
    stated_option(run_options, "--csv", batch.CSV)
    add("--no-pictures", f"no {batch.PICTURES.help}")
    stated_option(run_options, "--probability", batch.PROBABILITY)
    objects = f"also write DICOM objects of each exam, {arguments.DICOM_HELP}"
    add(arguments.DICOM, objects, arguments.dicom_kinds, default=())
    arguments.add_deidentification(
        run_options,
        f"write the images without identifiers into OUT/{arguments.IMAGES}, and make all results from those",
    )
    add("--resume", f"continue: {batch.RESUME.help}")
    add("--add", "keep what OUT holds of other exams, if it was made the same way: all are in its tables")
    add(
        "--shard I/N",
        "the I-th of N parts of the exams, for N machines: each into a folder of its own, and bac merge puts "
        "them together",
        arguments.shard,
    )
    add("-q/--quiet", "no progress and no summary")
    add(
        "--progress",
        "json: instead of bars and summary, one JSON object a line on standard output, for programs",
        choices=("bars", "json"),
        default="bars",
    )


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Options of which model runs, and where."""
    group = parser.add_argument_group("model")
    arguments.add_model(group)
    arguments.add_device(group)
    arguments.add_backend(group)
    option(
        group,
        "--precision",
        "half precision changes results slightly and is recorded; mixed: in the decoder of an SCU-Net alone, "
        "with OpenVINO on processors that compute in bfloat16 (default: float32)",
        choices=("float32", "float16", "bfloat16", "mixed"),
        default="float32",
    )
    option(
        group,
        "--threshold P",
        "BAC where probability > P: of a pixel or, with a model that judges parts, of a part being an artery "
        "(default: the model's)",
        arguments.probability,
    )


def add_measurement_options(parser: argparse.ArgumentParser, *, facts: bool = True) -> None:
    """Options of what is measured; `facts` of files that are named, and not of those that are to come."""
    group = parser.add_argument_group("measurement")
    arguments.add_spacing(group)
    if facts:
        arguments.add_facts(group)
    add = partial(option, group)
    add(
        "--calibration FILE",
        "calibration of the site for calcium mass on raw images, made by bac calibrate "
        "(default: from the spectrum)",
        Path,
    )
    level = "8-bit grey level X of TAM_X and TSIM_X (default: 100)"
    add("--tam-threshold X", level, arguments.grey_level, default=100)
    add(
        "--tam-comparison",
        "TAM_X and TSIM_X count grey levels > X (Guo 2021, the default) or >= X (its published code)",
        choices=(">", ">="),
        default=">",
    )
    add(
        "--grade-profile",
        "denominator and cut-offs of the area grade: those of Ibrahim 2025 (default) or of its code",
        choices=("ibrahim-paper", "ibrahim-code"),
        default="ibrahim-paper",
    )
    add("--exclude-pectoral", "leave the pectoral muscle out of the breast area of MLO views")
