"""A simulated exam the whole way: object, exposure, DICOM of a vendor's look, reader, model, numbers."""

from __future__ import annotations

import functools
import hashlib
import tempfile
from pathlib import Path

import shared_core
from shared_core import analyze_view, load_model, measure_view, read_mammogram
from shared_core.exporting.mask_files import read_mask
from shared_core.inference.model import Model
from shared_core.mammogram import Mask
from shared_core.mass.densitometry import MassResult, measure_mass
from shared_core.pipeline import DEFAULT_SETTINGS
from shared_core.quantification.measurement import ViewMeasurement
from shared_core.simulation.cohort import CohortSettings, SimulatedView, simulate_cohort
from shared_core.simulation.patient import make_patient
from validation.exams.row import Mass, Vessels, ViewRow
from validation.exams.study import Member
from validation.judged import AS_PUBLISHED, PUBLISHED


def measure_patient(seed: int) -> list[ViewRow]:
    """Simulate the four views of a patient of the study and measure them."""
    member = Member(seed)
    with tempfile.TemporaryDirectory() as folder:
        settings = CohortSettings(
            Path(folder), seed=seed, exam=True, patient=member.settings, style=member.style, raw=True
        )
        return [measure_simulated(done, settings) for done in simulate_cohort(settings, workers=1)]


def measure_simulated(done: SimulatedView, settings: CohortSettings) -> ViewRow:
    """Measure one view of a cohort that was made with raw images."""
    result = analyze_view(done.image, model=_model(PUBLISHED))
    band, calcium = (_true_mask(done, kind, result.mask.shape) for kind in ("band", "calcium"))
    style = _model(PUBLISHED).card.mask_style
    with_band = measure_view(result.prepared, band, None, mask_style=style, settings=DEFAULT_SETTINGS)
    raw = read_mammogram(settings.output_dir / "raw" / done.image.relative_to(settings.output_dir / "images"))
    breast = result.prepared.breast_mask
    record, truth = done.record, done.record["truth"]
    patient = make_patient(record["patient_seed"], settings=settings.patient)
    beam = record["technique"]["beam"]
    return ViewRow(
        patient=settings.seed,
        severity=patient.severity,
        density=patient.density,
        laterality=record["laterality"],
        view=record["view"],
        style=settings.style,
        anode=beam["anode"],
        filter=beam["filter_material"],
        kvp=beam["kvp"],
        compressed_mm=record["compressed_mm"],
        true_mg=truth["mass_mg"],
        true_vessels=len(truth["vessels"]),
        true_length_mm=sum(vessel["length_mm"] for vessel in truth["vessels"]),
        true_grade=truth["csbi_grade"],
        dice=dice(result.mask, band),
        predicted_px=result.measurement.am_px,
        published_px=None if truth["vessels"] else _published_px(done),
        band=_vessels(with_band),
        model=_vessels(result.measurement),
        calcium_mass=_mass(measure_mass(raw, calcium, breast=breast, mask_style="calcium")),
        model_mass=_mass(measure_mass(raw, result.mask, breast=breast, mask_style=style)),
        code=code_fingerprint(),
    )


def dice(one: Mask, other: Mask) -> float | None:
    """2 |A and B| / (|A| + |B|); None where both are empty."""
    total = int(one.sum()) + int(other.sum())
    return float(2 * (one & other).sum() / total) if total else None


@functools.cache
def code_fingerprint() -> str:
    """Ten hexadecimal digits that change with any file of the package."""
    root = Path(shared_core.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(path for kind in ("*.py", "*.json") for path in root.rglob(kind)):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:10]


@functools.cache
def _model(name: str) -> Model:
    return load_model(name, device="cpu")


def _published_px(done: SimulatedView) -> int:
    return analyze_view(done.image, model=_model(AS_PUBLISHED)).measurement.am_px


def _true_mask(done: SimulatedView, kind: str, shape: tuple[int, ...]) -> Mask:
    return read_mask(done.truth.with_name(f"{done.truth.stem}_{kind}.png"), shape)


def _vessels(measured: ViewMeasurement) -> Vessels:
    # Simulated images know their spacing and the masks are bands: only the grade may be missing.
    assert measured.vessels_count is not None
    assert measured.calcified_length_mm is not None
    assert measured.bac_area_mm2 is not None
    return Vessels(
        measured.vessels_count, measured.calcified_length_mm, measured.csbi_grade, measured.bac_area_mm2
    )


def _mass(result: MassResult) -> Mass:
    return Mass(result.mass_ha_mg, result.interval_low_mg, result.interval_high_mg)
