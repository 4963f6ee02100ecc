"""Results as tables for statistics: a row a woman and date, or a row a number, and what each column is.

Both are made from the tables of a folder of results, so that they say what those say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shared_core.quantities.quantity import Entry, Scope
from shared_core.quantities.registry import QUANTITIES
from shared_core.reading.standard_views import STANDARD_VIEWS
from shared_core.records.readings import Reading
from shared_core.records.results_folder import Cell, Results, Row, standard_views_of

IDENTITY: Final = ("patient_id", "study_date", "exam")
LONG_COLUMNS: Final = (*IDENTITY, "part", "quantity", "value", "unit")
_COUNTS: Final = ("views_analysed", "views_total", "views_used", "missing_views")
_OF_THE_MODEL: Final = ("model_name", "model_sha256", "threshold", "software_version", "spacing_source")
_OF_A_READING: Final = ("reading", "reading_comment", "reading_reader", "reading_at")
_OF_A_VIEW: Final = ("state", "spacing_row_mm", "manufacturer", "notice_codes")
_SIDES: Final = ("left", "right")
_TEXTS: Final[dict[str, tuple[str, str, str]]] = {
    "patient_id": ("Patient ID", "text", "As the images have it, or as it was stated."),
    "study_date": ("Date of the exam", "date", "YYYY-MM-DD."),
    "exam": ("Exam", "text", "Name of its folder in the results."),
    "views_analysed": ("Views analysed", "integer", "Of all images of the exam."),
    "views_total": ("Images of the exam", "integer", "Those that could not be analysed as well."),
    "views_used": ("Views that count", "text", "Standard views that the numbers of the exam are made from."),
    "missing_views": ("Views that are missing", "text", "Standard views that were not among the images."),
    "model_name": ("Model", "text", "That made the masks; empty where views differ."),
    "model_sha256": ("Model, sha256", "text", "Of its weights; empty where views differ."),
    "threshold": ("Threshold", "number", "Probability above which something is BAC."),
    "software_version": ("Version", "text", "Of OpenBAC; empty where views differ."),
    "spacing_source": ("Source of the pixel spacing", "text", "Empty where views differ."),
    "state": ("State of the mask", "text", "By the model, corrected, by hand, or from a file."),
    "spacing_row_mm": ("Pixel spacing", "number", "In the plane of the breast, row."),
    "manufacturer": ("Manufacturer", "text", "Of the machine."),
    "notice_codes": ("Notices", "text", "Codes, see the catalogue of notices."),
    "reading": ("Reading", "text", "What a person said of the exam: accept or reject."),
    "reading_comment": ("Comment", "text", "Of the person who read the exam."),
    "reading_reader": ("Reader", "text", "As they wrote their name."),
    "reading_at": ("Time of the reading", "text", "ISO 8601, UTC."),
}
"""Label, type and meaning of the columns that are no quantity."""
_TYPES: Final = {"number": "number", "count": "integer", "grade": "integer", "text": "text"}


@dataclass(frozen=True)
class Column:
    """What a column of the wide table is."""

    name: str
    label: str
    type: str
    """``number``, ``integer``, ``text`` or ``date``."""
    part: str
    """``exam``, ``left``, ``right``, or the view."""
    unit: str = ""
    ucum: str = ""
    values: str = ""
    """Of a grade: each value and what it means."""
    meaning: str = ""
    source: str = ""


def wide_columns(*, with_readings: bool = False) -> tuple[Column, ...]:
    """Columns of the wide table, in order: of exam, breasts, standard views and reading."""
    return (
        *(_of_text(name, "exam") for name in (*IDENTITY, *_COUNTS, *_OF_THE_MODEL)),
        *(_of_quantity(entry, "exam") for entry in QUANTITIES.of("exam")),
        *(_of_quantity(entry, side) for side in _SIDES for entry in QUANTITIES.of("breast")),
        *(column for view in STANDARD_VIEWS for column in _columns_of_view(view)),
        *(_of_text(name, "exam") for name in _OF_A_READING if with_readings),
    )


def wide_rows(
    results: Sequence[Results], readings: Mapping[str, Reading] | None = None
) -> Iterator[dict[str, Cell]]:
    """A row an exam, by column; what is not known is None.

    Parameters
    ----------
    readings
        What people said of exams, by key; None leaves their columns out.
    """
    for exam, views in _exams(results):
        row: dict[str, Cell] = {**_identity(exam)}
        row |= {name: exam.get(name) for name in _COUNTS}
        row |= {name: _common(views, name) for name in _OF_THE_MODEL}
        row |= {entry.key: exam.get(entry.key) for entry in QUANTITIES.of("exam")}
        for side in _SIDES:
            row |= {
                f"{side}_{entry.key}": exam.get(f"{side}_{entry.key}") for entry in QUANTITIES.of("breast")
            }
        chosen = standard_views_of(views)
        for label in STANDARD_VIEWS:
            view = chosen.get(label, {})
            row |= {_name(label, key): view.get(key) for key in _keys_of_view()}
        if readings is not None:
            row |= _reading_cells(readings.get(str(exam["key"])))
        yield row


def long_rows(results: Sequence[Results]) -> Iterator[dict[str, Cell]]:
    """A row a number that is known, of exams, breasts and standard views."""
    for exam, views in _exams(results):
        identity = _identity(exam)
        chosen = standard_views_of(views)
        parts: list[tuple[str, Scope, Row, str]] = [("exam", "exam", exam, "")]
        parts += [(side, "breast", exam, f"{side}_") for side in _SIDES]
        parts += [(label, "view", chosen[label], "") for label in STANDARD_VIEWS if label in chosen]
        for part, scope, row, before in parts:
            for entry in QUANTITIES.of(scope):
                value = row.get(before + entry.key)
                if value is not None:
                    yield {
                        **identity,
                        "part": part,
                        "quantity": entry.key,
                        "value": value,
                        "unit": entry.quantity.unit.text,
                    }


def long_columns() -> tuple[Column, ...]:
    """Columns of the long table where each has one type: a value that is words stands in `text`."""
    return (
        *(_of_text(name, "exam") for name in IDENTITY),
        Column("part", "Part", "text", "exam", meaning="exam, left, right, or the view."),
        Column("quantity", "Quantity", "text", "exam", meaning="Its key."),
        Column("value", "Value", "number", "exam", meaning="Empty where it is words."),
        Column("text", "Value in words", "text", "exam", meaning="Empty where it is a number."),
        Column("unit", "Unit", "text", "exam", meaning="Of the value; empty where it has none."),
    )


def with_types(rows: Iterable[Mapping[str, Cell]]) -> Iterator[dict[str, Cell]]:
    """Rows of the long table with the columns of `long_columns`."""
    for row in rows:
        value = row["value"]
        words = value if isinstance(value, str) else None
        yield {**row, "value": value if words is None else None, "text": words}


def repeated_exams(results: Sequence[Results]) -> tuple[str, ...]:
    """Women and dates that have more than one row, as ``P1 on 2026-01-31``."""
    identities = [_identity(exam) for exam, _ in _exams(results)]
    counts = Counter(
        (one["patient_id"], one["study_date"])
        for one in identities
        if one["patient_id"] is not None and one["study_date"] is not None
    )
    return tuple(f"{patient} on {day}" for (patient, day), count in counts.items() if count > 1)


def redcap_rows(columns: Iterable[Column]) -> Iterator[dict[str, str]]:
    """The columns as a data dictionary that REDCap takes; its checks where it has them."""
    checks = {"number": "number", "integer": "integer", "date": "date_ymd"}
    for column in columns:
        yield {
            "Variable / Field Name": column.name,
            "Form Name": "bac",
            "Section Header": "",
            "Field Type": "text",
            "Field Label": f"{column.label}{f' ({column.unit})' if column.unit else ''}",
            "Choices, Calculations, OR Slider Labels": "",
            "Field Note": "; ".join(filter(None, (column.meaning, column.values))),
            "Text Validation Type OR Show Slider Number": checks.get(column.type, ""),
        }


def _reading_cells(reading: Reading | None) -> dict[str, Cell]:
    if reading is None:
        return dict.fromkeys(_OF_A_READING)
    said = (reading.verdict, reading.comment, reading.reader, reading.read_at)
    return {name: text or None for name, text in zip(_OF_A_READING, said, strict=True)}


def _exams(results: Sequence[Results]) -> Iterator[tuple[Row, list[Row]]]:
    for one in results:
        of_exam: dict[Cell, list[Row]] = {}
        for view in one.views:
            of_exam.setdefault(view["exam"], []).append(view)
        for exam in one.exams:
            yield exam, of_exam.get(exam["key"], [])


def _identity(exam: Row) -> dict[str, Cell]:
    day = str(exam["study_date"]) if exam["study_date"] is not None else None
    if day is not None and len(day) == 8 and day.isdecimal():
        day = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    return {"patient_id": exam["patient_id"], "study_date": day, "exam": exam["key"]}


def _common(views: Sequence[Row], name: str) -> Cell:
    """What all analysed views say; None where they differ."""
    said = {view.get(name) for view in views if view["status"] == "ok"}
    return said.pop() if len(said) == 1 else None


def _keys_of_view() -> tuple[str, ...]:
    return (*(entry.key for entry in QUANTITIES.of("view")), *_OF_A_VIEW)


def _columns_of_view(view: str) -> Iterator[Column]:
    yield from (_of_quantity(entry, view) for entry in QUANTITIES.of("view"))
    yield from (_of_text(name, view) for name in _OF_A_VIEW)


def _of_text(name: str, part: str) -> Column:
    label, kind, meaning = _TEXTS[name]
    return Column(_name(part, name), _label(part, label), kind, part, meaning=meaning)


def _of_quantity(entry: Entry, part: str) -> Column:
    quantity = entry.quantity
    kind = "text" if quantity.kind == "setting" else _TYPES[quantity.kind]
    grades = quantity.grades or {}
    return Column(
        _name(part, entry.key),
        _label(part, quantity.label.format(x="X")),
        kind,
        part,
        unit=quantity.unit.text,
        ucum=quantity.unit.ucum if quantity.unit.text else "",
        values=", ".join(f"{value}: {concept.meaning}" for value, concept in grades.items()),
        meaning=entry.reading.meaning,
        source=quantity.source,
    )


def _name(part: str, key: str) -> str:
    return key if part == "exam" else f"{part.lower()}_{key}"


def _label(part: str, label: str) -> str:
    return label if part == "exam" else f"{label}, {part}"
