"""Make faults in sound pictures, see which are told, and write docs/validation_quality.md.

    python -m validation.quality --images MAMMOGRAMS --real REAL_BAC --out DIR

Stopped, the same command goes on.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from shared_core.errors import OpenBacError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.reading.listing import candidate_files
from shared_core.simulation.cohort import CohortSettings, simulate_cohort
from shared_core.simulation.patient import PatientSettings
from validation import DOCS
from validation.quality.page import page
from validation.quality.shapes import HEADING, WITH_IMPLANTS, run_shapes, section
from validation.quality.study import PictureSet, run
from validation.real_data import real_files

PARTS: Final = ("faults", "shapes")
SIMULATED: Final = "simulated"
_EVERY: Final = 3
"""Of the digital views, neighbours of which are often of one patient."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the study; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m validation.quality",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--images", type=Path, required=True, metavar="DIR", help="real mammograms")
    parser.add_argument("--real", type=Path, required=True, metavar="DIR", help="its folder cesm is used")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="keeps what is done")
    parser.add_argument("--patients", type=int, default=4, help="simulated, four views each (default: 4)")
    parser.add_argument("--output", type=Path, default=DOCS / "validation_quality.md", metavar="FILE")
    parser.add_argument(
        "--parts", nargs="+", choices=PARTS, default=PARTS, help="the others stay as they are"
    )
    args = parser.parse_args(arguments)
    try:
        sets = _sets(args)
        faults, shapes = _parts_before(args.output)
        if "faults" in args.parts:
            faults = page(run(sets, args.out / "rows"))
        if "shapes" in args.parts:
            shapes = section(run_shapes(_for_shapes(sets, args), args.out / "shapes"))
        write_bytes(args.output, ("\n".join([*faults, "", *shapes]) + "\n").encode())
    except KeyboardInterrupt:
        print("Stopped; the same command goes on.", file=sys.stderr)
        return 130
    except OpenBacError as error:
        print(f"validation: {error}", file=sys.stderr)
        return 1
    print(args.output)
    return 0


def _parts_before(path: Path) -> tuple[list[str], list[str]]:
    """The lines of the page as it is, before and from the heading of its second part on."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    at = lines.index(HEADING) if HEADING in lines else len(lines)
    first = lines[:at]
    while first and not first[-1]:
        first.pop()
    return first, lines[at:]


def _for_shapes(sets: Sequence[PictureSet], args: argparse.Namespace) -> list[PictureSet]:
    """The real ones with all low-energy views, and simulated ones with implants."""
    real = [
        replace(one, files=tuple(candidate_files([args.real / "cesm"]))) if one.name == "low-energy" else one
        for one in sets
        if one.name != SIMULATED
    ]
    patient = PatientSettings(look_alikes=("implant",))
    settings = CohortSettings(args.out / "implants", patients=3, seed=40, exam=True, patient=patient)
    return [*real, PictureSet(WITH_IMPLANTS, _simulated(settings), None)]


def _simulated(settings: CohortSettings) -> tuple[Path, ...]:
    """Their images, made unless they are there."""
    if not (settings.output_dir / "cohort.json").is_file():
        return tuple(view.image for view in simulate_cohort(settings, workers=1))
    return tuple(sorted(path for path in (settings.output_dir / "images").rglob("*") if path.is_file()))


def _sets(args: argparse.Namespace) -> list[PictureSet]:
    real = real_files(args.images)
    films = tuple(file.path for file in real if file.path.suffix == ".dcm" or "film" in file.shows)
    digital = tuple(file.path for file in real if file.path not in films)
    low_energy = tuple(candidate_files([args.real / "cesm"]))[::_EVERY]
    settings = CohortSettings(args.out / "simulated", patients=args.patients, seed=17, exam=True)
    return [
        PictureSet("films", films, None),
        PictureSet("digital and synthetic", digital, 0.07),
        PictureSet("low-energy", low_energy, 0.1),
        PictureSet(SIMULATED, _simulated(settings), None),
    ]


if __name__ == "__main__":
    sys.exit(main())
