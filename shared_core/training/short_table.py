"""Tables of a training run and of its scores: six digits of a number, an empty cell where there is none."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from shared_core.records.cells import csv_bytes


def short_table(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    """A table as all of ours are written; what a row does not have is an empty cell."""
    return csv_bytes(columns, ([_short(row.get(name)) for name in columns] for row in rows))


def _short(value: object) -> object:
    if isinstance(value, float):
        return f"{value:.6g}" if math.isfinite(value) else None
    return value
