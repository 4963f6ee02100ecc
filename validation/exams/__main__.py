"""Measure simulated exams with the default model and write docs/validation_simulation.md.

Every exam goes the whole way: object, exposure, vendor-like DICOM, reader, model, measurement. The truth
is that of the simulator, so this says how well things are measured on simulated images only.

python -m validation.exams --patients 24 --weights ../shared/weights
"""

from __future__ import annotations

import argparse
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from shared_core import analyze_view, load_model, measure_view, read_mammogram
from shared_core.exporting import read_mask
from shared_core.mammogram import Mask
from shared_core.pipeline import DEFAULT_SETTINGS
from shared_core.quantification.mass import measure_mass
from shared_core.simulation.cohort import CohortSettings, SimulatedView, simulate_cohort
from shared_core.simulation.patient import PatientSettings
from shared_core.statistics.kappa import quadratic_kappa
from shared_core.statistics.regression import linear_regression

from validation import DOCS
STYLES = ("hologic", "ge", "fuji")


@dataclass(frozen=True)
class Row:
    """One view: what is true, and what was measured with the true band and with the model's mask."""

    patient: int
    view: str
    style: str
    true_mg: float
    true_vessels: int
    true_length_mm: float
    true_grade: int
    dice: float
    predicted_px: int
    vessels: tuple[int, int]
    """(true band, model's mask)."""
    length_mm: tuple[float, float]
    grade: tuple[int | None, int | None]
    mass_mg: tuple[float | None, float | None]
    """(true calcium mask, model's mask), on the raw image."""
    covered: tuple[bool | None, bool | None]
    """Whether the 95 % interval holds the truth."""


