"""The flat tables: one row a view, one row an exam, one row a failure.

They say what the records say, for spreadsheets and statistics programs: UTF-8, comma, an empty cell for
the unknown, ``true`` and ``false``, lists joined by `LIST_SEPARATOR`, the unit at the end of the name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from shared_core.notices import Notice
from shared_core.quantities.registry import QUANTITIES
from shared_core.records.cells import CsvStyle, csv_lines
from shared_core.records.record_types import ExamRecord, ViewRecord

_ABOUT_THE_FILE: Final = ("file", "status", "error", "exam", "view", "laterality", "view_modifiers")
_SPACING: Final = ("spacing_row_mm", "spacing_column_mm")
_ABOUT_THE_IMAGE: Final = ("spacing_source", "intent", "manufacturer", "synthetic_2d")
MODEL_COLUMNS: Final = (
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
"""Of how the mask came about."""
_NOTICES: Final = ("notice_codes", "warnings")
_STATE: Final = ("state", "made_by")
_SIDES: Final = (("left", "L"), ("right", "R"))
_ABOUT_THE_EXAM: Final = ("key", "patient_id", "study_date", "views_used", "missing_views")
_VIEWS_OF_EXAM: Final = ("views_analysed", "views_total", "views_not_analysed", "threshold")
FAILURE_COLUMNS: Final = ("file", "error")
EXAMS_JSON: Final = "exams.json"
"""The records of all exams, beside ``exams.csv``."""


def view_columns() -> tuple[str, ...]:
    """Columns of ``views.csv``."""
    return (
        *(*_ABOUT_THE_FILE, *_SPACING, *_ABOUT_THE_IMAGE),
        *(entry.key for entry in QUANTITIES.of("view")),
        *("excluded_px", *MODEL_COLUMNS, *_NOTICES, *_STATE, "stated"),
    )


def exam_columns() -> tuple[str, ...]:
    """Columns of ``exams.csv``."""
    return (
        *_ABOUT_THE_EXAM,
        *(entry.key for entry in QUANTITIES.of("exam")),
        *(f"{side}_{entry.key}" for side, _ in _SIDES for entry in QUANTITIES.of("breast")),
        *(*_NOTICES, *_VIEWS_OF_EXAM),
    )


def views_csv(records: Iterable[ViewRecord], *, style: CsvStyle = "plain") -> bytes:
    """``views.csv`` from view records, failed ones with empty numbers, in the order given."""
    return b"".join(views_lines(records, style=style))


def views_lines(records: Iterable[ViewRecord], *, style: CsvStyle = "plain") -> Iterator[bytes]:
    """The same line by line."""
    return _lines(view_columns(), map(view_row, records), style)


def exams_csv(records: Iterable[ExamRecord], *, style: CsvStyle = "plain") -> bytes:
    """``exams.csv`` from exam records, in the order given."""
    return b"".join(exams_lines(records, style=style))


def exams_lines(records: Iterable[ExamRecord], *, style: CsvStyle = "plain") -> Iterator[bytes]:
    """The same line by line."""
    return _lines(exam_columns(), map(exam_row, records), style)


def failures_csv(records: Iterable[ViewRecord], *, style: CsvStyle = "plain") -> bytes | None:
    """``failures.csv`` from view records; None where none failed, as then there is no such file."""
    failed = [{"file": one.file, "error": one.error} for one in records if one.status == "failed"]
    return b"".join(_lines(FAILURE_COLUMNS, failed, style)) if failed else None


def view_row(record: ViewRecord) -> dict[str, Any]:
    """The row of a view in ``views.csv``: column to value, in no text yet."""
    exclusions = (record.metrics or {}).get("exclusions_px")
    return {
        **{column: getattr(record, column) for column in (*_ABOUT_THE_FILE, *_ABOUT_THE_IMAGE, *_STATE)},
        **dict(zip(_SPACING, record.spacing_mm or (None, None), strict=True)),
        **record.numbers(),
        **{column: record.provenance.get(column) for column in MODEL_COLUMNS},
        "excluded_px": sum(exclusions.values()) if isinstance(exclusions, Mapping) else None,
        **_notice_cells(record.notices),
        "stated": [name for name in record.stated or () if name != "source"],
    }


def exam_row(record: ExamRecord) -> dict[str, Any]:
    """The row of an exam in ``exams.csv``."""
    breasts = {breast.laterality: breast.numbers() for breast in record.breasts}
    row = {
        **{column: getattr(record, column) for column in (*_ABOUT_THE_EXAM, *_VIEWS_OF_EXAM)},
        **record.numbers(),
        **_notice_cells(record.notices),
    }
    for side, laterality in _SIDES:
        own = breasts.get(laterality, {})
        row |= {f"{side}_{entry.key}": own.get(entry.key) for entry in QUANTITIES.of("breast")}
    return row


def _notice_cells(notices: Sequence[Notice]) -> dict[str, Any]:
    return {
        "warnings": [notice.text for notice in notices],
        "notice_codes": list(dict.fromkeys(notice.code for notice in notices)),
    }


def _lines(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], style: CsvStyle) -> Iterator[bytes]:
    return csv_lines(columns, ([row[column] for column in columns] for row in rows), style=style)


def column_unit(column: str) -> str:
    """Unit of a column of ``views.csv`` in the letters of UCUM; empty where it has none."""
    units = {entry.key: entry.quantity.unit for entry in QUANTITIES.of("view")}
    if column in units:
        return units[column].ucum.strip("{}").replace("pixels", "px") if units[column].text else ""
    return next((unit for end, unit in (("_mm", "mm"), ("_px", "px")) if column.endswith(end)), "")
