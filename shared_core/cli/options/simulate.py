"""The options of ``bac simulate``."""

from __future__ import annotations

import argparse
import math
from functools import partial
from pathlib import Path

from shared_core.cli.arguments import Subparsers, command, count, option, whole
from shared_core.simulation.choices import LOOK_ALIKES, MOST_ARTERIES, STYLES


def add_parser(subparsers: Subparsers) -> None:
    """Add ``simulate`` to the parser of ``bac``."""
    parser = command(
        subparsers,
        "simulate",
        help="make simulated mammograms with known calcium",
        description="Make physically simulated mammograms (DICOM) with known calcium: images in OUT/images, "
        "mass, vessels and masks in OUT/truth. The same arguments give the same bytes.",
    )
    add = partial(option, parser)
    add("output OUT", "folder for the cohort", Path)
    add("--seed N", "another seed is another cohort (default: 0)", whole, default=0)
    add("--patients N", "how many patients (default: 1)", count, default=1)
    add("--exam", "four standard views, not the left CC alone")
    add("--years Y,Y,...", "exams at these years, such as 0,1,2 (default: 0)", _years, default=(0.0,))
    add("--mass-mg M", "hydroxyapatite in each breast at year 0, exactly (default: by chance)", _mass)
    add("--vessels N", f"calcified arteries in each breast, 0 to {MOST_ARTERIES} (default: by chance)", whole)
    add("--negative", "no arterial calcium at all")
    alike = f"add structures that look like it: {', '.join(LOOK_ALIKES)}; or all"
    add("--look-alikes NAME", alike, nargs="+", default=(), choices=[*LOOK_ALIKES, "all"])
    add("--style", "machine (default: hologic)", choices=STYLES, default="hologic")
    add("--raw", "FOR PROCESSING images as well, in OUT/raw")
    add("--png", "8-bit pictures as well, in OUT/png")


def _mass(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= 2000:
        raise argparse.ArgumentTypeError(f"must be a mass in mg above 0 and up to 2000, not {text!r}")
    return value


def _years(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be years like 0,1,2, not {text!r}") from None
