"""Views in a folder of results: their records, and the masks that lie beside them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import msgspec

from shared_core.errors import UnreadableImageError, UsageError
from shared_core.grades.csbi import VesselKinds
from shared_core.quantification.measurement import ViewMeasurement
from shared_core.records.cells import separator_of, unguarded
from shared_core.records.record_reading import read_record
from shared_core.records.record_types import ViewRecord
from shared_core.wording.phrases import is_heat_map

_RENAMED: Final = {"intensity_threshold": "tam_threshold", "intensity_comparison": "tam_comparison"}


@dataclass(frozen=True, eq=False)
class WrittenView:
    """A view in a folder of results."""

    record: ViewRecord
    mask: Path
    """PNG of the mask at source size; see `read_mask`."""
    probability: Path | None = None
    """16-bit PNG, see `probability_of`; None where it was not asked for."""
    other: Path | None = None
    """PNG of calcification that is not along an artery, as `mask`; None where nothing tells it."""


@dataclass(frozen=True)
class WrittenResults:
    """What ``bac analyze -o`` left in a folder."""

    views: Mapping[str, WrittenView]
    """By the file of the image, as the record names it."""
    failures: Mapping[str, str]
    """A sentence for each file that could not be analysed."""


def read_written(folder: Path) -> WrittenResults:
    """Read the records and failures of ``bac analyze -o``; masks are only named.

    Raises
    ------
    UnreadableImageError
        A record or table is damaged.
    """
    views: dict[str, WrittenView] = {}
    for mask in sorted(folder.glob("*/*_mask.png")):
        stem = mask.name.removesuffix("_mask.png")
        record = read_record(mask.with_name(f"{stem}.json"), ViewRecord)
        probability, other = (mask.with_name(f"{stem}_{what}.png") for what in ("probability", "other"))
        views[record.file] = WrittenView(
            record,
            mask,
            probability if probability.is_file() else None,
            other if other.is_file() else None,
        )
    return WrittenResults(views, _failures(folder / "failures.csv"))


def measurement_of(record: ViewRecord) -> ViewMeasurement:
    """The numbers of a view from its record; all but the sizes of the single parts, which it does not hold.

    `UsageError` for the record of a view that failed, or of another version.
    """
    metrics = record.metrics
    if not metrics:
        raise UsageError(f"{record.file}: was not measured ({record.error}).")
    spacing = record.spacing_mm
    names = {field.name: _RENAMED.get(field.name, field.name) for field in fields(ViewMeasurement)}
    known: dict[str, Any] = {name: metrics[key] for name, key in names.items() if key in metrics}
    kinds = {field.name: metrics.get(f"vessels_{field.name}") for field in fields(VesselKinds)}
    try:
        return msgspec.convert(
            {
                **known,
                "parts_px": (),
                "pixel_area_mm2": spacing[0] * spacing[1] if spacing is not None else None,
                "vessel_kinds": kinds if metrics.get("vessels_count") is not None else None,
                "heat_map": is_heat_map(record.provenance),
            },
            ViewMeasurement,
        )
    except msgspec.ValidationError as error:
        raise UsageError(
            f"{record.file}: the record is of another version ({error}); run the analysis again."
        ) from None


def _failures(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator_of(text.partition("\n")[0]))
        return {unguarded(row["file"]): unguarded(row["error"]) for row in rows}
    except (OSError, ValueError, KeyError, AttributeError, csv.Error) as error:
        raise UnreadableImageError(f"{path}: cannot be read ({error}); run the analysis again.") from None
