"""What was measured on a sample, compared with its truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import msgspec

from shared_core.documents import DocumentError, known_part
from shared_core.errors import UnreadableImageError
from shared_core.exporting.mask_files import read_mask
from shared_core.mammogram import Mask
from shared_core.mass.densitometry import MassResult, measure_mass
from shared_core.preprocessing.prepare import prepare
from shared_core.reading.reader import read_mammogram
from shared_core.records.cells import csv_bytes
from shared_core.records.record_types import ViewRecord
from shared_core.simulation.samples import Sample
from shared_core.statistics.overlap import overlap
from shared_core.weights.registry import DEFAULT_MODEL, load_card


@dataclass(frozen=True)
class TruthRow:
    """One view: true, and measured under the mask of the model; a row of ``truth.csv``."""

    view: str
    dice: float
    """Of the model's mask and the true vessel bands."""
    true_area_mm2: float
    """Of the vessel bands."""
    measured_area_mm2: float | None
    true_length_mm: float
    measured_length_mm: float | None
    true_vessels_count: int
    measured_vessels_count: int | None
    true_mass_ha_mg: float
    measured_mass_ha_mg: float | None
    """On the raw image."""
    measured_mass_low_mg: float | None
    measured_mass_high_mg: float | None


class _Vessel(msgspec.Struct, frozen=True):
    length_mm: float


class _Truth(msgspec.Struct, frozen=True):
    mass_mg: float
    vessels: tuple[_Vessel, ...]


class _ViewTruth(msgspec.Struct, frozen=True):
    """What is compared of the truth of a view."""

    rows: int
    columns: int
    laterality: str
    view: str
    spacing_mm: float
    truth: _Truth


def compare_with_truth(sample: Sample, records: Sequence[ViewRecord], results: Path) -> list[TruthRow]:
    """One row a view of a sample with raw images, of which all were measured; `results` holds their masks."""
    by_file = {Path(record.file): record for record in records}
    return [
        _row(by_file[image], raw, truth, results)
        for image, raw, truth in zip(sample.images, sample.raw, sample.truth, strict=True)
    ]


def truth_csv(rows: Sequence[TruthRow]) -> bytes:
    """``truth.csv``: empty cells for what was not measured."""
    return csv_bytes([field.name for field in fields(TruthRow)], map(astuple, rows))


def read_truth(file: Path) -> _ViewTruth:
    """What is known of a simulated view; `UnreadableImageError` where the file is damaged."""
    try:
        return known_part(file.read_bytes(), _ViewTruth)
    except OSError as error:
        raise UnreadableImageError(f"{file}: cannot be read ({error.strerror}); simulate it again.") from None
    except DocumentError as error:
        raise UnreadableImageError(error.sentence(str(file))) from None


def _row(record: ViewRecord, raw: Path, truth_file: Path, results: Path) -> TruthRow:
    known, stem = read_truth(truth_file), Path(record.file).stem
    shape = known.rows, known.columns
    mask = read_mask(results / (record.exam or "") / f"{stem}_mask.png", shape)
    band = read_mask(truth_file.with_name(f"{truth_file.stem}_band.png"), shape)
    mass = _mass(raw, mask)
    return TruthRow(
        view=known.laterality + known.view,
        dice=overlap(mask, band).dice,
        true_area_mm2=float(band.sum()) * known.spacing_mm**2,
        measured_area_mm2=record.number("bac_area_mm2"),
        true_length_mm=sum(vessel.length_mm for vessel in known.truth.vessels),
        measured_length_mm=record.number("calcified_length_mm"),
        true_vessels_count=len(known.truth.vessels),
        measured_vessels_count=record.number("vessels_count"),
        true_mass_ha_mg=known.truth.mass_mg,
        measured_mass_ha_mg=mass.mass_ha_mg,
        measured_mass_low_mg=mass.interval_low_mg,
        measured_mass_high_mg=mass.interval_high_mg,
    )


def _mass(raw: Path, mask: Mask) -> MassResult:
    """As ``bac measure RAW MASK``."""
    mammogram = read_mammogram(raw)
    breast = prepare(mammogram, load_card(DEFAULT_MODEL).preprocessing).breast_mask
    return measure_mass(mammogram, mask, breast=breast)
