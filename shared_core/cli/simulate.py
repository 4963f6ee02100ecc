"""``bac simulate``: mammograms whose calcium is known exactly."""

from __future__ import annotations

import argparse
import math
import sys
from functools import partial
from pathlib import Path

from shared_core.cli.arguments import Subparsers, command, count, option, whole
from shared_core.cli.exit_codes import OK
from shared_core.errors import UsageError
from shared_core.simulation.cohort import CohortSettings, simulate_cohort
from shared_core.simulation.look_alikes import LOOK_ALIKES
from shared_core.simulation.machine import STYLES
from shared_core.simulation.patient import MOST_ARTERIES, PatientSettings


def add_parser(subparsers: Subparsers) -> None:
    """Add ``simulate`` to the parser of ``bac``."""
    parser = command(
        subparsers,
        "simulate",
        run,
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


def run(args: argparse.Namespace) -> int:
    """Write the cohort; a line for each view."""
    settings = CohortSettings(
        output_dir=args.output,
        seed=args.seed,
        patients=args.patients,
        exam=args.exam,
        years=args.years,
        patient=_patient(args),
        style=args.style,
        raw=args.raw,
        png=args.png,
    )
    for done in simulate_cohort(settings):
        truth = done.record["truth"]
        arteries = len(truth["vessels"])
        print(
            f"{done.image}: {truth['mass_mg']:.1f} mg in {arteries} "
            f"{'artery' if arteries == 1 else 'arteries'}",
            flush=True,
        )
    print(f"Analyse them with: bac analyze {args.output / 'images'} -o RESULTS", file=sys.stderr)
    return OK


def _patient(args: argparse.Namespace) -> PatientSettings:
    if args.negative and (args.mass_mg is not None or args.vessels):
        raise UsageError("--negative means no calcium; leave --mass-mg and --vessels out.")
    if args.vessels is not None and args.vessels > MOST_ARTERIES:
        raise UsageError(
            f"--vessels {args.vessels} is too many; a breast has up to {MOST_ARTERIES} arteries."
        )
    if args.mass_mg is not None and args.vessels == 0:
        raise UsageError("--mass-mg needs an artery to lie in; ask for --vessels of 1 or more.")
    vessels = 0 if args.negative else args.vessels
    names = LOOK_ALIKES if "all" in args.look_alikes else tuple(dict.fromkeys(args.look_alikes))
    return PatientSettings(
        vessels=None if vessels is None else (vessels, vessels), mass_mg=args.mass_mg, look_alikes=names
    )


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
