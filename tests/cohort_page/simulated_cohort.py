"""A cohort of any size as a batch leaves it: a few views really analysed, and varied by chance.

Records, marks, tables and pictures come from the writers of a batch; what is made up is which numbers a view
has, who the women are, and when they came.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np

from shared_core.cohort.batch import make_tasks
from shared_core.cohort.batch_plan import plan_of, write_plan
from shared_core.cohort.collector import Collector
from shared_core.cohort.exam_mark import FolderOfExams
from shared_core.cohort.outcome import ViewOutcome, refused
from shared_core.cohort.report import BatchReport, write_tables
from shared_core.cohort.settings import BatchSettings, ViewTask
from shared_core.errors import UnsupportedImageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.exporting.png import encode_png
from shared_core.grades.ibrahim import area_grade
from shared_core.inference.model import load_model
from shared_core.mammogram import Acquisition, Exam, Identity, Laterality, MammogramHeader, View
from shared_core.notices.of_results import OTHER_CALCIFICATIONS
from shared_core.pictures.overlay import overlay_picture
from shared_core.pipeline import DEFAULT_SETTINGS, ViewResult, analyze_view
from shared_core.quantification.measurement import ViewMeasurement
from shared_core.reading.exam_grouping import exam_of
from shared_core.records.canonical_json import json_bytes
from shared_core.records.run_record import run_record
from shared_core.records.view_and_exam import view_record
from shared_core.version import SOFTWARE_VERSION
from shared_core.weights.registry import load_card
from tests.tram_track import write_tram_track

VIEWS = ("LCC", "LMLO", "RCC", "RMLO")
MODEL = "openbac-1"
SPACING_MM = 0.1
BREAST_MM2 = 15_000.0
_MAKERS = (("HOLOGIC, Inc.", 0.55), ("GE MEDICAL SYSTEMS", 0.3), ("FUJIFILM Corporation", 0.15))
_YEARS = (2022, 2024, 2026)


@dataclass(frozen=True)
class Template:
    """A view that was really analysed, and its overlay."""

    result: ViewResult
    overlay: bytes


@dataclass(frozen=True)
class Entry:
    """An exam of the cohort, and the BAC area of each of its views."""

    exam: Exam
    areas_mm2: tuple[float, ...]


@cache
def templates() -> tuple[Template, ...]:
    """Views without and with an artery, analysed by the bundled model."""
    with TemporaryDirectory() as folder:
        return tuple(_templates(Path(folder)))


def _templates(folder: Path) -> Iterator[Template]:
    model = load_model(MODEL, device="cpu")
    for seed, calcified in ((1, False), (2, True), (3, True)):
        image = write_tram_track(folder / f"{seed}.png", seed=seed, calcified=calcified)
        result = analyze_view(image, model=model, spacing_mm=SPACING_MM)
        picture = overlay_picture(
            result.prepared, result.mask, result.measurement, provenance=result.provenance, other=result.other
        )
        yield Template(result, encode_png(picture))


def write_cohort(
    folder: Path, exams: int, *, pictures: int | None = None, tables: bool = True, seed: int = 1
) -> Path:
    """Write the results of so many exams; returns their folder.

    About every third woman was there before, some views are missing, some failed, some have no pixel spacing,
    and some women have no patient ID.

    Parameters
    ----------
    pictures
        So many exams have pictures; None for all.
    tables
        Whether the tables are written, which the page does not need.
    """
    out = folder / "out"
    made = templates()
    entries = _entries(exams, made[0].result.header, np.random.default_rng(seed))
    settings = BatchSettings(out, model=MODEL, device="cpu", measurement=DEFAULT_SETTINGS, pictures=False)
    of = [entry.exam for entry in entries]
    tasks = make_tasks(of)
    areas = {entry.exam.key: dict(zip(VIEWS, entry.areas_mm2, strict=True)) for entry in entries}
    run = run_record(
        software_version=SOFTWARE_VERSION,
        arguments={},
        settings=settings.measurement,
        card=load_card(MODEL),
        files=[],
    )
    plan = plan_of(of, whole=(), shard=None, unread={folder / "half.png": "half.png: the PNG is truncated."})
    write_plan(out, plan)
    collector = Collector(of, tasks, settings=settings)
    overlays = _overlays(out, made)
    with_pictures = {exam.key for exam in of[:pictures]}
    random = np.random.default_rng(seed + 1)
    for task in tasks:
        area = areas[task.exam_key][task.header.view_label]
        shown = overlays if task.exam_key in with_pictures else ()
        collector.receive(_outcome(task, area, made, shown, out, random))
    keys = tuple(exam.key for exam in of)
    report = BatchReport(run, keys=keys, plan=plan, gathered=FolderOfExams(out, keys))
    if tables:
        write_tables(report, out, "plain")
    write_bytes(out / "run.json", json_bytes(run))
    for overlay in overlays:
        overlay.unlink()
    return out


def _entries(count: int, header: MammogramHeader, random: np.random.Generator) -> list[Entry]:
    entries: list[Entry] = []
    woman = 0
    while len(entries) < count:
        woman += 1
        dates = 1 if random.random() < 0.65 else int(random.integers(2, 4))
        maker = str(random.choice([name for name, _ in _MAKERS], p=[share for _, share in _MAKERS]))
        level = float(random.lognormal(3.2, 1.0)) if random.random() < 0.3 else 0.0
        for place, year in enumerate(_YEARS[-dates:]):
            key = f"P{woman:06d}_{year}0310"
            grown = level * 1.3**place
            areas = [grown * float(random.lognormal(0, 0.12)) for _ in VIEWS]
            if random.random() < 0.03:
                areas[int(random.integers(4))] = 0.0 if level else float(random.lognormal(3, 0.6))
            identity = Identity(patient_id=f"P{woman:06d}" if woman % 17 else "", study_date=f"{year}0310")
            headers = [
                replace(
                    header,
                    path=Path("in") / key / f"{label}.dcm",
                    view=View(label[1:]),
                    laterality=Laterality(label[0]),
                    identity=identity,
                    acquisition=Acquisition(manufacturer=maker),
                    spacing=None if woman % 41 == 0 else header.spacing,
                )
                for label in VIEWS
                if random.random() > 0.01
            ]
            if headers:
                entries.append(Entry(exam_of(headers, key=key), tuple(areas)))
    return entries[:count]


def _outcome(
    task: ViewTask,
    area_mm2: float,
    made: Sequence[Template],
    overlays: Sequence[Path],
    out: Path,
    random: np.random.Generator,
) -> ViewOutcome:
    if random.random() < 0.004:
        text = f"{task.path}: has 3 channels that differ; give a single grey view."
        return refused(task, UnsupportedImageError(text))
    which = 0 if area_mm2 == 0 else 1 + task.number % (len(made) - 1)
    result = made[which].result
    measurement = _with_area(result.measurement, area_mm2, task.header.spacing is not None, random)
    notices = (OTHER_CALCIFICATIONS.notice(count=2),) if random.random() < 0.01 else ()
    record = view_record(
        task.header,
        result.prepared,
        measurement,
        provenance=result.provenance,
        notices=notices,
        exam=task.exam_key,
    )
    place = out / task.exam_key
    place.mkdir(parents=True, exist_ok=True)
    # As the worker does, but for the layout, and for waiting until the disk has it.
    (place / f"{task.stem}.json").write_bytes(msgspec.json.encode(record))
    if overlays:
        os.link(overlays[which], place / f"{task.stem}_overlay.png")
    return ViewOutcome(task, record, header=task.header, measurement=measurement)


def _with_area(
    measurement: ViewMeasurement, area_mm2: float, in_mm: bool, random: np.random.Generator
) -> ViewMeasurement:
    """The measurement with another area, and what follows from it."""
    percent = 100 * area_mm2 / BREAST_MM2
    grade = area_grade(percent, profile="ibrahim-paper", mask_style="vessel-band")
    assert grade is not None
    sure = random.beta(9, 1) if area_mm2 else random.beta(1, 14)
    return replace(
        measurement,
        am_px=round(area_mm2 / SPACING_MM**2),
        bac_in_breast_area_px=round(area_mm2 / SPACING_MM**2),
        breast_area_px=round(BREAST_MM2 / SPACING_MM**2),
        breast_area_mm2=BREAST_MM2 if in_mm else None,
        bac_area_mm2=area_mm2 if in_mm else None,
        bac_percent_of_breast=percent,
        area_grade=grade.grade,
        area_grade_name=grade.name,
        area_grade_percent=percent,
        calcified_length_mm=area_mm2 / 1.8 if in_mm else None,
        vessels_count=round(min(area_mm2 / 25 + bool(area_mm2), 9)),
        bac_probability=float(sure),
    )


def _overlays(out: Path, made: Sequence[Template]) -> list[Path]:
    """One file of each, that the others are further names of: the disk has no room for so many."""
    paths = []
    for number, template in enumerate(made):
        path = out / f".overlay-{number}.png"
        path.write_bytes(template.overlay)
        paths.append(path)
    return paths
