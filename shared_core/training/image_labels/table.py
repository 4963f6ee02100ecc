"""The table of labels: file, patient, age, whether the image shows BAC; wrong rows are named by line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared_core.errors import UsageError
from shared_core.reading.facts.table import refuse
from shared_core.reading.facts.table_text import table_lines

COLUMNS: Final = ("file", "patient", "age", "label")
LENGTH: Final = "length_mm"
"""Column that may be there: the true length of the calcified arteries, for judging alone."""
_YES: Final = frozenset({"1", "1.0", "yes", "bac", "positive", "true"})
_NO: Final = frozenset({"0", "0.0", "no", "none", "negative", "false"})
_UNKNOWN: Final = frozenset({"", "nan", "na", "n/a", "null", "unknown"})
_OLDEST: Final = 120.0


@dataclass(frozen=True)
class LabelledFile:
    """One image and its label."""

    path: Path
    name: str
    """As the table has it: below the folder of the images."""
    patient: str
    age: float | None
    """In years; None where it is not known."""
    has_bac: bool
    length_mm: float | None = None
    """Of all calcified arteries; 0 where there is no BAC, None where it is not known."""
    spacing_mm: float | None = None
    """In the plane of the breast, where the file does not know it."""


def read_label_table(
    table: Path, images: Path, *, spacing_mm: float | None = None
) -> tuple[LabelledFile, ...]:
    """Read a table of labels.

    Parameters
    ----------
    table
        With the columns of `COLUMNS`, and perhaps `LENGTH`; others are passed over. ``label`` is 1 or 0, yes
        or no. ``age`` may be empty.
    images
        Folder that all files lie in.

    Raises
    ------
    UsageError
        It cannot be read, has no such column, or has wrong rows: each is named with its line.
    """
    lines = table_lines(table)
    _, head = next(lines, (0, []))
    named = [name.strip().casefold() for name in head]
    _check_columns(table, named)
    rows: list[LabelledFile] = []
    wrong: list[str] = []
    line_of: dict[Path, tuple[int, bool]] = {}
    for number, cells in lines:
        try:
            row = _row(dict(zip(named, cells, strict=False)), images, spacing_mm, has_lengths=LENGTH in named)
            before = line_of.get(row.path)
            if before is not None:
                raise ValueError(_twice(row, *before))
        except ValueError as error:
            wrong.append(f"line {number}: {error}")
            continue
        line_of[row.path] = number, row.has_bac
        rows.append(row)
    refuse(wrong, table.name)
    for label, what in ((True, "with BAC"), (False, "without BAC")):
        if not any(row.has_bac is label for row in rows):
            raise UsageError(f"{table.name}: no image {what} is in it; both kinds are needed to learn.")
    return tuple(rows)


def _check_columns(table: Path, named: list[str]) -> None:
    missing = [name for name in COLUMNS if name not in named]
    if missing:
        raise UsageError(
            f"{table.name}: has no column {', '.join(missing)}; it needs {', '.join(COLUMNS)}, and may have "
            f"{LENGTH}."
        )
    twice = sorted({name for name in named if name in (*COLUMNS, LENGTH) and named.count(name) > 1})
    if twice:
        raise UsageError(f"{table.name}: the column {', '.join(twice)} is there twice; leave one.")


def _row(
    cells: Mapping[str, str], images: Path, spacing_mm: float | None, *, has_lengths: bool
) -> LabelledFile:
    """One row; a `ValueError` with what is wrong, to go on a sentence."""
    name, patient = cells.get("file", ""), cells.get("patient", "")
    if not name:
        raise ValueError("names no file")
    path = _place(images, name)
    if not patient:
        raise ValueError(f"says nothing of the patient of {name}")
    label = cells.get("label", "").casefold()
    if label not in _YES | _NO:
        raise ValueError(f"the label {cells.get('label', '')!r} of {name} is neither 1 (BAC) nor 0 (none)")
    has_bac = label in _YES
    length_mm = _number(cells.get(LENGTH, ""), LENGTH, name)
    if has_lengths and length_mm is None and not has_bac:
        length_mm = 0.0
    if length_mm and not has_bac:
        raise ValueError(f"{name} has no BAC and a {LENGTH} of {length_mm:g}")
    age = _number(cells.get("age", ""), "age", name, most=_OLDEST)
    return LabelledFile(path, name, patient, age, has_bac, length_mm, spacing_mm)


def _place(images: Path, name: str) -> Path:
    root = images.resolve()
    path = (root / name.replace("\\", "/")).resolve()
    if not path.is_relative_to(root):
        raise ValueError(f"{name} lies outside of {images}")
    if not path.is_file():
        raise ValueError(f"{name} is not in {images}")
    return path


def _number(cell: str, what: str, name: str, *, most: float = float("inf")) -> float | None:
    if cell.casefold() in _UNKNOWN:
        return None
    try:
        value = float(cell.removesuffix("Y") if what == "age" else cell)
    except ValueError:
        value = -1.0
    if not 0 <= value <= most or value == float("inf"):
        raise ValueError(f"the {what} {cell!r} of {name} is no number that it can be; leave it empty")
    return value


def _twice(row: LabelledFile, line: int, has_bac: bool) -> str:
    if has_bac == row.has_bac:
        return f"{row.name} is in line {line} already"
    return f"{row.name} is labelled {int(row.has_bac)} here and {int(has_bac)} in line {line}"
