"""Named arrays in the safetensors format, which holds numbers and no code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
from numpy.typing import NDArray
from safetensors.numpy import save

from shared_core.errors import ModelError

Array = NDArray[Any]

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


def read_safetensors(path: Path) -> dict[str, Array]:
    """Read all arrays of a safetensors file, by name.

    They keep the file's precision; bfloat16, which numpy lacks, comes as float32, which holds it exactly. A
    `ModelError` where the file cannot be read, is damaged, or holds a number that is not finite.
    """
    try:
        entries = safetensors.deserialize(path.read_bytes())  # type: ignore[no-untyped-call]  # it ships no types
    except OSError as error:
        raise ModelError(
            f"Weights {path} cannot be read: {error.strerror or error}; check the file."
        ) from None
    except safetensors.SafetensorError as error:
        raise ModelError(
            f"Weights {path} cannot be used: the file is truncated, damaged or not in safetensors format "
            f"({error}); get the file again."
        ) from None
    arrays = {name: _array(path, name, entry) for name, entry in entries}
    for name, array in arrays.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ModelError(
                f"Weights {path} cannot be used: array {name} holds numbers that are not finite; "
                "get the file again."
            )
    return arrays


def safetensors_bytes(arrays: Mapping[str, Array]) -> bytes:
    """Arrays as a safetensors file; the same arrays give the same bytes, in whatever order they come."""
    return save({name: np.asarray(array, order="C") for name, array in arrays.items()})


def _array(path: Path, name: str, entry: Mapping[str, Any]) -> Array:
    """One array, in memory of its own."""
    code = _DTYPES.get(entry["dtype"])
    if code is None:
        raise ModelError(
            f"Weights {path} cannot be used: array {name} has the type {entry['dtype']}, which no model of "
            "OpenBAC has; get the file again."
        )
    array: Array = np.frombuffer(entry["data"], np.dtype(code)).reshape(entry["shape"]).copy()
    return _bfloat16_to_float32(array) if entry["dtype"] == "BF16" else array


def _bfloat16_to_float32(bits: Array) -> NDArray[np.float32]:
    """The same numbers as float32: bfloat16 is its upper half."""
    single: NDArray[np.float32] = (bits.astype(np.uint32) << np.uint32(16)).view(np.float32)
    return single
