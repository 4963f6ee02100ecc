"""Values and JSON text that any reader understands, the same bytes each time."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import msgspec
import numpy as np


def plain(value: object) -> Any:
    """`value` in the types of JSON; `TypeError` where it holds something that has no such form.

    Records and dataclasses become objects, without fields marked as private; enums become their value, NaN
    and infinity null.
    """
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, msgspec.Struct):
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        return {name: plain(item) for name, item in fields.items() if item is not msgspec.UNSET}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields_shown = [field for field in dataclasses.fields(value) if not field.metadata.get("private")]
        return {field.name: plain(getattr(value, field.name)) for field in fields_shown}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no plain form")


def json_list(items: Iterable[object]) -> Iterator[bytes]:
    """What `json_bytes` gives for a list of these, item by item, for lists of any length."""
    before = b"["
    for item in items:
        # A line break within a text is an escape: only those of the layout are moved.
        yield (before + b"\n" + _indented(item)).replace(b"\n", b"\n  ")
        before = b","
    yield b"[]\n" if before == b"[" else b"\n]\n"


def json_bytes(document: object) -> bytes:
    """The document as indented UTF-8 JSON, keys in the order given, numbers in full precision.

    File names that are not valid UTF-8 keep their odd bytes as JSON escapes.
    """
    return _indented(document) + b"\n"


def _indented(document: object) -> bytes:
    """Set out by a second library: the indenting encoder of Python's own takes five times as long."""
    there = plain(document)
    text = json.dumps(there, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    try:
        return msgspec.json.format(text.encode(), indent=2)
    except UnicodeEncodeError:  # a file name with odd bytes, which msgspec does not take
        text = json.dumps(there, indent=2, ensure_ascii=False, allow_nan=False)
        return text.encode("utf-8", errors="backslashreplace")
