"""The tables of the documentation that the registry gives; `scripts/make_reference.py` puts them in place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from shared_core.quantities.codes import PRIVATE_SCHEME, THRESHOLD
from shared_core.quantities.quantity import SCOPES, Concept, Entry, Quantity, Scope
from shared_core.quantities.registry import QUANTITIES

_SIDES: Final = ("left", "right")
_GRADE_UNIT: Final = "0 to 3"


def numbers_table(scope: Scope) -> str:
    """Names, units, meanings and sources of the quantities of a view, a breast or an exam."""
    rows = [
        (f"`{entry.key}`", _unit(entry), _in_mass(entry), entry.quantity.source)
        for entry in QUANTITIES.of(scope)
    ]
    return _table(("name", "unit", "meaning", "source"), rows)


def sides_table() -> str:
    """Columns of the breasts in ``exams.csv``."""
    rows = [
        (f"`{side}_{entry.key}`", _unit(entry), f"`{entry.key}` of the {side} breast")
        for side in _SIDES
        for entry in QUANTITIES.of("breast")
    ]
    return _table(("column", "unit", "meaning"), rows)


def serial_table() -> str:
    """What is followed over time."""
    rows = [
        (f"`{one.serial.name}`", one.unit.text, f"`{one.key}`", one.serial.combination, one.serial.meaning)
        for one in QUANTITIES
        if one.serial is not None
    ]
    return _table(("name", "unit", "of each view", "combined as", "meaning"), rows)


def private_numbers_table() -> str:
    """Numbers whose concept is our own."""
    rows = [(f"`{THRESHOLD.value}`", THRESHOLD.meaning, "`1`", "`threshold`")]
    for quantity in QUANTITIES:
        if _is_own(quantity.concept) and quantity.kind != "grade":
            assert quantity.concept is not None
            unit = f"`{quantity.unit.ucum}`"
            rows.append((f"`{quantity.concept.value}`", quantity.concept.meaning, unit, _keys(quantity)))
    return _table(("code", "meaning", "unit", "in the tables"), rows)


def private_grades_table() -> str:
    """Grades, and their values."""
    graded = [one for one in QUANTITIES if one.grades is not None]
    names = [(f"`{one.concept.value}`", one.concept.meaning, _keys(one)) for one in graded if one.concept]
    values = [(f"`{value.value}`", value.meaning) for one in graded for value in (one.grades or {}).values()]
    grades = _table(("code", "meaning", "in the tables"), names)
    return f"{grades}\n\n{_table(('value', 'meaning'), values)}"


def _unit(entry: Entry) -> str:
    return _GRADE_UNIT if entry.quantity.kind == "grade" else entry.quantity.unit.text


def _in_mass(entry: Entry) -> str:
    """Where it has another place in JSON, that as well."""
    if len(entry.path) == 1:
        return entry.reading.meaning
    return f"{entry.reading.meaning} (in JSON `{'.'.join(entry.path)}`)"


def _is_own(concept: Concept | None) -> bool:
    return concept is not None and concept.scheme == PRIVATE_SCHEME


def _keys(quantity: Quantity) -> str:
    scopes = (scope for scope in SCOPES if getattr(quantity, scope) is not None)
    return ", ".join(dict.fromkeys(f"`{Entry(quantity, scope).key}`" for scope in scopes))


def _table(titles: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    return "\n".join(_lines(titles, rows))


def _lines(titles: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    for cells in (titles, ("---",) * len(titles), *rows):
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
