"""Tables of the pages."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, texts: int = 1) -> list[str]:
    """Lines of a table whose first `texts` columns are words; the others are numbers, set to the right.

    Raises
    ------
    ValueError
        If a row is longer or shorter than the head.
    """
    marks = ["---" if column < texts else "---:" for column in range(len(head))]
    lines = [_line(head), "|" + "|".join(marks) + "|"]
    for row in rows:
        if len(row) != len(head):
            raise ValueError(f"a row has {len(row)} cells under {len(head)} headings: {row}")
        lines.append(_line(row))
    return lines


def shown(value: float | None, digits: int, *, signed: bool = False) -> str:
    """A number with so many decimals, never -0; a dash where it is not known."""
    if value is None or math.isnan(value):
        return "-"
    return f"{round(value, digits) + 0.0:{'+' if signed else ''}.{digits}f}"


def shown_limits(limits: tuple[float, float], digits: int) -> str:
    """Both ends of an interval."""
    return "-" if any(map(math.isnan, limits)) else f"{limits[0]:.{digits}f} to {limits[1]:.{digits}f}"


def cells(line: str) -> list[str]:
    """The cells of a table's line."""
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _line(row: Sequence[str]) -> str:
    return "| " + " | ".join(row) + " |"
