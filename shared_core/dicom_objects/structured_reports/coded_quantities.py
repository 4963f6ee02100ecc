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


def concept_of(entry: Entry) -> Code:
    """What a quantity is."""
    assert entry.quantity.concept is not None
    return code(entry.quantity.concept)


def known_numbers(scope: Scope, metrics: Metrics) -> Iterator[tuple[Entry, float]]:
    """The numbers that a record has; what is null there is no number."""
    for entry in QUANTITIES.of(scope):
        value, quantity = entry.read(metrics), entry.quantity
        coded = quantity.concept is not None and quantity.kind in ("number", "count", "setting")
        if coded and isinstance(value, (int, float)):
            yield entry, value


def known_grades(scope: Scope, metrics: Metrics) -> Iterator[tuple[Entry, Code]]:
    """The grades that a record has, as codes and not as numbers: nobody may compute with them."""
    for entry in QUANTITIES.of(scope):
        value, grades = entry.read(metrics), entry.quantity.grades
        if entry.quantity.kind == "grade" and grades is not None and isinstance(value, int):
            yield entry, code(grades[value])
