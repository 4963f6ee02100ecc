"""The flat tables: one row a view, one row an exam, one row a failure.

They say what the records say, for spreadsheets and statistics programs: UTF-8, comma, an empty cell for
the unknown, ``true`` and ``false``, lists joined by ``; ``, the unit at the end of the column's name.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from shared_core.records.notice_record import notice_texts

_ABOUT_THE_FILE: Final = ("file", "status", "error", "exam", "view", "laterality", "view_modifiers")
_ABOUT_THE_IMAGE: Final = ("spacing_source", "intent", "manufacturer", "synthetic_2d")
_MASS: Final = ("mass_ha_mg", "mass_ca_mg", "mass_low_mg", "mass_high_mg", "mass_stratum")
_METRICS: Final = (
    "pm",
    "am_px",
    "sim",
    "tam_px",
    "tsim",
    "tam_threshold",
    "tam_comparison",
    "bac_area_mm2",
    "breast_area_px",
    "breast_area_mm2",
    "bac_in_breast_area_px",
    "bac_percent_of_breast",
    "denominator",
    "tam_per_breast_area",
    "area_grade",
    "area_grade_name",
    "area_grade_percent",
    "area_grade_denominator",
    "grade_profile",
    "parts_count",
    "largest_part_px",
    "vessels_count",
    "vessels_punctate",
    "vessels_coarse",
    "vessels_tram_track",
    "vessels_unknown",
    "segments_count",
    "calcified_length_px",
    "calcified_length_mm",
    "mean_calibre_mm",
    "csbi_grade",
    "csbi_reason",
    "mass_status",
    "mass_reason",
    *_MASS,
    "mass_lod_mg",
    "mass_k_cm2_g",
    "mass_k_source",
)
_MODEL: Final = (
    "model_name",
    "model_sha256",
    "threshold",
    "mask_style",
    "input_spacing_mm",
    "resampled",
    "backend",
    "device",
    "precision",
    "stitching",
    "tile_px",
    "stride_px",
    "preprocessing",
    "software_version",
)
_NOTICES: Final = ("notice_codes", "warnings")
VIEW_COLUMNS: Final = (
    *_ABOUT_THE_FILE,
    "spacing_row_mm",
    "spacing_column_mm",
    *_ABOUT_THE_IMAGE,
    *_METRICS,
    "excluded_px",
    *_MODEL,
    *_NOTICES,
)
_BREAST: Final = (
    "mean_bac_area_mm2",
    "mean_bac_percent_of_breast",
    "max_area_grade",
    "vessels_count",
    "mean_calcified_length_mm",
    "mean_mass_ha_mg",
    "mean_mass_ca_mg",
    "mean_mass_low_mg",
    "mean_mass_high_mg",
)
_SIDES: Final = (("left", "L"), ("right", "R"))
_ABOUT_THE_EXAM: Final = (
    "key",
    "patient_id",
    "study_date",
    "views_used",
    "missing_views",
    "views_analysed",
    "views_total",
    "views_not_analysed",
    "guo_index",
    "guo_index_available_views",
    "bac_percent_of_breast",
    "area_grade",
    "area_grade_name",
    "area_grade_percent",
    "grade_profile",
    "vessels_count",
    "vessels_punctate",
    "vessels_coarse",
    "vessels_tram_track",
    "vessels_unknown",
    "calcified_length_mm",
    "csbi_grade",
    "csbi_reason",
    *_MASS,
    "mass_reason",
)
EXAM_COLUMNS: Final = (
    *_ABOUT_THE_EXAM,
    *(f"{side}_{column}" for side, _ in _SIDES for column in _BREAST),
    *_NOTICES,
)
FAILURE_COLUMNS: Final = ("file", "error")
_UNITS: Final = {
    "_cm2_g": "cm2/g",
    "_mm2": "mm2",
    "_mm": "mm",
    "_px": "px",
    "_mg": "mg",
    "_percent": "%",
    "percent_of_breast": "%",
}


def views_csv(records: Iterable[Mapping[str, Any]]) -> bytes:
    """``views.csv`` from view records, failed ones with empty numbers, in the order given."""
    return _csv(VIEW_COLUMNS, [view_row(record) for record in records])


def exams_csv(records: Iterable[Mapping[str, Any]]) -> bytes:
    """``exams.csv`` from exam records, in the order given."""
    return _csv(EXAM_COLUMNS, [_exam_row(record) for record in records])


def failures_csv(records: Iterable[Mapping[str, Any]]) -> bytes | None:
    """``failures.csv`` from view records; None where none failed, as then there is no such file."""
    failed = [record for record in records if record["status"] == "failed"]
    return _csv(FAILURE_COLUMNS, failed) if failed else None


def view_row(record: Mapping[str, Any]) -> dict[str, Any]:
    """The row of a view in ``views.csv``: column to value, in no text yet."""
    metrics, model = record["metrics"] or {}, record["model"] or {}
    row_mm, column_mm = record["spacing_mm"] or (None, None)
    return {
        **{column: record[column] for column in (*_ABOUT_THE_FILE, *_ABOUT_THE_IMAGE)},
        **_notices(record),
        **{column: metrics.get(column) for column in _METRICS},
        **{column: model.get(column) for column in _MODEL},
        "spacing_row_mm": row_mm,
        "spacing_column_mm": column_mm,
        "excluded_px": sum(metrics["exclusions_px"].values()) if metrics else None,
    }


def _exam_row(record: Mapping[str, Any]) -> dict[str, Any]:
    row = {column: record[column] for column in _ABOUT_THE_EXAM} | _notices(record)
    breasts = {breast["laterality"]: breast for breast in record["breasts"]}
    for side, laterality in _SIDES:
        row |= {f"{side}_{column}": breasts.get(laterality, {}).get(column) for column in _BREAST}
    return row


def _notices(record: Mapping[str, Any]) -> dict[str, list[str]]:
    codes = [one["code"] for one in record["notices"]]
    return dict(zip(_NOTICES, (codes, notice_texts(record)), strict=True))


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell(row[column]) for column in columns] for row in rows)
    return text.getvalue().encode("utf-8", errors="backslashreplace")


def column_unit(column: str) -> str:
    """Unit of a column, from the end of its name; empty where it has none."""
    return next((unit for end, unit in _UNITS.items() if column.endswith(end)), "")


def cell(value: Any) -> Any:
    """A value as it stands in the tables; None stands for an empty cell."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return " | ".join(str(item) for item in value)
    return value
