"""Simulated patients on disk: images, raw images, pictures and the truth of each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from shared_core.errors import OutputError, UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.exporting.png import encode_png
from shared_core.mammogram import Laterality, Mask, View
from shared_core.reading.dicom.display_values import display_u8
from shared_core.records.canonical_json import json_bytes, plain
from shared_core.simulation.choices import Style
from shared_core.simulation.dicom_files import Subject, presentation_dicom, processing_dicom
from shared_core.simulation.image_formation import RawImage, expose
from shared_core.simulation.machine import Machine, machine_of
from shared_core.simulation.patient import Patient, PatientSettings, make_patient
from shared_core.simulation.projected_view import ProjectedView
from shared_core.simulation.projection import project
from shared_core.simulation.randomness import stream
from shared_core.simulation.vendor_processing import PresentationImage, present
from shared_core.version import SOFTWARE_VERSION

STANDARD_VIEWS = (
    (Laterality.LEFT, View.CC),
    (Laterality.RIGHT, View.CC),
    (Laterality.LEFT, View.MLO),
    (Laterality.RIGHT, View.MLO),
)
ONE_VIEW = STANDARD_VIEWS[:1]
FIRST_DATE = date(2020, 1, 1)
_USUAL_MAGNIFICATION = 1.07


@dataclass(frozen=True)
class CohortSettings:
    """What to simulate, and where it goes."""

    output_dir: Path
    seed: int = 0
    patients: int = 1
    exam: bool = False
    """Four standard views instead of the left CC alone."""
    years: tuple[float, ...] = (0.0,)
    """Times of the exams of each patient."""
    first_exam: int = 0
    """Exams before this one of `years`, counted from 0, are left out: another cohort has them, before the
    machine changed, say. Positioning and noise of an exam do not depend on it."""
    patient: PatientSettings = field(default_factory=PatientSettings)
    style: Style = "hologic"
    raw: bool = False
    """FOR PROCESSING images as well."""
    png: bool = False
    """8-bit pictures as well."""


@dataclass(frozen=True)
class SimulatedView:
    """One view on disk."""

    image: Path
    truth: Path
    record: dict[str, Any]
    """The truth, as it stands in the file."""


@dataclass(frozen=True)
class _Task:
    """One view to make."""

    patient: Patient
    subject: Subject
    laterality: Laterality
    view: View
    years: float
    visit: int


def simulate_cohort(settings: CohortSettings, *, workers: int | None = None) -> Iterator[SimulatedView]:
    """Make the views one by one, in a fixed order; the same settings give the same bytes.

    ``images/PATIENT/DATE/LCC.dcm`` hold the FOR PRESENTATION images, alone, so that a folder of them can
    be analysed; ``raw/`` and ``png/`` mirror it, and ``truth/`` holds ``LCC.json`` with the masks
    ``LCC_calcium.png`` (tight), ``LCC_band.png`` (annotation rule of Guo 2021) and ``LCC_breast.png``.
    ``cohort.json`` is written last.

    Parameters
    ----------
    workers
        Views at a time; by default 2, or 1 where there is one processor.

    Raises
    ------
    UsageError
        If settings are out of range.
    OutputError
        If the folder cannot be written or already holds a cohort.
    """
    _check(settings)
    records = []
    with ThreadPoolExecutor(workers or min(2, os.cpu_count() or 1)) as pool:
        for number in range(1, settings.patients + 1):
            patient = make_patient(_patient_seed(settings.seed, number), settings=settings.patient)
            for done in pool.map(lambda task: _make(task, settings), _tasks(patient, number, settings)):
                records.append(done.record)
                yield done
    write_bytes(settings.output_dir / "cohort.json", json_bytes(_cohort_record(settings, records)))


def _check(settings: CohortSettings) -> None:
    if settings.patients < 1 or settings.seed < 0:
        raise UsageError("A cohort needs at least one patient and a seed from 0 on.")
    years = settings.years
    if not years or min(years) < 0 or max(years) > 60 or list(years) != sorted(set(years)):
        raise UsageError("Years of exams must rise from 0 to at most 60, like 0,1,2.")
    if not 0 <= settings.first_exam < len(years):
        raise UsageError(f"The first exam must be one of the {len(years)}, counted from 0.")
    if (settings.output_dir / "cohort.json").exists():
        raise OutputError(
            f"{settings.output_dir} already holds a cohort; choose another folder or delete it."
        )


def _patient_seed(seed: int, number: int) -> int:
    """Cohorts of different seeds share no patient."""
    return int(np.random.SeedSequence((seed, number)).generate_state(1)[0])


def _tasks(patient: Patient, number: int, settings: CohortSettings) -> list[_Task]:
    age = int(stream(patient.seed, "age").integers(45, 75))
    tasks = []
    for visit, years in enumerate(settings.years):
        if visit < settings.first_exam:
            continue
        day = FIRST_DATE + timedelta(days=round(years * 365.25))
        views = STANDARD_VIEWS if settings.exam else ONE_VIEW
        for index, (laterality, view) in enumerate(views):
            subject = Subject(
                f"SIM-{settings.seed:04d}-{number:04d}",
                day.strftime("%Y%m%d"),
                age + int(years),
                index + 1,
                f"12{index:02d}00",
            )
            tasks.append(_Task(patient, subject, laterality, view, years, visit))
    return tasks


def _make(task: _Task, settings: CohortSettings) -> SimulatedView:
    machine = machine_of(settings.style)
    view = _projected(task, machine)
    seed = (task.patient.seed, task.visit, task.subject.number)
    raw = expose(view, machine, seed=seed)
    name = view.laterality.value + view.view.value
    shown = present(
        raw,
        breast=view.truth.breast_mask,
        opaque=view.opaque,
        collimated=view.collimated,
        letters=name,
    )
    return _write(view, raw, shown, task=task, settings=settings)


def _projected(task: _Task, machine: Machine) -> ProjectedView:
    """The view on the machine's detector; each visit is positioned again."""
    magnification = _USUAL_MAGNIFICATION
    positioning = 0
    if task.visit:
        # Of the patient too: one technologist's way with all of them would shift a whole cohort alike.
        positioning = int(stream(task.patient.seed, "visit", task.visit).integers(1, 2**31))
        magnification = round(
            float(stream(task.patient.seed, "magnification", task.visit).uniform(1.05, 1.09)), 3
        )
    return project(
        task.patient,
        task.laterality,
        task.view,
        spacing_mm=machine.pitch_mm / magnification,
        shape=machine.field,
        years=task.years,
        positioning_seed=positioning,
        magnification=magnification,
    )