def main() -> None:
    """Simulate, measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=24)
    parser.add_argument("--first", type=int, default=1000, help="seed of the first patient")
    parser.add_argument("--weights", type=Path, default=None)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    tasks = [(args.first + number, args.weights) for number in range(args.patients)]
    with ProcessPoolExecutor(args.workers, mp_context=get_context("spawn")) as pool:
        rows = [row for patient in pool.map(_patient, tasks) for row in patient]
    (DOCS / "validation_simulation.md").write_text(_page(rows, args.first), encoding="utf-8")


def _patient(task: tuple[int, Path | None]) -> list[Row]:
    seed, weights = task
    # Every fourth patient has no arterial calcium; vendors take turns.
    patient = PatientSettings(severity="none") if seed % 4 == 3 else PatientSettings()
    style = STYLES[seed % 3]
    model = load_model(weights_dir=weights, device="cpu")
    with tempfile.TemporaryDirectory() as folder:
        settings = CohortSettings(Path(folder), seed=seed, exam=True, patient=patient, style=style, raw=True)
        return [_row(done, seed, style, model) for done in simulate_cohort(settings, workers=1)]


def _row(done: SimulatedView, seed: int, style: str, model: object) -> Row:
    result = analyze_view(done.image, model=model)  # type: ignore[arg-type]
    shape = result.mask.shape
    band, calcium = (
        read_mask(done.truth.with_name(f"{done.truth.stem}_{kind}.png"), shape)
        for kind in ("band", "calcium")
    )
    with_band = measure_view(result.prepared, band, None, mask_style="vessel-band", settings=DEFAULT_SETTINGS)
    raw = read_mammogram(Path(str(done.image).replace("/images/", "/raw/")))
    masses = [measure_mass(raw, mask, breast=result.prepared.breast_mask) for mask in (calcium, result.mask)]
    truth = done.record["truth"]
    mg = truth["mass_mg"]
    measured = result.measurement
    return Row(
        patient=seed,
        view=result.header.view_label,
        style=style,
        true_mg=mg,
        true_vessels=len(truth["vessels"]),
        true_length_mm=sum(vessel["length_mm"] for vessel in truth["vessels"]),
        true_grade=truth["csbi_grade"],
        dice=_dice(result.mask, band),
        predicted_px=measured.am_px,
        vessels=(with_band.vessels_count or 0, measured.vessels_count or 0),
        length_mm=(with_band.calcified_length_mm or 0.0, measured.calcified_length_mm or 0.0),
        grade=(with_band.csbi_grade, measured.csbi_grade),
        mass_mg=tuple(mass.mass_ha_mg for mass in masses),  # type: ignore[arg-type]
        covered=tuple(
            None
            if mass.interval_low_mg is None or mass.interval_high_mg is None
            else mass.interval_low_mg <= mg <= mass.interval_high_mg
            for mass in masses
        ),  # type: ignore[arg-type]
    )


def _dice(one: Mask, other: Mask) -> float:
    total = int(one.sum()) + int(other.sum())
    return float(2 * (one & other).sum() / total) if total else float("nan")


def _page(rows: list[Row], first: int) -> str:
    positive = [row for row in rows if row.true_vessels]
    negative = [row for row in rows if not row.true_vessels]
    dice = np.array([row.dice for row in positive])
    false_px = np.array([row.predicted_px for row in negative])
    lines = [
        "# Validation on simulated exams",
        "",
        f"Made by `python -m validation.exams` from {len(rows)} views of "
        f"{len({r.patient for r in rows})} simulated patients (seeds from {first} on, vendors in turn, every "
        "fourth without arterial calcium); do not edit by hand. It says how well things are measured on "
        "simulated images, no more.",
        "",
        "## Does the published SCU-Net recognise simulated BAC? (default preset)",
        "",
        "| | |",
        "|---|---:|",
        f"| views with BAC | {len(positive)} |",
        f"| Dice against the vessel band: mean / median | {dice.mean():.3f} / {np.median(dice):.3f} |",
        f"| views without BAC | {len(negative)} |",
        f"| false px on them: median / mean | {np.median(false_px):.0f} / {false_px.mean():.0f} |",
        "",
        "By vendor look: "
        + "; ".join(
            f"{style} Dice {np.mean([r.dice for r in positive if r.style == style]):.3f}"
            for style in STYLES
            if any(r.style == style for r in positive)
        )
        + ".",
        "",
        "## Quantities against the truth",
        "",
        "*Band*: measured with the true vessel band. *Model*: with the model's mask. Mass: on the raw image, "
        "with the true calcium mask and with the model's mask.",
        "",
        "| | band | model |",
        "|---|---:|---:|",
        *_quantities(positive, rows),
        "",
    ]
    return "\n".join(lines)


def _quantities(positive: list[Row], rows: list[Row]) -> list[str]:
    table = []
    lengths = [_length_error(positive, which) for which in (0, 1)]
    table.append(_cells("total length: median error %", [f"{np.median(e):.1f}" for e in lengths]))
    table.append(
        _cells("total length: median absolute error %", [f"{np.median(np.abs(e)):.1f}" for e in lengths])
    )
    exact = [np.mean([row.vessels[which] == row.true_vessels for row in rows]) for which in (0, 1)]
    table.append(_cells("views with the exact count of vessels %", [f"{100 * share:.1f}" for share in exact]))
    table.append(
        _cells("CSBI-type grade of a view: quadratic kappa", [_kappa(rows, which) for which in (0, 1)])
    )
    table.append(
        _cells(
            "views with a grade", [str(sum(row.grade[which] is not None for row in rows)) for which in (0, 1)]
        )
    )
    masses = [[(row.true_mg, row.mass_mg[w], row.covered[w]) for row in positive] for w in (0, 1)]
    known = [[(t, m, c) for t, m, c in part if m is not None] for part in masses]
    table.append(_cells("views with a mass", [str(len(part)) for part in known]))
    table.append(_cells("mass: total measured / total true", [_ratio(part) for part in known]))
    table.append(_cells("mass: RMSE mg", [_rmse(part) for part in known]))
    table.append(_cells("mass: R²", [_r2(part) for part in known]))
    table.append(
        _cells(
            "mass: truth inside the 95 % interval %",
            [f"{100 * np.mean([c for *_, c in p]):.0f}" for p in known],
        )
    )
    return table


def _length_error(positive: list[Row], which: int) -> np.ndarray:
    return np.array([100 * (row.length_mm[which] / row.true_length_mm - 1) for row in positive])


def _kappa(rows: list[Row], which: int) -> str:
    graded = [(row.true_grade, row.grade[which]) for row in rows if row.grade[which] is not None]
    true, found = (np.array(values) for values in zip(*graded, strict=True))
    return f"{quadratic_kappa(true, found, grades=4).kappa:.3f}"


def _ratio(part: list[tuple[float, float, bool]]) -> str:
    return f"{sum(m for _, m, _ in part) / sum(t for t, *_ in part):.3f}"


def _rmse(part: list[tuple[float, float, bool]]) -> str:
    return f"{np.sqrt(np.mean([(m - t) ** 2 for t, m, _ in part])):.2f}"


def _r2(part: list[tuple[float, float, bool]]) -> str:
    return f"{linear_regression([t for t, *_ in part], [m for _, m, _ in part]).r_squared:.3f}"


def _cells(label: str, values: list[str]) -> str:
    return f"| {label} | {' | '.join(values)} |"


if __name__ == "__main__":
    main()
