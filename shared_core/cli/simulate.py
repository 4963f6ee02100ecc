"""``bac simulate``: mammograms whose calcium is known exactly."""

from __future__ import annotations

import argparse
import sys

from shared_core.cli.exit_codes import OK
from shared_core.errors import UsageError
from shared_core.simulation.choices import LOOK_ALIKES, MOST_ARTERIES
from shared_core.simulation.cohort import CohortSettings, simulate_cohort
from shared_core.simulation.patient import PatientSettings


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