def _write(
    view: ProjectedView, raw: RawImage, shown: PresentationImage, *, task: _Task, settings: CohortSettings
) -> SimulatedView:
    day = task.subject.study_date
    name = view.laterality.value + view.view.value
    place = Path(task.subject.patient_id) / f"{day[:4]}-{day[4:6]}-{day[6:]}"
    contents = {
        f"images/{place.as_posix()}/{name}.dcm": presentation_dicom(shown, raw, view, task.subject),
    }
    if settings.raw:
        contents[f"raw/{place.as_posix()}/{name}.dcm"] = processing_dicom(raw, view, task.subject)
    if settings.png:
        contents[f"png/{place.as_posix()}/{name}.png"] = encode_png(display_u8(shown.pixels, shown.display))
    masks = {
        "calcium": view.truth.calcium_mask,
        "band": view.truth.band_mask,
        "breast": view.truth.breast_mask,
    }
    for kind, mask in masks.items():
        contents[f"truth/{place.as_posix()}/{name}_{kind}.png"] = _mask_png(mask)
    record = truth_record(view, raw, task.subject, years=task.years, seed=task.patient.seed)
    record["files"] = sorted(contents)
    truth = f"truth/{place.as_posix()}/{name}.json"
    contents[truth] = json_bytes(record)
    for path, content in contents.items():
        write_bytes(settings.output_dir / path, content)
    return SimulatedView(settings.output_dir / next(iter(contents)), settings.output_dir / truth, record)


def truth_record(
    view: ProjectedView, raw: RawImage, subject: Subject, *, years: float, seed: int
) -> dict[str, Any]:
    """Everything that is true of an image, and how it was made, for JSON."""
    truth = view.truth
    numbers = {
        part.name: plain(getattr(truth, part.name))
        for part in fields(truth)
        if not isinstance(getattr(truth, part.name), np.ndarray)
    }
    return {
        "simulated": True,
        "software_version": SOFTWARE_VERSION,
        "patient_seed": seed,
        "subject": plain(subject),
        "laterality": view.laterality.value,
        "view": view.view.value,
        "years": years,
        "rows": view.tissue_mm.shape[0],
        "columns": view.tissue_mm.shape[1],
        "spacing_mm": view.spacing_mm,
        "magnification": view.magnification,
        "compressed_mm": view.compressed_mm,
        "machine": raw.machine.model_name,
        "technique": plain(raw.technique),
        "truth": numbers,
    }


def settings_record(settings: CohortSettings) -> dict[str, Any]:
    """What was asked for, without where it goes, for JSON."""
    asked: dict[str, Any] = plain(replace(settings, output_dir=Path()))
    del asked["output_dir"]
    return asked


def _cohort_record(settings: CohortSettings, records: list[dict[str, Any]]) -> dict[str, Any]:
    views = [
        {
            "patient_id": record["subject"]["patient_id"],
            "study_date": record["subject"]["study_date"],
            "view": record["laterality"] + record["view"],
            "mass_mg": record["truth"]["mass_mg"],
            "vessels": len(record["truth"]["vessels"]),
            "csbi_grade": record["truth"]["csbi_grade"],
            "files": record["files"],
        }
        for record in records
    ]
    return {
        "simulated": True,
        "software_version": SOFTWARE_VERSION,
        "settings": settings_record(settings),
        "views": views,
    }


def _mask_png(mask: Mask) -> bytes:
    return encode_png(mask.astype(np.uint8) * np.uint8(255), flat=True)
