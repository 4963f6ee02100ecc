"""The rows of a study on disk: a line of settings, a line of columns, four lines a patient.

The file is replaced as a whole when a patient is done, so what it holds is always whole. A file that was
cut off all the same, by a copy or a full disk, is read as far as its last whole patient.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from shared_core.errors import UsageError
from shared_core.exporting.atomic_write import write_bytes
from validation.exams.row import ViewRow, columns, row_cells, row_from_cells

VIEWS: Final = 4
"""Of each patient."""
_MARK = "# "


def write_rows(path: Path, manifest: Mapping[str, Any], rows: Iterable[ViewRow]) -> None:
    """Write settings and rows, by patient, in place of what was there.

    Raises
    ------
    OutputError
        If it cannot be written; what was there is untouched then.
    """
    text = io.StringIO()
    text.write(f"{_MARK}{json.dumps(manifest, sort_keys=True)}\n")
    table = csv.DictWriter(text, columns(), lineterminator="\n")
    table.writeheader()
    table.writerows(row_cells(row) for row in sorted(rows, key=lambda row: row.patient))
    write_bytes(path, text.getvalue().encode())


def read_manifest(path: Path) -> dict[str, Any]:
    """The settings that the rows were made with.

    Raises
    ------
    UsageError
        If it is no file of rows.
    """
    return _parsed(path)[0]


def read_rows(path: Path) -> list[ViewRow]:
    """The rows of the patients that are whole, by patient.

    Raises
    ------
    UsageError
        If it is no file of rows, or of another version's columns.
    """
    lines = _parsed(path)[1]
    if lines[:1] != [",".join(columns())]:
        raise UsageError(f"{path}: its columns are not those of this version; start a new file of rows.")
    try:
        rows = [row_from_cells(cells) for cells in csv.DictReader(lines)]
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{path}: a row cannot be read ({error}); start a new file of rows.") from error
    views = Counter(row.patient for row in rows)
    return [row for row in rows if views[row.patient] == VIEWS]


def check_manifest(path: Path, manifest: Mapping[str, Any]) -> None:
    """Make sure that rows of these settings may be added to the file.

    Raises
    ------
    UsageError
        If its rows were made with others; the sentence names them.
    """
    there = read_manifest(path)
    names = sorted({*there, *manifest})
    differing = [name for name in names if there.get(name) != manifest.get(name)]
    if differing:
        raise UsageError(
            f"{path}: its rows were made with another {' and '.join(differing)}; start a new file of rows."
        )


def _parsed(path: Path) -> tuple[dict[str, Any], list[str]]:
    """Settings, and the lines below that have their end."""
    try:
        *whole, _ = path.read_text(encoding="utf-8").split("\n")
        manifest = json.loads(whole[0].removeprefix(_MARK)) if whole else None
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: no rows can be read from it ({error}).") from error
    if not isinstance(manifest, dict) or not whole[0].startswith(_MARK):
        raise UsageError(f"{path}: it is no file of rows; give another name.")
    return manifest, whole[1:]
