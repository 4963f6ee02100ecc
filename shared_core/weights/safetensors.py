"""The safetensors format: eight bytes of length, a JSON header, then the arrays end to end."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from shared_core.weights.bfloat16 import bfloat16_to_float32

_DTYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "BF16": "<u2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "i1",
    "U8": "u1",
    "BOOL": "?",
}


def read_safetensors(path: Path) -> dict[str, NDArray[Any]]:
    """Read all arrays of a safetensors file (huggingface/safetensors, "Format").

    Raises
    ------
    ValueError
        The file is not as the format demands; the message says how.
    OSError
        The file cannot be read.
    """
    content = path.read_bytes()
    header_end = 8 + int.from_bytes(content[:8], "little")
    if len(content) < 8 or header_end > len(content):
        raise ValueError("the file is truncated or not in safetensors format")
    try:
        header = json.loads(content[8:header_end])
    except (ValueError, RecursionError):
        raise ValueError("its header is not valid JSON") from None
    if not isinstance(header, dict):
        raise ValueError("its header is not a JSON object")
    header.pop("__metadata__", None)
    arrays: dict[str, NDArray[Any]] = {}
    spans: list[tuple[int, int]] = []
    for name, entry in header.items():
        array, span = _read_entry(name, entry, content, header_end)
        arrays[name] = array
        spans.append(span)
    # The format allows no gap, no overlap and no rest: any of them means another file's header.
    end = 0
    for begin, stop in sorted(spans):
        if begin != end:
            raise ValueError("its arrays do not lie end to end")
        end = stop
    if end != len(content) - header_end:
        raise ValueError("the file is longer than its header says")
    return arrays


def safetensors_bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Arrays as a safetensors file; the same arrays give the same bytes, in whatever order they come.

    Raises
    ------
    ValueError
        An array is of a type that the format lacks.
    """
    names = {np.dtype(code): name for name, code in _DTYPES.items() if name != "BF16"}
    header: dict[str, Any] = {}
    parts: list[bytes] = []
    end = 0
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        if array.dtype.newbyteorder("<") not in names:
            raise ValueError(f"array {name} of type {array.dtype} has no place in a safetensors file")
        dtype = array.dtype.newbyteorder("<")
        parts.append(array.astype(dtype, copy=False).tobytes())
        header[name] = {
            "dtype": names[dtype],
            "shape": list(arrays[name].shape),
            "data_offsets": [end, end + len(parts[-1])],
        }
        end += len(parts[-1])
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # arrays begin at a multiple of 8 bytes
    return len(text).to_bytes(8, "little") + text + b"".join(parts)


def _read_entry(name: str, entry: Any, content: bytes, start: int) -> tuple[NDArray[Any], tuple[int, int]]:
    """Return one array (a copy) and its (begin, end) in bytes after the header, which ends at `start`."""
    if not isinstance(entry, dict):
        raise ValueError(f"array {name} is not described")
    dtype_name, shape, offsets = entry.get("dtype"), entry.get("shape"), entry.get("data_offsets")
    if not isinstance(dtype_name, str) or dtype_name not in _DTYPES:
        raise ValueError(f"array {name} has the unknown type {dtype_name!r}")
    if not _whole_numbers(shape) or not _whole_numbers(offsets) or len(offsets) != 2:
        raise ValueError(f"array {name} has no proper shape and place")
    dtype = np.dtype(_DTYPES[dtype_name])
    begin, end = offsets
    count = math.prod(shape)
    if not begin <= end <= len(content) - start:
        raise ValueError(f"the file is truncated: array {name} lies beyond its end")
    if count * dtype.itemsize != end - begin:
        raise ValueError(f"array {name} has {end - begin} bytes, its shape needs {count * dtype.itemsize}")
    array: NDArray[Any] = np.frombuffer(content, dtype, count, start + begin).reshape(shape).copy()
    return (bfloat16_to_float32(array) if dtype_name == "BF16" else array), (begin, end)


def _whole_numbers(value: Any) -> TypeGuard[list[int]]:
    return isinstance(value, list) and all(type(item) is int and item >= 0 for item in value)
