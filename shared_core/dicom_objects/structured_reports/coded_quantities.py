"""The quantities of the registry as coded numbers and grades of the structured reports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydicom.sr.coding import Code

from shared_core.quantities.quantity import Concept, Entry, Metrics, Scope, Unit
from shared_core.quantities.registry import QUANTITIES

TWO_DIMENSIONAL: Final = Code("112188", "DCM", "Two-dimensional method")
MASS_SCORING: Final = Code("112057", "DCM", "Mass scoring method")
"""CID 6140 Calculation Method."""


def code(concept: Concept) -> Code:
    """As pydicom has it."""
    return Code(concept.value, concept.scheme, concept.meaning)


def unit_code(unit: Unit) -> Code:
    """The unit in UCUM."""
    return Code(unit.ucum, "UCUM", unit.meaning)


def number_entries(scope: Scope) -> tuple[Entry, ...]:
    """The quantities that the reports hold as numbers."""
    coded = (entry for entry in QUANTITIES.of(scope) if entry.quantity.concept is not None)
    return tuple(entry for entry in coded if entry.quantity.kind in ("number", "count", "setting"))


def grade_entries(scope: Scope) -> tuple[Entry, ...]:
    """The grades, which are codes and no numbers: nobody may compute with them."""
    return tuple(entry for entry in QUANTITIES.of(scope) if entry.quantity.kind == "grade")


def concept_of(entry: Entry) -> Code:
    """What a quantity is."""
    assert entry.quantity.concept is not None
    return code(entry.quantity.concept)


def codes_of(entry: Entry) -> dict[int, Code]:
    """The code of each value of a grade."""
    assert entry.quantity.grades is not None
    return {value: code(concept) for value, concept in entry.quantity.grades.items()}


def known_numbers(scope: Scope, metrics: Metrics) -> Iterator[tuple[Entry, float]]:
    """The numbers that a record has; what is null there is no number."""
    for entry in number_entries(scope):
        value = entry.read(metrics)
        if isinstance(value, (int, float)):
            yield entry, value


def known_grades(scope: Scope, metrics: Metrics) -> Iterator[tuple[Entry, Code]]:
    """The grades that a record has, as codes."""
    for entry in grade_entries(scope):
        value = entry.read(metrics)
        if isinstance(value, int):
            yield entry, codes_of(entry)[value]
