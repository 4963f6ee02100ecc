"""The published JSON Schema of the records, from their types and the registry."""

from __future__ import annotations

from collections.abc import Iterable
from inspect import cleandoc
from typing import Any, Final

import msgspec

from shared_core.quantities.quantity import Entry, Kind, Scope, words_for_people
from shared_core.quantities.registry import QUANTITIES
from shared_core.records.record_types import (
    BreastRecord,
    ExamRecord,
    ResultsDocument,
    RunRecord,
    ViewRecord,
)
from shared_core.records.schema_names import SchemaName

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_TYPES: Final[dict[SchemaName, type]] = {
    "view": ViewRecord,
    "exam": ExamRecord,
    "run": RunRecord,
    "results": ResultsDocument,
}
_METRICS: Final[dict[str, Scope]] = {
    ViewRecord.__name__: "view",
    BreastRecord.__name__: "breast",
    ExamRecord.__name__: "exam",
}
_JSON_TYPES: Final[dict[Kind, str]] = {
    "number": "number",
    "setting": "number",
    "count": "integer",
    "grade": "integer",
    "text": "string",
}


def schema_of(name: SchemaName) -> dict[str, Any]:
    """The schema of a record, or of the document of all results."""
    (root,), definitions = msgspec.json.schema_components([_TYPES[name]], ref_template="#/$defs/{name}")
    for kind, scope in _METRICS.items():
        if kind in definitions:
            definitions[kind]["properties"]["metrics"] = _metrics(scope)
    # msgspec before 0.23 keeps the indentation of docstrings: the schema must not depend on its version.
    for definition in definitions.values():
        if "description" in definition:
            definition["description"] = cleandoc(definition["description"])
    return {"$schema": _DIALECT, "title": f"OpenBAC: {name}", **root, "$defs": definitions}


def _metrics(scope: Scope) -> dict[str, Any]:
    """An object with every quantity of a scope; null as a whole only where a view failed."""
    entries = QUANTITIES.of(scope)
    properties: dict[str, Any] = {}
    for entry in entries:
        place = properties
        for group in entry.path[:-1]:
            own = [one for one in entries if one.path[:-1] == entry.path[:-1]]
            place = place.setdefault(group, _object(one.path[-1] for one in own))["properties"]
        place[entry.path[-1]] = _quantity(entry)
    if scope == "view":
        properties["exclusions_px"] = {
            "type": "object",
            "additionalProperties": {"type": "integer"},
            "description": "Pixels that were kept out of the valid area, by cause.",
        }
    made = _object(properties)
    made["properties"] = properties
    return {"anyOf": [made, {"type": "null"}]} if scope == "view" else made


def _object(required: Iterable[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {},
        "required": list(dict.fromkeys(required)),
        "additionalProperties": False,
    }


def _quantity(entry: Entry) -> dict[str, Any]:
    quantity = entry.quantity
    description = words_for_people(entry.reading.meaning)
    unit = f" Unit: {quantity.unit.text}." if quantity.unit.text else ""
    source = f" Source: {quantity.source}." if quantity.source else ""
    found: dict[str, Any] = {
        "title": quantity.label,
        "description": f"{description}.{unit}{source}",
        "type": [_JSON_TYPES[quantity.kind], "null"],
    }
    if quantity.grades is not None:
        found["enum"] = [*quantity.grades, None]
    return found
