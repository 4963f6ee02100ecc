"""Weights as safetensors: read with their precision, written always alike, refused where damaged."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from shared_core.errors import ModelError
from shared_core.weights.location import require_weights
from shared_core.weights.registry import list_models
from shared_core.weights.safetensors import read_safetensors, safetensors_bytes

SIX = np.arange(6, dtype="<f4").tobytes()


def file_of(header: object, data: bytes = b"") -> bytes:
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(raw).to_bytes(8, "little") + raw + data


def entry(dtype: str, shape: list[int], begin: int, end: int) -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


@pytest.mark.parametrize("card", list_models(), ids=lambda card: card.name)
def test_bundled_weights_are_written_again_as_the_same_bytes(card) -> None:  # type: ignore[no-untyped-def]
    path = require_weights(card)
    assert safetensors_bytes(read_safetensors(path)) == path.read_bytes()


def test_order_and_layout_of_the_arrays_change_no_byte() -> None:
    values = np.arange(24, dtype=np.float32).reshape(4, 6)
    one = {"a": values, "b": np.float64(3) * np.ones(()), "c": values[:, ::2].astype(np.float16)}
    other = {
        "c": np.ascontiguousarray(one["c"]),
        "b": one["b"].astype(">f8"),
        "a": np.asfortranarray(values),
    }
    assert safetensors_bytes(one) == safetensors_bytes(other)


def test_what_was_written_is_read_as_it_was(tmp_path: Path) -> None:
    arrays = {
        "matrix": np.arange(6, dtype=np.float32).reshape(3, 2),
        "number": np.array(2.5),
        "none": np.zeros((2, 0), np.float16),
        "count": np.array([1, -2]),
        "flag": np.array([True, False]),
    }
    path = tmp_path / "x.safetensors"
    path.write_bytes(safetensors_bytes(arrays))
    read = read_safetensors(path)
    assert read.keys() == arrays.keys()
    for name, array in arrays.items():
        assert (read[name].dtype, read[name].shape) == (array.dtype, array.shape)
        np.testing.assert_array_equal(read[name], array)
        assert read[name].flags.writeable


def test_bfloat16_becomes_float32_without_a_change(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(file_of({"a": entry("BF16", [3], 0, 6)}, b"\x80\x3f\x00\xc0\x49\x40"))
    array = read_safetensors(path)["a"]
    assert (array.dtype, array.tolist()) == (np.float32, [1.0, -2.0, 3.140625])


def test_numbers_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(safetensors_bytes({"a": np.array([1, np.nan])}))
    with pytest.raises(
        ModelError, match=r"x\.safetensors cannot be used: array a holds numbers that are not"
    ):
        read_safetensors(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff" * 8,
        b"<html></html>",
        file_of(b"{"),
        file_of(b"\xff\xff"),
        file_of(b"[" * 100_000),
        file_of([]),
        file_of({"a": 1}),
        file_of({"a": entry("F32", [-1], 0, 4)}, SIX[:4]),
        file_of({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0]}}),
        file_of({"a": entry("F32", [6], 0, 24)}, SIX[:20]),
        file_of({"a": entry("F32", [5], 0, 24)}, SIX),
        file_of({"a": entry("F32", [5], 4, 24)}, SIX),
        file_of({"a": entry("F32", [5], 0, 20)}, SIX),
        file_of({"a": entry("F32", [6], 0, 24), "b": entry("F32", [6], 0, 24)}, SIX),
    ],
)
def test_damaged_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"x\.safetensors cannot be used: the file is truncated, damaged or"):
        read_safetensors(path)


def test_types_of_numbers_that_numpy_lacks_are_named(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(file_of({"a": entry("F8_E4M3", [1], 0, 1)}, b"x"))
    with pytest.raises(ModelError, match="array a has the type F8_E4M3"):
        read_safetensors(path)
    with pytest.raises(ModelError, match=r"nothing\.safetensors cannot be read"):
        read_safetensors(tmp_path / "nothing.safetensors")


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_damaged_files_end_in_a_model_error_or_arrays(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(file_of({"a": entry("F32", [6], 0, 24)}, SIX))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "x.safetensors"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)) | st.just(len(content)))])
    try:
        arrays = read_safetensors(path)
    except ModelError:
        return
    assert all(array.size <= 24 for array in arrays.values())
