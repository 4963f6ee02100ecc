"""Checkpoints read without torch: the same numbers as torch, and nothing but numbers."""

from __future__ import annotations

import collections
import io
import json
import pickle
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from shared_core.errors import ModelError
from shared_core.weights.checkpoint import read_checkpoint
from shared_core.weights.registry import load_card

GLOBAL_DICT = b"ccollections\nOrderedDict\n"
GLOBAL_TENSOR = b"ctorch._utils\n_rebuild_tensor_v2\n"


def archive(path: Path, program: bytes, **parts: bytes) -> Path:
    """Write a zip archive as ``torch.save`` lays it out."""
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("archive/data.pkl", program)
        for name, content in parts.items():
            file.writestr(f"archive/{name.replace('__', '/')}", content)
    return path


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def whole(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def numbers(*values: int) -> bytes:
    return b"(" + b"".join(map(whole, values)) + b"t"


def storage(count: int, kind: str = "FloatStorage", key: str = "0") -> bytes:
    return (
        b"(" + text("storage") + f"ctorch\n{kind}\n".encode() + text(key) + text("cpu") + whole(count) + b"tQ"
    )


def tensor(stored: bytes, offset: int, shape: tuple[int, ...], stride: tuple[int, ...]) -> bytes:
    ordered = GLOBAL_DICT + b")R"
    return (
        GLOBAL_TENSOR
        + b"("
        + stored
        + whole(offset)
        + numbers(*shape)
        + numbers(*stride)
        + b"\x89"
        + ordered
        + b"tR"
    )


def state_dict(*entries: tuple[str, bytes]) -> bytes:
    return b"\x80\x02}(" + b"".join(text(name) + program for name, program in entries) + b"u."


SIX = np.arange(6, dtype="<f4").tobytes()


def test_tensor_with_offset_and_strides_is_read_as_torch_defines_it(tmp_path: Path) -> None:
    program = state_dict(
        ("module.a", tensor(storage(6), 0, (3, 2), (1, 3))), ("b", tensor(storage(6), 2, (), ()))
    )
    arrays = read_checkpoint(archive(tmp_path / "x.pt", program, data__0=SIX))
    assert list(arrays) == ["a", "b"]
    np.testing.assert_array_equal(arrays["a"], np.array([[0, 3], [1, 4], [2, 5]], np.float32))
    assert arrays["a"].flags.c_contiguous
    assert arrays["b"] == 2


def test_bfloat16_becomes_float32(tmp_path: Path) -> None:
    program = state_dict(("a", tensor(storage(2, "BFloat16Storage"), 0, (2,), (1,))))
    arrays = read_checkpoint(archive(tmp_path / "x.pt", program, data__0=b"\x80\x3f\x00\xc0"))
    assert arrays["a"].dtype == np.float32
    assert arrays["a"].tolist() == [1.0, -2.0]


@pytest.mark.parametrize(
    ("offset", "shape", "stride"),
    [
        (0, (7,), (1,)),
        (1, (6,), (1,)),
        (-1, (2,), (1,)),
        (0, (2,), (-1,)),
        (0, (2, 3), (3,)),
        (0, (2, 3), (4, 1)),
        (0, (1000, 1000), (0, 0)),
        (0, (-1,), (1,)),
        (0, (1,) * 17, (1,) * 17),
    ],
)
def test_tensor_that_reaches_beyond_its_numbers_is_refused(
    tmp_path: Path, offset: int, shape: tuple[int, ...], stride: tuple[int, ...]
) -> None:
    program = state_dict(("a", tensor(storage(6), offset, shape, stride)))
    with pytest.raises(ModelError, match=r"reaches beyond|impossible shape"):
        read_checkpoint(archive(tmp_path / "x.pt", program, data__0=SIX))


def test_tensor_changed_after_it_was_made_is_refused(tmp_path: Path) -> None:
    # BUILD would set the checked fields of the tensor anew.
    good = tensor(storage(6), 0, (6,), (1,))
    program = state_dict(("a", good + b"}" + text("offset") + whole(-1000) + b"sb"))
    with pytest.raises(ModelError, match="attributes where none belong"):
        read_checkpoint(archive(tmp_path / "x.pt", program, data__0=SIX))


@pytest.mark.parametrize("named", [GLOBAL_DICT, GLOBAL_TENSOR, b"ctorch\nFloatStorage\n"])
def test_attributes_of_what_a_pickle_may_name_cannot_be_set(tmp_path: Path, named: bytes) -> None:
    program = b"\x80\x02" + named + b"N}" + text("__doc__") + text("x") + b"s\x86b."
    with pytest.raises(ModelError, match="attributes where none belong"):
        read_checkpoint(archive(tmp_path / "x.pt", program))


class Malicious:
    """Creates a file when unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_code_in_a_checkpoint_is_not_run(tmp_path: Path, protocol: int) -> None:
    victim = tmp_path / "victim"
    program = pickle.dumps({"model_state_dict": {"a": Malicious(victim)}}, protocol)
    with pytest.raises(ModelError, match="not that of a state dict") as caught:
        read_checkpoint(archive(tmp_path / "x.pt", program))
    assert not victim.exists()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "program",
    [
        b"cos\nsystem\n" + text("true") + b"\x85R.",
        b"\x80\x04" + b"\x8c\x02os\x8c\x06system\x93.",
        b"\x82\x01.",
        b"(" + text("true") + b"ios\nsystem\n.",
        b"ctorch\n_utils\n.",
        b"cbuiltins\neval\n.",
    ],
    ids=["GLOBAL", "STACK_GLOBAL", "EXT1", "INST", "torch module", "eval"],
)
def test_pickle_that_reaches_for_anything_else_is_refused(tmp_path: Path, program: bytes) -> None:
    with pytest.raises(ModelError, match="weights have no need of"):
        read_checkpoint(archive(tmp_path / "x.pt", program))


def test_memo_index_that_would_take_all_memory_is_refused(tmp_path: Path) -> None:
    program = b"\x80\x02}r" + struct.pack("<I", 2**31) + b"."
    with pytest.raises(ModelError, match="memo index"):
        read_checkpoint(archive(tmp_path / "x.pt", program))


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (pickle.dumps({}, 2), "holds no state dict"),
        (pickle.dumps(5, 2), "holds no state dict"),
        (pickle.dumps({"model_state_dict": 5}, 2), "holds no state dict"),
        (pickle.dumps({"epoch": 5}, 2), "'epoch' is not a tensor"),
        (pickle.dumps({5: 5}, 2), "one entry is not a tensor"),
        (b"", "pickle is damaged"),
        (b"garbage", "pickle is damaged"),
        (b"\x80\x02}q\x00X\xff\xff", "pickle is damaged"),
        (b"\x80\x02R.", "not that of a state dict|damaged"),
    ],
)
def test_pickle_without_a_state_dict_is_refused(tmp_path: Path, program: bytes, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        read_checkpoint(archive(tmp_path / "x.pt", program))


def test_storage_shorter_or_longer_than_promised_is_refused(tmp_path: Path) -> None:
    program = state_dict(("a", tensor(storage(6), 0, (6,), (1,))))
    with pytest.raises(ModelError, match="20 bytes, expected 24"):
        read_checkpoint(archive(tmp_path / "x.pt", program, data__0=SIX[:-4]))
    with pytest.raises(ModelError, match="larger than it can be"):
        read_checkpoint(archive(tmp_path / "x.pt", program, data__0=SIX + SIX))
    with pytest.raises(ModelError, match="part data/0 is missing"):
        read_checkpoint(archive(tmp_path / "x.pt", program))


def test_zip_bomb_is_refused_before_it_unfolds(tmp_path: Path) -> None:
    count = 1 << 24
    program = state_dict(("a", tensor(storage(count, "ByteStorage"), 0, (count,), (1,))))
    with zipfile.ZipFile(tmp_path / "x.pt", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("archive/data.pkl", program)
        file.writestr("archive/data/0", bytes(count))
    with pytest.raises(ModelError, match="larger than it can be"):
        read_checkpoint(tmp_path / "x.pt")


def test_big_endian_checkpoint_is_named(tmp_path: Path) -> None:
    program = state_dict(("a", tensor(storage(6), 0, (6,), (1,))))
    with pytest.raises(ModelError, match="big-endian"):
        read_checkpoint(archive(tmp_path / "x.pt", program, data__0=SIX, byteorder=b"big"))


def test_numbers_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    program = state_dict(("a", tensor(storage(1), 0, (1,), (1,))))
    with pytest.raises(ModelError, match="array a holds numbers that are not finite"):
        read_checkpoint(archive(tmp_path / "x.pt", program, data__0=np.array([np.nan], "<f4").tobytes()))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<html></html>", b"PK\x03\x04" + bytes(100)])
def test_what_is_no_checkpoint_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.pt"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"x\.pt cannot be used"):
        read_checkpoint(path)


def test_zip_of_something_else_and_missing_files_are_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.pt", "w") as file:
        file.writestr("letter.txt", "hello")
    with pytest.raises(ModelError, match="not a torch checkpoint"):
        read_checkpoint(tmp_path / "x.pt")
    with pytest.raises(ModelError, match=r"nothing\.pt cannot be read"):
        read_checkpoint(tmp_path / "nothing.pt")


def safetensors(header: object, data: bytes = b"") -> bytes:
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(raw).to_bytes(8, "little") + raw + data


def entry(dtype: str, shape: list[int], begin: int, end: int) -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def test_safetensors_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    header = {
        "module.a": entry("F32", [2, 3], 0, 24),
        "b": entry("BF16", [1], 24, 26),
        "c": entry("I64", [], 26, 34),
        "d": entry("F16", [0], 34, 34),
        "__metadata__": {"format": "pt"},
    }
    path.write_bytes(safetensors(header, SIX + b"\x80\x3f" + (7).to_bytes(8, "little")))
    arrays = read_checkpoint(path)
    np.testing.assert_array_equal(arrays["a"], np.arange(6, dtype=np.float32).reshape(2, 3))
    assert (arrays["b"].tolist(), int(arrays["c"]), arrays["d"].shape) == ([1.0], 7, (0,))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "truncated or not in safetensors"),
        (b"\xff" * 8, "truncated or not in safetensors"),
        (safetensors(b"{"), "not valid JSON"),
        (safetensors(b"\xff\xff"), "not valid JSON"),
        (safetensors(b"[" * 100_000), "not valid JSON"),
        (safetensors([]), "not a JSON object"),
        (safetensors({"a": 1}), "array a is not described"),
        (safetensors({"a": entry("F8", [1], 0, 1)}, b"x"), "unknown type 'F8'"),
        (safetensors({"a": entry("F32", [-1], 0, 4)}, SIX[:4]), "no proper shape"),
        (safetensors({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0]}}), "no proper shape"),
        (safetensors({"a": entry("F32", [6], 0, 24)}, SIX[:20]), "beyond its end"),
        (safetensors({"a": entry("F32", [5], 0, 24)}, SIX), "its shape needs 20"),
        (safetensors({"a": entry("F32", [5], 4, 24)}, SIX), "end to end"),
        (safetensors({"a": entry("F32", [5], 0, 20)}, SIX), "longer than its header says"),
        (safetensors({"a": entry("F32", [6], 0, 24), "b": entry("F32", [6], 0, 24)}, SIX), "end to end"),
    ],
)
def test_damaged_safetensors_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=message):
        read_checkpoint(path)


def test_published_checkpoint_has_the_published_parameters(published_weights: Path) -> None:
    arrays = read_checkpoint(published_weights / load_card("scunet-emory-2021").weights_file)
    trained = [
        name for name in arrays if not name.endswith(("running_mean", "running_var", "num_batches_tracked"))
    ]
    assert sum(arrays[name].size for name in trained) == 214_863
    assert {str(arrays[name].dtype) for name in trained} == {"float64"}
    assert not any(name.startswith("module.") for name in arrays)


def test_checkpoint_of_the_older_torch_format_is_named(published_weights: Path) -> None:
    with pytest.raises(ModelError, match=r"torch 1\.6 or later"):
        read_checkpoint(published_weights / "SCUNet_dice_512_512_best_nosigmoid.pt")


def test_published_checkpoint_equals_what_torch_reads(published_weights: Path) -> None:
    torch = pytest.importorskip("torch")
    path = published_weights / load_card("scunet-emory-2021").weights_file
    ours = read_checkpoint(path)
    theirs = torch.load(path, map_location="cpu", weights_only=True)["model_state_dict"]
    assert ["module." + name for name in ours] == list(theirs)
    for name, array in ours.items():
        np.testing.assert_array_equal(array, theirs["module." + name].numpy())


def test_what_torch_saves_today_is_read(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    weight = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
    saved = collections.OrderedDict(
        plain=weight,
        turned=weight.permute(2, 0, 1),
        part=weight[1, 1:],
        half=weight.half(),
        brain=weight.bfloat16(),
        double=weight.double(),
        count=torch.tensor(5),
        flag=torch.tensor([True, False]),
        parameter=torch.nn.Parameter(weight),
    )
    for content in (saved, {"epoch": 3, "loss": 0.5, "model_state_dict": saved}):
        torch.save(content, tmp_path / "x.pt")
        arrays = read_checkpoint(tmp_path / "x.pt")
        assert list(arrays) == list(saved)
        for name, array in arrays.items():
            expected = saved[name].detach()
            expected = expected.float() if expected.dtype == torch.bfloat16 else expected
            np.testing.assert_array_equal(array, expected.numpy())
            assert array.dtype == expected.numpy().dtype


@pytest.fixture(scope="module")
def sound_files() -> dict[str, bytes]:
    """One small sound file of each format."""
    folder = io.BytesIO()
    with zipfile.ZipFile(folder, "w") as file:
        program = state_dict(
            ("a", tensor(storage(6), 0, (3, 2), (1, 3))), ("b", tensor(storage(6), 2, (2,), (1,)))
        )
        file.writestr("archive/data.pkl", program)
        file.writestr("archive/byteorder", "little")
        file.writestr("archive/data/0", SIX)
    return {"x.pt": folder.getvalue(), "x.safetensors": safetensors({"a": entry("F32", [6], 0, 24)}, SIX)}


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(data=st.data(), name=st.sampled_from(["x.pt", "x.safetensors"]))
def test_damaged_files_end_in_a_model_error_or_arrays(
    tmp_path: Path, sound_files: dict[str, bytes], data: st.DataObject, name: str
) -> None:
    content = bytearray(sound_files[name])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / name
    path.write_bytes(content[: data.draw(st.integers(0, len(content)) | st.just(len(content)))])
    try:
        arrays = read_checkpoint(path)
    except ModelError as error:
        message = str(error)
        arrays = {}
    else:
        message = ""
    assert "\n" not in message
    assert all(array.size <= 6 for array in arrays.values())


PIECES = [
    *(bytes([code]) for code in b"}()]usteaRbQN02\x85\x86\x89\x94"),
    *(b"q\x00", b"h\x00", text("a"), whole(-1), whole(3), storage(6), tensor(storage(6), 0, (6,), (1,))),
    *(GLOBAL_DICT, GLOBAL_TENSOR, b"ctorch\nFloatStorage\n"),
]


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=25))
def test_any_program_of_known_instructions_ends_in_a_model_error_or_arrays(
    tmp_path: Path, pieces: list[bytes]
) -> None:
    path = archive(tmp_path / "x.pt", b"\x80\x02" + b"".join(pieces) + b".", data__0=SIX)
    try:
        arrays = read_checkpoint(path)
    except ModelError:
        return
    assert all(array.size <= 6 for array in arrays.values())
