"""Dataclasses from parsed JSON or TOML: strict, so that a slip of the pen never changes a result."""

from __future__ import annotations

import difflib
from dataclasses import MISSING, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints


def build(kind: Any, content: Any, place: str = "") -> Any:
    """Make a dataclass of texts, numbers, choices, lists of texts and further dataclasses.

    Parameters
    ----------
    kind
        The dataclass; its annotations are what each field must be.
    content
        What a parser made of a JSON object or a TOML table.
    place
        Path of the field that is built, with a dot at its end, for messages.

    Raises
    ------
    ValueError
        A field is unknown, missing or of the wrong type; the message names it.
    """
    if not isinstance(content, dict):
        raise ValueError(f"{place.rstrip('.') or 'the whole'} must be a JSON object in braces")
    known = [field.name for field in fields(kind)]
    for name in content:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f", did you mean {near[0]!r}?" if near else f"; known are {', '.join(known)}"
            raise ValueError(f"unknown field {place + name!r}{hint}")
    required = [
        field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING
    ]
    missing = [place + name for name in required if name not in content]
    if missing:
        raise ValueError(f"missing field{'s' if len(missing) > 1 else ''} {', '.join(missing)}")
    types = get_type_hints(kind)
    return kind(**{name: _convert(types[name], value, place + name) for name, value in content.items()})


def _convert(kind: Any, value: Any, place: str) -> Any:
    """Check `value` against the annotated type `kind` of a card's field, and return it as that type."""
    if get_origin(kind) is UnionType:
        if value is None:
            return None
        (kind,) = (other for other in get_args(kind) if other is not NoneType)
    if is_dataclass(kind):
        return build(kind, value, place + ".")
    if get_origin(kind) is Literal:
        # A JSON list cannot be looked up in a set, and 1 == True: compare with the type.
        if not isinstance(value, str) or value not in get_args(kind):
            choices = " or ".join(repr(choice) for choice in get_args(kind))
            raise ValueError(f"{place} must be {choices}, not {value!r}")
        return value
    if get_origin(kind) is tuple:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ValueError(f"{place} must be a list of texts")
        return tuple(value)
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind is float and number:
        return float(value)
    if kind is int and number and not isinstance(value, float):
        return value
    if kind in (bool, str) and isinstance(value, kind):
        return value
    wanted = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}[kind]
    raise ValueError(f"{place} must be {wanted}, not {value!r}")
