"""The long table of an identity check: one row a value."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from shared_core.errors import UsageError

HEAD: Final = ("image", "preset", "quantity", "value")
NOTHING: Final = "null"
"""A value that is not known: null in JSON, an empty cell in CSV."""
_WHOLE = re.compile(r"-?(0|[1-9]\d{0,17})")
_DECIMAL = re.compile(r"-?\d{1,18}(\.\d+)?([eE][+-]?\d{1,3})?")


class Place(NamedTuple):
    """What a value is of."""

    image: str
    preset: str
    quantity: str


Values = Mapping[Place, str]


def shown(value: object) -> str:
    """A value of a JSON document as it stands in the table: numbers by their `repr`, never rounded."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else repr(value)


def shown_cell(text: str) -> str:
    """The same of a cell of a CSV file; ``0.50`` and ``0.5`` are one number, ``1`` and ``1.0`` are two."""
    if text == "":
        return NOTHING
    if _WHOLE.fullmatch(text):
        return text
    return repr(float(text)) if _DECIMAL.fullmatch(text) and not text.isdecimal() else text


def write_table(path: Path, values: Values) -> None:
    """Write the rows in order of image, preset and quantity."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(HEAD)
    writer.writerows((*place, values[place]) for place in sorted(values))
    path.write_text(text.getvalue(), encoding="utf-8", newline="")


def read_table(path: Path) -> dict[Place, str]:
    """Read what `write_table` wrote.

    Raises
    ------
    UsageError
        The file cannot be read, is no such table, is cut off, or has a row twice.
    """
    rows = read_cells(path)
    if not rows or tuple(rows[0]) != HEAD or any(len(row) != len(HEAD) for row in rows):
        raise UsageError(
            f"{path}: is not a table of identity; make it with python -m validation.identity table."
        )
    found = {Place(*row[:3]): row[3] for row in rows[1:]}
    if len(found) != len(rows) - 1:
        raise UsageError(f"{path}: has rows that are there twice; make the table again.")
    return found


def read_cells(path: Path) -> list[list[str]]:
    """The cells of a file with tabs.

    Raises
    ------
    UsageError
        The file cannot be read.
    """
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return list(csv.reader(stream, delimiter="\t"))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path}: cannot be read ({error}); check the file.") from None


def without_collisions(pairs: Iterable[tuple[Place, str]]) -> dict[Place, str]:
    """The pairs as a mapping.

    Raises
    ------
    ValueError
        Two values claim one place: the table would hide one of them.
    """
    found: dict[Place, str] = {}
    for place, value in pairs:
        if place in found:
            raise ValueError(f"two values for {place}")
        found[place] = value
    return found
