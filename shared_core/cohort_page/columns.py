"""The columns of the page: what they are called, how their values are written, and the values of an exam."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from shared_core.cohort_page.exams import CohortExam, CohortView
from shared_core.quantities.quantity import Entry, Value, words_for_people
from shared_core.quantities.registry import QUANTITIES
from shared_core.records.cells import joined

CellKind = Literal["text", "number", "grade", "list"]
Cell = Value | list[str]
"""None where it is not known."""
_SIDES: Final = (("left", "L"), ("right", "R"))
_DIGITS: Final = 6
"""Of a number in the page; all of them stand in the tables."""
_AS_WRITTEN: Final = (0.01, 1.0)
_MOST_SHOWN: Final = 20
"""Place in the tables for people up to which a quantity of the exam is shown from the start."""
_NUMBER_KINDS: Final = frozenset({"number", "count", "setting"})


@dataclass(frozen=True)
class PageColumn:
    """One column."""

    key: str
    label: str
    kind: CellKind
    group: str
    """Under which it is chosen."""
    unit: str = ""
    digits: tuple[int, int] = (0, 0)
    """After the point: of a value below 0.1, and of others."""
    words: Mapping[str, str] | None = None
    """Of a grade: what each value means."""
    meaning: str = ""
    shown: bool = False
    """From the start."""
    quantity: str = ""
    """Its key in the registry; empty where it is none."""


_WHO: Final = (
    PageColumn("exam", "Exam", "text", "Exam", meaning="Name of its folder in the results.", shown=True),
    PageColumn("patient", "Patient", "text", "Exam", meaning="As the images have it.", shown=True),
    PageColumn("date", "Date", "text", "Exam", shown=True),
)
_ABOUT: Final = (
    PageColumn("year", "Year", "text", "Exam"),
    PageColumn(
        "machine", "Machine", "text", "Exam", meaning="Manufacturer and model, where known.", shown=True
    ),
    PageColumn("model", "Model", "text", "Exam", meaning="That made the masks.", shown=True),
    PageColumn("images", "Images", "number", "Exam", meaning="That were found."),
    PageColumn("analysed", "Analysed", "number", "Exam", meaning="Images that have a mask."),
    PageColumn("missing", "Missing views", "list", "Exam", shown=True),
    PageColumn("failures", "Failures", "list", "Exam", meaning="Why images failed.", shown=True),
    PageColumn(
        "notices", "Notices", "list", "Exam", meaning="Codes; an open exam shows them in words.", shown=True
    ),
    PageColumn("state", "Masks", "list", "Exam", meaning="How the masks came about."),
)
NAME: Final = PageColumn(
    "name", "Name", "text", "Exam", meaning="Of the patient, from the images.", shown=True
)


def exam_columns() -> tuple[PageColumn, ...]:
    """Those of an exam: what it is, its numbers, those of each breast."""
    return (
        *_WHO,
        *(_of_quantity(entry, "Both breasts") for entry in QUANTITIES.of("exam")),
        *(
            _of_quantity(entry, f"{side.capitalize()} breast", key=f"{side}_{entry.key}", side=side)
            for side, _ in _SIDES
            for entry in QUANTITIES.of("breast")
        ),
        *_ABOUT,
    )


def view_columns() -> tuple[PageColumn, ...]:
    """Numbers and grades of a view that people look at."""
    entries = sorted(
        (entry for entry in QUANTITIES.of("view") if entry.quantity.place is not None),
        key=lambda entry: entry.quantity.place or 0,
    )
    return tuple(_of_quantity(entry, "View") for entry in entries if entry.quantity.kind != "text")


def exam_cells(exam: CohortExam, *, machine: str | None) -> dict[str, Cell]:
    """Values of `exam_columns`; None where they are not known.

    Parameters
    ----------
    machine
        From an image of the exam, where it is at hand.
    """
    record, views = exam.record, [view.record for view in exam.views]
    measured = [one for one in views if one.status == "ok"]
    cells: dict[str, Cell] = {
        "exam": exam.key,
        "patient": record.patient_id if record is not None else None,
        "date": exam.date,
        "year": exam.date[:4] if exam.date else None,
        "machine": machine or _all_of(one.manufacturer for one in views),
        "model": _all_of(_text(one.provenance.get("model_name")) for one in measured),
        "images": record.views_total if record is not None else len(views) or None,
        "analysed": record.views_analysed if record is not None else None,
        "missing": list(record.missing_views) if record is not None else None,
        "failures": failures_of(exam),
        "notices": _codes(exam),
        "state": _each_once(one.state for one in views),
    }
    numbers = record.numbers() if record is not None else {}
    cells |= {entry.key: _short(numbers.get(entry.key)) for entry in QUANTITIES.of("exam")}
    breasts = {one.laterality: one.numbers() for one in record.breasts} if record is not None else {}
    for side, letter in _SIDES:
        own = breasts.get(letter, {})
        cells |= {f"{side}_{entry.key}": _short(own.get(entry.key)) for entry in QUANTITIES.of("breast")}
    return cells


def view_cells(view: CohortView, columns: Sequence[PageColumn]) -> list[Cell]:
    """Values of columns of `view_columns`."""
    numbers = view.record.numbers()
    return [_short(numbers[column.key]) for column in columns]


def failures_of(exam: CohortExam) -> list[str]:
    """Codes of the reasons for which images failed, or could not be put together."""
    return _each_once(
        [*(view.failure for view in exam.views), "not-written" if exam.unwritten is not None else None]
    )


def _codes(exam: CohortExam) -> list[str]:
    own = exam.record.notices if exam.record is not None else ()
    return _each_once(notice.code for notice in (*own, *(n for v in exam.views for n in v.record.notices)))


def _each_once(texts: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text))


def _all_of(texts: Iterable[str | None]) -> str | None:
    return joined(_each_once(texts)) or None


def _text(value: object) -> str | None:
    return str(value) if value else None


def _short(value: Value) -> Value:
    return float(f"{value:.{_DIGITS}g}") if isinstance(value, float) else value


def _of_quantity(entry: Entry, group: str, *, key: str = "", side: str = "") -> PageColumn:
    quantity = entry.quantity
    grades = quantity.grades
    label = quantity.label.format(x="X")
    kind: CellKind = "text"
    if quantity.kind == "grade":
        kind = "grade"
    elif quantity.kind in _NUMBER_KINDS:
        kind = "number"
    return PageColumn(
        key=key or entry.key,
        label=f"{label}, {side}" if side else label,
        kind=kind,
        group=group,
        unit=quantity.unit.text,
        digits=_digits(entry) if kind == "number" else (0, 0),
        words={str(value): concept.meaning for value, concept in grades.items()} if grades else None,
        quantity=quantity.key,
        meaning=words_for_people(entry.reading.meaning),
        shown=not side and quantity.place is not None and quantity.place < _MOST_SHOWN and kind != "text",
    )


def _digits(entry: Entry) -> tuple[int, int]:
    """Two values tell how a quantity is written."""
    small, large = (len(entry.text(one).partition(".")[2]) for one in _AS_WRITTEN)
    return small, large


def row_of(cells: Mapping[str, Any], columns: Iterable[PageColumn]) -> list[Cell]:
    """The values in the order of the columns."""
    return [cells.get(column.key) for column in columns]
