"""``bac demo``: a sample exam, analysed, and compared with its truth."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import TimeElapsedColumn
from rich.table import Table

from shared_core.cli.analyze_output import BatchConsole, print_model
from shared_core.cli.demo_truth import TruthRow, compare_with_truth, truth_csv
from shared_core.cli.exit_codes import FAILED, INTERRUPTED, OK
from shared_core.cli.places import on_this_machine
from shared_core.cli.remedies import error_words
from shared_core.cli.screen import PlainConsole, number, progress_bar, screen
from shared_core.cohort.batch import run_batch
from shared_core.cohort.settings import BatchSettings
from shared_core.errors import ModelError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.inference.model import choose
from shared_core.reading.exam_grouping import find_exams
from shared_core.simulation.samples import Sample, make_sample
from shared_core.weights.location import require_weights
from shared_core.weights.registry import load_card, weights_beside


def run(args: argparse.Namespace) -> int:
    """Make, analyse, compare; return the exit code."""
    try:
        card = load_card(args.model)
    except ModelError as error:
        args.parser.error(error_words(error))
    # What may be missing is asked for before the work, not after it.
    choose(args.device, args.backend, "float32")
    require_weights(card, weights_dir=weights_beside(args.model))
    console = PlainConsole(stderr=True, highlight=False)
    sample = _sample(console)
    settings = BatchSettings(
        output_dir=args.output,
        model=args.model,
        device=args.device,
        backend=args.backend,
    )
    print_model(settings, console)
    with BatchConsole(console) as view:
        listing = find_exams([sample.images_dir])
        view.start(listing)
        report = run_batch(
            listing,
            settings,
            arguments={"sample": sample.name, "model": args.model},
            place=on_this_machine(args.workers),
            view_done=view.view_done,
            progress=view.tile_done,
        )
    if report.cancelled:
        return INTERRUPTED
    if report.failures:
        for record in report.failures:
            print(f"bac demo: {record.error}", file=sys.stderr)
        return FAILED
    console.print("Calcium mass from the raw images, under the masks of the model")
    rows = compare_with_truth(sample, report.views, args.output)
    write_bytes(args.output / "truth.csv", truth_csv(rows))
    _print(rows, sample, args.output)
    return OK


def _sample(console: Console) -> Sample:
    console.print("A simulated exam: four views, calcified arteries in both breasts")
    with progress_bar(console, TimeElapsedColumn(), transient=True) as bar:
        task = bar.add_task("views", total=None)
        return make_sample("exam", progress=lambda done, total: bar.update(task, completed=done, total=total))


def _print(rows: list[TruthRow], sample: Sample, output: Path) -> None:
    console = screen(120)
    table = Table("View", title="True, and as the model sees it", title_justify="left")
    for what in ("area mm2", "length mm", "arteries", "mass mg"):
        table.add_column(f"{what}\ntrue", justify="right")
        table.add_column("\nmodel", justify="right")
    table.add_column("95 %\ninterval", justify="right")
    table.add_column("Dice", justify="right")
    for row in rows:
        table.add_row(
            row.view,
            *(f"{row.true_area_mm2:.0f}", number(row.measured_area_mm2, 0)),
            *(f"{row.true_length_mm:.0f}", number(row.measured_length_mm, 0)),
            *(f"{row.true_vessels_count}", number(row.measured_vessels_count, 0)),
            *(f"{row.true_mass_ha_mg:.1f}", number(row.measured_mass_ha_mg, 1)),
            f"{number(row.measured_mass_low_mg, 1)} to {number(row.measured_mass_high_mg, 1)}",
            f"{row.dice:.2f}",
        )
    console.print(table)
    pictures = sorted(output.rglob("exam_sheet.png")) + sorted(output.rglob("*_overlay.png"))
    numbers = [output / name for name in ("truth.csv", "views.csv", "exams.csv")]
    for title, paths in (("Pictures", pictures), ("Numbers", numbers), ("Images", [sample.folder])):
        console.print(f"{title}:")
        for path in paths:
            console.print(f"  {path}", markup=False, soft_wrap=True)
    console.print("The exam is simulated; on real images the model does worse.")
