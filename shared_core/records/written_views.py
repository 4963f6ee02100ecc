"""Records of `view_record` read back: as numbers, and with the mask that lies beside them."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from shared_core.errors import UnreadableImageError, UsageError
from shared_core.grades.csbi import VesselKinds
from shared_core.quantification.measurement import ViewMeasurement

_RENAMED: Final = {"intensity_threshold": "tam_threshold", "intensity_comparison": "tam_comparison"}
_KINDS: Final = ("punctate", "coarse", "tram_track", "unknown")


@dataclass(frozen=True, eq=False)
class WrittenView:
    """A view in a folder of results."""

    record: Mapping[str, Any]
    """As `view_record` made it."""
    mask: Path
    """PNG of the mask at source size; see `read_mask`."""


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
        path = mask.with_name(f"{mask.name.removesuffix('_mask.png')}.json")
        record = _record(path)
        views[str(record["file"])] = WrittenView(record, mask)
    return WrittenResults(views, _failures(folder / "failures.csv"))


def measurement_of(record: Mapping[str, Any]) -> ViewMeasurement:
    """The numbers of a view from its record; all but the sizes of the single parts, which it does not hold.

    Raises
    ------
    UsageError
        It is the record of a view that failed, or of another version.
    """
    metrics = record.get("metrics")
    if not metrics:
        raise UsageError(f"{record.get('file')}: was not measured ({record.get('error')}).")
    kinds = [metrics.get(f"vessels_{kind}") for kind in _KINDS]
    spacing = record.get("spacing_mm")
    known = {
        field.name: metrics.get(_RENAMED.get(field.name, field.name)) for field in fields(ViewMeasurement)
    }
    try:
        return ViewMeasurement(
            **{
                **known,
                "parts_px": (),
                "pixel_area_mm2": spacing[0] * spacing[1] if spacing is not None else None,
                "vessel_kinds": VesselKinds(*kinds) if metrics["vessels_count"] is not None else None,
            }
        )
    except (KeyError, TypeError) as error:
        raise UsageError(f"{record.get('file')}: the record is of another version ({error}).") from None


def _record(path: Path) -> Mapping[str, Any]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        record["file"], record["metrics"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnreadableImageError(f"{path}: is no record of a view ({error}); analyse it again.") from None
    return dict(record)


def _failures(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return {row["file"]: row["error"] for row in csv.DictReader(file)}
    except (OSError, ValueError, KeyError) as error:
        raise UnreadableImageError(f"{path}: cannot be read ({error}); analyse again.") from None
