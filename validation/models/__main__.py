"""Judge the bundled and the published model; write ``docs/validation.md`` with its pictures.

    python -m validation.models --images FOLDER --rows ROWS

Simulated exams take an hour or two, real images some minutes. Stopped, the same command goes on.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from shared_core.errors import OpenBacError
from shared_core.exporting.atomic_write import write_bytes
from validation import DOCS
from validation.judged import AS_PUBLISHED, PUBLISHED, judged, rule_of, with_both_rules
from validation.models.figure import curves_figure
from validation.models.page import CURVES, validation_page
from validation.models.real import measure_real
from validation.models.simulated import measure_simulated, named_curves, scored
from validation.real_data import real_files


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write; return the exit code."""
    args = _parser().parse_args(arguments)
    try:
        _run(args)
    except OpenBacError as error:
        print(f"validation: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m validation.models",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--images", type=Path, required=True, metavar="DIR", help="real images, PNG and JPEG")
    parser.add_argument("--bundled", default="openbac-1", metavar="MODEL", help="name or card (openbac-1)")
    parser.add_argument("--patients", type=int, default=56, metavar="N", help="four views each (56)")
    parser.add_argument("--first", type=int, default=700_000, metavar="SEED", help="of the patients (700000)")
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="views at a time (1)")
    parser.add_argument(
        "--rows",
        type=Path,
        default=Path("validation-rows/models"),
        metavar="DIR",
        help="keeps what is done (validation-rows/models)",
    )
    parser.add_argument("-o", "--output", type=Path, default=DOCS / "validation.md", help="page")
    return parser


def _run(args: argparse.Namespace) -> None:
    both = [judged(name) for name in (args.bundled, PUBLISHED)]
    models = with_both_rules(both, rule_of(both))
    on_real = (*models, judged(AS_PUBLISHED))
    pictures = args.output.parent / "validation"
    # The short part first: what is wrong with an image shows before an hour has passed.
    real = measure_real(real_files(args.images), on_real, rows=args.rows / "real.json", pictures=pictures)
    measured = measure_simulated(
        models, args.rows / "simulated", first=args.first, patients=args.patients, workers=args.workers
    )
    simulated = scored(models, measured)
    write_bytes(pictures / CURVES, curves_figure(named_curves(simulated)))
    page = validation_page(simulated, real, on_real, first_seed=args.first)
    write_bytes(args.output, page.encode())


if __name__ == "__main__":
    sys.exit(main())
