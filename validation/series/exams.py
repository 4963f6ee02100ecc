"""Simulate the serial exams of a patient, and measure every view the whole way."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, get_args

import numpy as np

from shared_core import Model, analyze_view, measure_view, read_mammogram
from shared_core.exporting.mask_files import read_mask
from shared_core.mass.densitometry import measure_mass
from shared_core.pipeline import DEFAULT_SETTINGS
from shared_core.quantification.measurement import ViewMeasurement
from shared_core.simulation.choices import STYLES, Style
from shared_core.simulation.cohort import CohortSettings, SimulatedView, simulate_cohort
from shared_core.simulation.patient import PatientSettings, Severity
from validation.series.rows import GROWTH_A_YEAR, YEARS, Course, Masks, Row

FIRST_SEED: Final = 3000
_MASS_MG: Final[dict[Severity, tuple[float, float]]] = {
    "mild": (4.0, 12.0),
    "moderate": (12.0, 35.0),
    "severe": (35.0, 90.0),
}
"""Of each breast at year 0."""
_COHORT_YEARS: Final = (0.0, 1 / 365.25, *YEARS[1:])
"""A cohort's first exam is positioned as in the book. No series has one such: the exam of the next day
stands for it."""
_FIRST_EXAM: Final[dict[Course, int]] = {"still": 1, "grown": 2, "new machine": len(YEARS)}
"""Of the cohort; what comes before it in a course are the exams without growth."""


def severity_of(patient: int) -> Severity:
    """Mild, moderate and severe in turn."""
    return tuple(_MASS_MG)[patient % len(_MASS_MG)]


def style_of(patient: int) -> Style:
    """Machines in turn, so that each meets each severity."""
    return STYLES[(patient + patient // len(_MASS_MG)) % len(STYLES)]


def settings_of(patient: int, course: Course, folder: Path) -> CohortSettings:
    """The cohort of one patient and course; its positioning and noise are those of the seed."""
    severity = severity_of(patient)
    low, high = np.log(_MASS_MG[severity])
    mass_mg = round(float(np.exp(np.random.default_rng(patient).uniform(low, high))), 1)
    style = style_of(patient)
    if course == "new machine":
        style = STYLES[(STYLES.index(style) + 1) % len(STYLES)]
    growth = GROWTH_A_YEAR * mass_mg if course == "grown" else 0.0
    return CohortSettings(
        folder,
        seed=FIRST_SEED + patient,
        exam=True,
        years=_COHORT_YEARS,
        first_exam=_FIRST_EXAM[course],
        patient=PatientSettings(mass_mg=mass_mg, severity=severity, growth_mg_per_year=growth),
        style=style,
        raw=True,
    )


def measured_patient(patient: int, model: Model) -> list[Row]:
    """All rows of a patient, in every course."""
    rows: list[Row] = []
    for course in get_args(Course):
        with tempfile.TemporaryDirectory() as folder:
            settings = settings_of(patient, course, Path(folder))
            for done in simulate_cohort(settings, workers=1):
                rows += _measured(done, model, patient=patient, course=course, settings=settings)
                for file in (done.image, _raw(done)):
                    file.unlink()
    return rows


def _measured(
    done: SimulatedView, model: Model, *, patient: int, course: Course, settings: CohortSettings
) -> Iterator[Row]:
    result = analyze_view(done.image, model=model)
    band, calcium = (
        read_mask(done.truth.with_name(f"{done.truth.stem}_{kind}.png"), result.mask.shape)
        for kind in ("band", "calcium")
    )
    raw, breast = read_mammogram(_raw(done)), result.prepared.breast_mask
    with_band = measure_view(result.prepared, band, None, mask_style="vessel-band", settings=DEFAULT_SETTINGS)
    measured: dict[Masks, tuple[ViewMeasurement, float | None]] = {
        "true": (
            with_band,
            measure_mass(raw, calcium, breast=breast, mask_style="calcium").mass_ha_mg,
        ),
        "model": (
            result.measurement,
            measure_mass(raw, result.mask, breast=breast, mask_style=model.card.mask_style).mass_ha_mg,
        ),
    }
    for masks, (numbers, mass) in measured.items():
        yield Row(
            patient=patient,
            severity=str(settings.patient.severity),
            course=course,
            years=YEARS[_COHORT_YEARS.index(done.record["years"]) - 1],
            style=settings.style,
            view=result.header.view_label,
            masks=masks,
            true_mg=done.record["truth"]["mass_mg"],
            tam_per_breast_area=_known(numbers.tam_per_breast_area),
            bac_area_mm2=_known(numbers.bac_area_mm2),
            bac_percent_of_breast=_known(numbers.bac_percent_of_breast),
            calcified_length_mm=_known(numbers.calcified_length_mm),
            mass_ha_mg=_known(mass),
        )


def _raw(done: SimulatedView) -> Path:
    *before, patient, day, name = done.image.parts
    return Path(*before[:-1], "raw", patient, day, name)


def _known(value: float | None) -> float:
    """A quantity that was not measured is nan, and is not followed."""
    return float("nan") if value is None else value
