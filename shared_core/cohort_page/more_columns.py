"""A table of what a person knows of exams or patients and the results do not hold: site, age, group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from shared_core.cohort_page.columns import Cell, CellKind, PageColumn
from shared_core.errors import UsageError
from shared_core.records.results_folder import Row, read_table

_GROUP: Final = "From your table"
_KEYS: Final = ("exam", "patient_id")


@dataclass(frozen=True)
class MoreColumns:
    """Its columns, and the rows by exam or patient."""

    columns: tuple[PageColumn, ...] = ()
    by: str = "exam"
    """Of `_KEYS`: what a row is about."""
    rows: Mapping[str, Row] = field(default_factory=dict)

    def cells(self, *, exam: str, patient: str | None) -> dict[str, Cell]:
        """Values of `columns`; None where the table has no such row."""
        key = exam if self.by == "exam" else patient
        row = self.rows.get(key, {}) if key is not None else {}
        return {column.key: _cell(row.get(column.label)) for column in self.columns}


def read_more_columns(path: Path) -> MoreColumns:
    """Read it: a row an exam or a patient, all other columns as they are.

    Raises
    ------
    UnreadableImageError
        It cannot be read.
    UsageError
        It has neither a column ``exam`` nor ``patient_id``, or one of them twice.
    """
    rows = read_table(path)
    by = next((name for name in _KEYS if name in rows[0]), None)
    if by is None:
        raise UsageError(f"{path}: has no column {' or '.join(_KEYS)}, by which its rows could be known.")
    found: dict[str, Row] = {}
    for line, row in enumerate(rows, start=2):
        key = str(row[by])
        if key in found:
            raise UsageError(f"{path}: line {line} has {by} {key} again; leave one row of each.")
        found[key] = row
    names = [name for name in rows[0] if name and name not in _KEYS]
    columns = tuple(
        PageColumn(
            key=f"more_{number}",
            label=name,
            kind=_kind(cells),
            group=_GROUP,
            digits=_digits(cells),
            shown=True,
        )
        for number, name in enumerate(names)
        for cells in [[row.get(name) for row in rows]]
    )
    return MoreColumns(columns, by, found)


def _kind(cells: Sequence[object]) -> CellKind:
    known = [cell for cell in cells if cell is not None]
    return "number" if known and all(type(cell) is float for cell in known) else "text"


def _digits(cells: Sequence[object]) -> tuple[int, int]:
    """As many as the table has; none where it has texts."""
    most = max((len(f"{cell:g}".partition(".")[2]) for cell in cells if type(cell) is float), default=0)
    return most, most


def _cell(cell: object) -> Cell:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return cell if isinstance(cell, (float, str)) else None
