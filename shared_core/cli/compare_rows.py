"""Tables for ``bac compare``: their rows by name, and columns that are derived from others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from shared_core.errors import UsageError
from shared_core.grades.dapamede import area_class
from shared_core.records.results_folder import Cell, Row, read_table

AREA_CLASS: Final = "bac_area_class_grade"
"""Class of the BAC area (Dapamede 2026), 0 to 3."""
_SIDES: Final = ("left_mean_bac_area_mm2", "right_mean_bac_area_mm2")
_FALLBACKS: Final = ("key", "name", "exam")


@dataclass(frozen=True)
class NamedRows:
    """A table whose rows are found by name."""

    path: Path
    rows: Mapping[str, Row]

    @property
    def label(self) -> str:
        """Short name for tables and plots."""
        return self.path.stem if self.path.stem not in ("exams", "views") else self.path.parent.name

    @property
    def columns(self) -> tuple[str, ...]:
        """Of the first row."""
        return tuple(next(iter(self.rows.values()), {}))


def named_rows(path: Path, key: str | None) -> NamedRows:
    """Read a table; rows that were not analysed are left out. A `UsageError` where two rows have one name."""
    found: dict[str, Row] = {}
    for row in read_table(path):
        if row.get("status") not in (None, "ok"):
            continue
        name = _name(row, path, key)
        if name in found:
            raise UsageError(
                f"{path}: two rows are named {name}; choose the column that names them with --key."
            )
        found[name] = with_area_class(row)
    return NamedRows(path, found)


def key_of(keys: str | None, place: int) -> str | None:
    """The column that names the rows of table `place`: ``key`` is that of all, ``key=exam`` of each."""
    if keys is None:
        return None
    parts = keys.split("=")
    return parts[min(place, len(parts) - 1)]


def with_area_class(row: Row) -> Row:
    """The row with the class of its BAC area, where it has one in mm²; of an exam both breasts are added."""
    area = row.get("bac_area_mm2")
    if not is_number(area):
        sides = [row.get(side) for side in _SIDES]
        known = [side for side in sides if isinstance(side, float) and np.isfinite(side)]
        area = sum(known) if len(known) == len(_SIDES) else None
    found = area_class(area if isinstance(area, float) else None)
    return row if found is None or AREA_CLASS in row else {**row, AREA_CLASS: float(found.number)}


def require_columns(tables: Sequence[NamedRows], columns: Sequence[str]) -> None:
    """A `UsageError` that names the first table without one of the columns."""
    for column in columns:
        for table in tables:
            if column not in table.columns:
                raise UsageError(f"{table.path}: has no column {column}; it has {', '.join(table.columns)}.")


def is_number(cell: Cell) -> bool:
    """Whether a cell holds a finite number."""
    return isinstance(cell, float) and bool(np.isfinite(cell))


def _name(row: Row, path: Path, key: str | None) -> str:
    if key is not None:
        if row.get(key) is None:
            raise UsageError(f"{path}: a row has nothing in the column {key}; choose another --key.")
        return _words(row[key])
    if "key" not in row and "file" in row and "view" in row:
        if row.get("exam") and row.get("view") and row.get("laterality"):
            return f"{row['exam']} {row['laterality']}{row['view']}"
        return Path(str(row["file"])).name
    for column in _FALLBACKS:
        if column in row:
            return _words(row[column])
    raise UsageError(f"{path}: no column key, name or exam; say which column names a row with --key.")


def _words(cell: Cell) -> str:
    return f"{cell:.0f}" if isinstance(cell, float) and cell.is_integer() else str(cell)
