"""The table of a few quantities that people look at: a row a quantity, a column a view, one of the exam."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared_core.quantities.quantity import Entry, Metrics, Quantity
from shared_core.quantities.registry import QUANTITIES


@dataclass(frozen=True)
class PeopleRow:
    """One quantity, rounded; None where it is not known."""

    quantity: Quantity
    views: tuple[str | None, ...]
    exam: str | None

    @property
    def unit(self) -> str:
        """As people write it; empty where there is none."""
        return self.quantity.unit.text


def people_rows(views: Sequence[Metrics], exam: Metrics | None = None) -> list[PeopleRow]:
    """The quantities of which something is known.

    Parameters
    ----------
    views, exam
        Their numbers, as they stand in the JSON.
    """
    rows = [_row(quantity, views, exam) for quantity in shown_quantities()]
    known = [row for row in rows if row.exam is not None or any(text is not None for text in row.views)]
    if any(_in_mm2(row) for row in known):
        known = [row for row in known if row.quantity.key != "breast_area_px"]
    return known


def shown_quantities() -> list[Quantity]:
    """Those of views and of exams that tables for people show, in their order there."""
    shown = [
        (one.place, one)
        for one in QUANTITIES
        if one.place is not None and (one.view is not None or one.exam is not None)
    ]
    return [one for _, one in sorted(shown, key=lambda pair: pair[0])]


def _row(quantity: Quantity, views: Sequence[Metrics], exam: Metrics | None) -> PeopleRow:
    own = Entry(quantity, "view") if quantity.view is not None else None
    of_exam = Entry(quantity, "exam") if quantity.exam is not None else None
    return PeopleRow(quantity, tuple(_text(own, metrics) for metrics in views), _text(of_exam, exam))


def _text(entry: Entry | None, metrics: Metrics | None) -> str | None:
    if entry is None or metrics is None:
        return None
    value = entry.read(metrics)
    return None if value is None else entry.text(value)


def _in_mm2(row: PeopleRow) -> bool:
    return row.quantity.key == "breast_area_mm2" and None not in row.views
