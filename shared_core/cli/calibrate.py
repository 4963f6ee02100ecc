"""``bac calibrate``: a site's calibration from images of a step phantom."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path

from rich.table import Table

from shared_core.cli.exit_codes import OK
from shared_core.cli.screen import screen
from shared_core.cli.stated_facts import facts_of
from shared_core.errors import UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.mass.site_calibration import Calibration
from shared_core.mass.step_phantom import StepFit, StepPhantom, fit_steps, joined_points
from shared_core.reading.facts.table import stated_of
from shared_core.reading.reader import read_mammogram
from shared_core.records.canonical_json import json_bytes


def run(args: argparse.Namespace) -> int:
    """Fit every image, write the calibration; return the exit code."""
    facts = facts_of(args)
    phantom = StepPhantom.load(args.steps)
    fits: list[tuple[Path, StepFit]] = []
    serials: set[str | None] = set()
    day: str | None = args.date
    for path in args.images:
        mammogram = read_mammogram(path, facts=stated_of(facts, path)[0])
        fits.append((path, fit_steps(mammogram, phantom, offset=args.offset or 0.0)))
        serials.add(mammogram.header.acquisition.device_serial)
        day = day or _study_day(mammogram.header.identity.study_date)
    if len(serials) > 1:
        raise UsageError(
            f"The images are of several devices ({', '.join(sorted(map(str, serials)))}); "
            "make one calibration for each."
        )
    calibration = Calibration(
        date=day or datetime.date.today().isoformat(),
        points=joined_points([fit.point for _, fit in fits]),
        device_serial=serials.pop(),
        step_material=phantom.material,
        offset=args.offset,
        name=args.output.name,
    )
    # Whatever was written must be readable: the same checks as for a file from elsewhere.
    content = json_bytes(calibration.document())
    Calibration.from_json(content, name=str(args.output))
    write_bytes(args.output, content)
    _print(fits, args.output)
    return OK


def _print(fits: list[tuple[Path, StepFit]], output: Path) -> None:
    table = Table("Image", "Beam", "mm", "k cm2/g HA", "SD %", "residual mg/cm2", "scatter", show_edge=False)
    for path, fit in fits:
        point = fit.point
        kvp = "?" if point.kvp is None else f"{point.kvp:g}"
        beam = f"{point.anode or '?'}/{point.filter_material or '?'} {kvp} kV"
        table.add_row(
            path.name,
            beam,
            f"{point.thickness_mm:g}",
            f"{point.k_cm2_g:.3f}",
            f"{100 * point.relative_sd:.1f}",
            f"{fit.residual_mg_cm2:.2f}",
            f"{fit.scatter_to_primary:.2f}",
        )
    console = screen(140)
    console.print(table)
    console.print(f"Wrote {output}", soft_wrap=True, markup=False)


def _study_day(text: str) -> str | None:
    try:
        return datetime.datetime.strptime(text, "%Y%m%d").date().isoformat()
    except ValueError:
        return None
