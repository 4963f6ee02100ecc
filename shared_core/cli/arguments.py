"""How commands and their options are added, and the types of arguments that several share."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

from shared_core.cohort.options import QUALITY
from shared_core.cohort.shard import Shard
from shared_core.dicom_objects.object_kinds import DICOM_KINDS, DicomKind, kinds_of
from shared_core.errors import UsageError
from shared_core.options import Option, OptionValue
from shared_core.reading.facts.public_tables import PUBLIC_TABLES
from shared_core.weights.registry import DEFAULT_MODEL

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
"""Takes the commands of ``bac``."""
Options: TypeAlias = "argparse.ArgumentParser | argparse._ArgumentGroup"
"""Takes the options of a command, or of a group of them."""
IMAGES: Final = "images"
"""Folder of the images without identifiers, in the output folder."""
DICOM: Final = "--dicom KIND[,KIND...]"
DICOM_HELP: Final = (
    f"of {', '.join(DICOM_KINDS)}, or all: segmentations, Mammography CAD report, measurement reports, "
    "pictures, PDF report, outlines as a presentation state"
)
_Parsed = TypeVar("_Parsed")
_SPACING_HELP: Final = "pixel spacing (row,column) in the plane of the breast, for files without one"


def command(
    subparsers: Subparsers, name: str, *, help: str, description: str, module: str | None = None
) -> argparse.ArgumentParser:
    """Add a command, carried out by the function ``run`` of a `module` beside this one (default: its name).

    The module is imported when the command is carried out: what a command works with is never loaded for
    help, for wrong usage or for another command.
    """
    parser = subparsers.add_parser(name, help=help, description=description)
    parser.set_defaults(run=partial(_carried_out, module or name), parser=parser)
    return parser


def _carried_out(module: str, args: argparse.Namespace) -> int:
    code: int = import_module(f"shared_core.cli.{module}").run(args)
    return code


def option(
    options: Options, usage: str, help: str, kind: Callable[[str], object] | None = None, **more: Any
) -> None:
    """Add an option as its help shows it: ``-o/--output OUT`` takes a value, ``--json`` is a switch."""
    names, _, metavar = usage.partition(" ")
    if metavar:
        more |= {"metavar": metavar, "type": kind}
    elif "choices" not in more:
        more["action"] = "store_true"
    options.add_argument(*names.split("/"), help=help, **more)


def stated_option(options: Options, usage: str, stated: Option) -> None:
    """Add an option that the engine describes, under its name there; `usage` as in `option`."""
    says = {"switch": False, "text": False}.get(stated.kind, stated.default is not None)
    help = f"{stated.help} (default: {stated.default})" if says else stated.help
    if stated.kind == "switch":
        option(options, usage, help, dest=stated.name)
    elif stated.kind == "choice":
        option(options, usage, help, dest=stated.name, choices=stated.choices, default=stated.default)
    else:
        option(options, usage, help, _typed(stated), dest=stated.name, default=stated.default)


def _typed(stated: Option) -> Callable[[str], OptionValue]:
    def parsed(text: str) -> OptionValue:
        try:
            return stated.value_of(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return parsed


def add_model(options: Options, *, default: str | None = None) -> None:
    """Which model runs."""
    text = f"a model's name or its card's .json file (default: {DEFAULT_MODEL})"
    option(options, "--model NAME", text, default=default)


def add_device(options: Options) -> None:
    """Where the network runs."""
    text = "where to compute (default: auto: CUDA, else MPS, else CPU)"
    option(options, "--device", text, choices=("auto", "cpu", "cuda", "mps"), default="auto")


def add_backend(options: Options) -> None:
    """What runs the network."""
    text = "what runs the network (default: auto: on a CPU the first installed of OpenVINO, torch, numpy)"
    option(options, "--backend", text, choices=("auto", "torch", "openvino", "numpy"), default="auto")


def add_spacing(options: Options, text: str = _SPACING_HELP) -> None:
    """The pixel spacing that files may lack."""
    option(options, "--spacing-mm MM[,MM]", text, spacing)


def add_workers(options: Options) -> None:
    """How many images at the same time."""
    text = (
        "images at the same time, each in a process of its own (default: as many as processors and memory "
        "allow); 0: one after the other in this process, which a crash then ends"
    )
    option(options, "--workers N", text, count_from_0)


def add_scheduler(options: Options) -> None:
    """On which cluster."""
    option(
        options,
        "--scheduler WHERE",
        "analyse on the workers of a Dask scheduler: its address such as tcp://node1:8786, the file that it "
        "wrote, or local for --workers of them on this machine",
        str,
    )


def add_time_limit(options: Options) -> None:
    """How long one image may take."""
    text = "minutes that one image may take; one that takes longer fails (default: 30)"
    option(options, "--time-limit MINUTES", text, minutes, default=30.0)


def add_quality(options: Options) -> None:
    """What happens to pictures that are unfit to be measured."""
    stated_option(options, "--quality", QUALITY)


def add_facts(options: Options) -> None:
    """What a person knows of the images, in a table."""
    sets = ", ".join(PUBLIC_TABLES)
    text = (
        "table (CSV) of what is known of the images: file, patient, study_date, side, view, spacing and "
        f"more; with a name before it the table of a public set: {sets}"
    )
    option(options, "--facts [SET:]TABLE", text)


def add_deidentification(options: Options, text: str) -> None:
    """Whether identifiers are taken out, and by which key."""
    option(options, "--deidentify", text)
    option(
        options,
        "--deidentify-key FILE",
        "key of --deidentify, created if it does not exist: the same key gives a patient the same "
        "pseudonym, and keeps the intervals between her exams (default: a file in your configuration folder; "
        "its path is printed)",
        Path,
    )
    option(
        options,
        "--nothing-burned-in",
        "with --deidentify: you looked at every image, and no text is burned into any",
    )
    option(
        options,
        "--blank FILE",
        "with --deidentify: rectangles (TOML) that are made dark in the images of a machine",
        Path,
    )


def refuse_json_and_output(args: argparse.Namespace) -> None:
    """Results are printed or written."""
    if args.json and args.output is not None:
        args.parser.error("--json prints instead of writing; leave one of --json and -o out")


def probability(text: str) -> float:
    """A number inside (0, 1)."""
    value = number(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"must lie between 0 and 1, not {text}")
    return value


def spacing(text: str) -> tuple[float, float]:
    """``0.07`` or ``0.07,0.09`` (row,column) in mm."""
    values = [number(part) for part in text.replace("x", ",").split(",")]
    if len(values) not in (1, 2) or not all(0.01 <= value <= 1 for value in values):
        raise argparse.ArgumentTypeError(
            f"must be one or two lengths in mm between 0.01 and 1, like 0.07 or 0.07,0.09, not {text}"
        )
    return values[0], values[-1]


def grey_level(text: str) -> int:
    """An 8-bit grey level."""
    value = number(text)
    if value != int(value) or not 0 <= value <= 255:
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 to 255, not {text}")
    return int(value)


def count(text: str) -> int:
    """A whole number from 1 on."""
    value = number(text)
    if value != int(value) or value < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 on, not {text}")
    return int(value)


def count_from_0(text: str) -> int:
    """A whole number from 0 on."""
    value = number(text)
    if value != int(value) or value < 0:
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 on, not {text}")
    return int(value)


def shard(text: str) -> Shard:
    """A part of a cohort, as ``2/8``."""
    numbers = text.split("/")
    if len(numbers) != 2 or not all(one.isdecimal() for one in numbers):
        raise argparse.ArgumentTypeError(f"must be a part of a whole, such as 2/8, not {text}")
    try:
        return Shard(int(numbers[0]), int(numbers[1]))
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def minutes(text: str) -> float:
    """A length of time above 0, of 30 days at most."""
    value = number(text)
    if not 0 < value <= 43200:
        raise argparse.ArgumentTypeError(f"must be a number of minutes above 0, not {text}")
    return value


def whole(text: str) -> int:
    """A whole number from 0 on."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 on, not {text!r}")
    return int(text)


def checked(parse: Callable[[str], _Parsed]) -> Callable[[str], _Parsed]:
    """As argparse takes it: what raises a `UsageError` is wrong usage."""

    def parsed(text: str) -> _Parsed:
        try:
            return parse(text)
        except UsageError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return parsed


def _kinds(text: str) -> tuple[DicomKind, ...]:
    return kinds_of(text.split(","))


dicom_kinds: Final = checked(_kinds)
"""Kinds of DICOM objects with commas between them."""


def number(text: str) -> float:
    """A finite number."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number, not {text!r}") from None
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"must be a finite number, not {text}")
    return value
