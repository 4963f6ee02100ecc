"""What was measured on the views of simulated series: one row a view and mask, in a CSV table."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Literal

from shared_core.errors import UsageError

Course = Literal["still", "grown", "new machine"]
"""No growth; growth; no growth, and the last exam on the machine of another maker."""
Masks = Literal["true", "model"]

YEARS = (0.0, 2.0, 5.0)
GROWTH_A_YEAR = 0.10
"""Of the mass at year 0, in every artery."""


@dataclass(frozen=True)
class Row:
    """One view, measured with one mask."""

    patient: int
    severity: str
    course: Course
    """The exam at year 0 is the same in every course and stands once, as still."""
    years: float
    style: str
    """Of the machine."""
    view: str
    masks: Masks
    """true: the band and, for the mass, the calcium of the simulator; model: its mask in both."""
    true_mg: float
    tam_per_breast_area: float
    bac_area_mm2: float
    bac_percent_of_breast: float
    calcified_length_mm: float
    mass_ha_mg: float
    """On the raw image."""


COLUMNS = tuple(field.name for field in fields(Row))
_TEXTS = ("severity", "course", "style", "view", "masks")


def read_rows(path: Path) -> list[Row]:
    """Rows of a table that `append_rows` wrote; none where there is no file.

    Raises
    ------
    UsageError
        If it is another table.
    """
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        if tuple(next(reader, ())) != COLUMNS:
            raise UsageError(f"{path}: is no table of simulated series; name another file with --rows.")
        return [_row(cells, path) for cells in reader]


def append_rows(path: Path, rows: Iterable[Row]) -> None:
    """Add rows to a table, with a heading where it is new; all at once, so that a patient is whole."""
    new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        if new:
            writer.writerow(COLUMNS)
        writer.writerows(astuple(row) for row in rows)


def series_of(rows: Sequence[Row], patient: int, course: Course, masks: Masks) -> list[Row]:
    """Rows of one series: where a course has no exam of its own at a year, that without growth counts."""
    own = [row for row in rows if row.patient == patient and row.masks == masks]
    years_of_course = {row.years for row in own if row.course == course}
    return [
        row
        for row in own
        if row.course == course or (row.course == "still" and row.years not in years_of_course)
    ]


def _row(cells: Sequence[str], path: Path) -> Row:
    if len(cells) != len(COLUMNS):
        raise UsageError(f"{path}: a row is not complete; take its last line out.")
    named = dict(zip(COLUMNS, cells, strict=True))
    values = {name: text if name in _TEXTS else float(text) for name, text in named.items()}
    values["patient"] = int(named["patient"])
    return Row(**values)  # type: ignore[arg-type]  # The names are those of the fields.
