"""How a value stands in a cell of our tables, and how it is read back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

LIST_SEPARATOR: Final = " | "
"""Between the items of a list: sentences have commas and semicolons of their own."""


def cell(value: Any) -> Any:
    """A value as it stands in the tables; None stands for an empty cell."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return joined(value)
    return value


def csv_bytes(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> bytes:
    """A table of values in the order of its columns, as all of ours are written."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8", errors="backslashreplace")


def joined(items: Sequence[object]) -> str:
    """A list in one cell."""
    return LIST_SEPARATOR.join(map(str, items))


def items_of(text: object) -> tuple[str, ...]:
    """The list that a cell holds."""
    return tuple(item for item in str(text).split(LIST_SEPARATOR) if item) if text else ()
