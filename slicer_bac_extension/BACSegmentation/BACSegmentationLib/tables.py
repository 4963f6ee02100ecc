"""Measurements in table nodes: the numbers of ``views.csv`` to the digit, with their units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Record = Mapping[str, Any]
"""Of a view: `shared_core.exporting.view_record`, or its JSON read back."""


def fill_table(table_node: Any, records: Sequence[Record]) -> None:
    """One row a view, the columns of ``views.csv`` by name, numbers as double or integer, units as labels."""
    raise NotImplementedError


def fill_summary(table_node: Any, records: Sequence[Record], exam: Record | None = None) -> None:
    """For people: a row a quantity with its unit, a column a view, and one of the exam; rounded."""
    raise NotImplementedError
