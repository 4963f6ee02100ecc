"""Types of arguments that several commands share."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any, Final

from shared_core.dicom_objects.object_kinds import DICOM_KINDS, DicomKind, kinds_of
from shared_core.errors import UsageError

DEVICE_OPTION: Final[dict[str, Any]] = {
    "choices": ("auto", "cpu", "cuda", "mps"),
    "default": "auto",
    "help": "where to compute (default: auto: CUDA, else MPS, else CPU)",
}
BACKEND_OPTION: Final[dict[str, Any]] = {
    "choices": ("auto", "torch", "openvino"),
    "default": "auto",
    "help": "what runs the network (default: auto: OpenVINO on a CPU where it is installed, else torch)",
}
DICOM_METAVAR: Final = "KIND[,KIND...]"
DICOM_HELP: Final = (
    f"of {', '.join(DICOM_KINDS)}, or all: segmentations, Mammography CAD report, measurement reports, "
    "pictures, PDF report, outlines as a presentation state"
)
KEY_OPTION: Final[dict[str, Any]] = {
    "type": Path,
    "metavar": "FILE",
    "help": "key of --deidentify, created if it does not exist: the same key gives a patient the same "
    "pseudonym, and keeps the intervals between her exams (default: a file in your configuration folder; "
    "its path is printed)",
}


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


def dicom_kinds(text: str) -> tuple[DicomKind, ...]:
    """Kinds of DICOM objects with commas between them."""
    try:
        return kinds_of(text.split(","))
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def number(text: str) -> float:
    """A finite number."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number, not {text!r}") from None
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"must be a finite number, not {text}")
    return value
