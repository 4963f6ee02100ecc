"""Make faults in sound pictures, see which are told, and write docs/validation_quality.md.

    python -m validation.quality --images MAMMOGRAMS --real REAL_BAC --out DIR

Stopped, the same command goes on.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from shared_core.errors import OpenBacError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.reading.listing import candidate_files
from shared_core.simulation.cohort import CohortSettings, simulate_cohort
from validation import DOCS
from validation.quality.page import page
from validation.quality.study import PictureSet, run
from validation.real_data import real_files

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
    args = parser.parse_args(arguments)
    try:
        rows = run(_sets(args), args.out / "rows")
        write_bytes(args.output, ("\n".join(page(rows)) + "\n").encode())
    except KeyboardInterrupt:
        print("Stopped; the same command goes on.", file=sys.stderr)
        return 130
    except OpenBacError as error:
        print(f"validation: {error}", file=sys.stderr)
        return 1
    print(args.output)
    return 0


def _sets(args: argparse.Namespace) -> list[PictureSet]:
    real = real_files(args.images)
    films = tuple(file.path for file in real if file.path.suffix == ".dcm" or "film" in file.shows)
    digital = tuple(file.path for file in real if file.path not in films)
    low_energy = tuple(candidate_files([args.real / "cesm"]))[::_EVERY]
    simulated = args.out / "simulated"
    settings = CohortSettings(output_dir=simulated, patients=args.patients, seed=17, exam=True)
    views = [view.image for view in simulate_cohort(settings, workers=1)]
    return [
        PictureSet("films", films, None),
        PictureSet("digital and synthetic", digital, 0.07),
        PictureSet("low-energy", low_energy, 0.1),
        PictureSet("simulated", tuple(views), None),
    ]


if __name__ == "__main__":
    sys.exit(main())
