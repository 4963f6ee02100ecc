"""The zip archive of ``torch.save``, read with numpy alone.

The archive holds a pickle of the object (``data.pkl``) in which each tensor names a file
``data/KEY`` with its raw numbers. A pickle is a program: here it is first checked to use no more
instructions than a state dict needs, then run with nothing in its reach but dictionaries and tensors.
"""

from __future__ import annotations

import io
import math
import pickle
import pickletools
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared_core.weights.bfloat16 import bfloat16_to_float32

_MAX_PICKLE_BYTES = 16 << 20
_MAX_DIMENSIONS = 16

# Storage class of torch -> little-endian numpy dtype.
_STORAGE_DTYPES = {
    "DoubleStorage": "<f8",
    "FloatStorage": "<f4",
    "HalfStorage": "<f2",
    "BFloat16Storage": "<u2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "i1",
    "ByteStorage": "u1",
    "BoolStorage": "?",
}

# What torch.save writes for dictionaries, texts, numbers and tensors. Left out on purpose: NEWOBJ,
# INST, OBJ, EXT and STACK_GLOBAL, which reach classes in ways that a state dict has no need of.
_OPCODES = frozenset(
    name
    for line in (
        "PROTO FRAME STOP MARK POP POP_MARK GLOBAL REDUCE BUILD BINPERSID",
        "EMPTY_DICT EMPTY_LIST EMPTY_TUPLE DICT LIST TUPLE TUPLE1 TUPLE2 TUPLE3",
        "APPEND APPENDS SETITEM SETITEMS NONE NEWTRUE NEWFALSE",
        "BININT BININT1 BININT2 LONG1 BINFLOAT BINUNICODE SHORT_BINUNICODE",
        "BINPUT LONG_BINPUT BINGET LONG_BINGET MEMOIZE",
    )
    for name in line.split()
)


def read_torch_archive(path: Path) -> dict[str, NDArray[Any]]:
    """Read the named tensors of a state dict, plain or under the entry ``model_state_dict``.

    Raises
    ------
    ValueError
        The archive is damaged, or its pickle holds more than a state dict; the message says what.
    OSError
        The file cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            content = _Archive(archive, path.stat().st_size)
            _check_byte_order(content)
            saved = _unpickle(content.read("data.pkl", _MAX_PICKLE_BYTES))
            return {name: tensor.array(content) for name, tensor in _state_dict(saved).items()}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        # RuntimeError and NotImplementedError: zip features (encryption, other compression) unknown to torch.
        raise ValueError("the archive is truncated or damaged") from None


class _Archive:
    """The members of the zip archive below its one top folder."""

    def __init__(self, archive: zipfile.ZipFile, file_bytes: int) -> None:
        self._archive = archive
        self._file_bytes = file_bytes
        pickles = [name for name in archive.namelist() if name.endswith("/data.pkl") and name.count("/") == 1]
        if len(pickles) != 1:
            raise ValueError("the zip archive is not a torch checkpoint")
        self._folder = pickles[0].removesuffix("data.pkl")

        self._names = frozenset(archive.namelist())

    def has(self, name: str) -> bool:
        return self._folder + name in self._names

    def read(self, name: str, max_bytes: int) -> bytes:
        if not self.has(name):
            raise ValueError(f"its part {name} is missing")
        info = self._archive.getinfo(self._folder + name)
        # torch does not compress: a member that claims more than the whole file is a zip bomb.
        if info.file_size > max_bytes or info.file_size > self._file_bytes:
            raise ValueError(f"its part {name} is larger than it can be")
        return self._archive.read(info)


def _check_byte_order(content: _Archive) -> None:
    if content.has("byteorder") and content.read("byteorder", 16) != b"little":
        raise ValueError("it was saved on a big-endian machine, which is not supported")


class _Reachable:
    """Something that a pickle may name or make; its state cannot be changed from the pickle."""

    def __setstate__(self, state: object) -> None:
        raise pickle.UnpicklingError("attributes where none belong")


@dataclass(frozen=True)
class _Storage(_Reachable):
    """Raw numbers of one or more tensors."""

    dtype_name: str
    key: str
    count: int

    def numbers(self, content: _Archive) -> NDArray[Any]:
        dtype = np.dtype(_STORAGE_DTYPES[self.dtype_name])
        wanted = self.count * dtype.itemsize
        raw = content.read(f"data/{self.key}", max(wanted, 0))
        if len(raw) != wanted:
            raise ValueError(f"its part data/{self.key} has {len(raw)} bytes, expected {wanted}")
        numbers: NDArray[Any] = np.frombuffer(raw, dtype)
        return bfloat16_to_float32(numbers) if self.dtype_name == "BFloat16Storage" else numbers


@dataclass(frozen=True)
class _Tensor(_Reachable):
    """A strided window on a storage; strides and offset in numbers."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]

    def array(self, content: _Archive) -> NDArray[Any]:
        """Return a contiguous copy; the window must lie inside the storage."""
        numbers = self.storage.numbers(content)
        size = math.prod(self.shape)
        if size == 0:
            return np.zeros(self.shape, numbers.dtype)
        last = self.offset + sum((n - 1) * step for n, step in zip(self.shape, self.stride, strict=True))
        if last >= numbers.size or size > numbers.size:
            raise ValueError(f"a tensor reaches beyond its part data/{self.storage.key}")
        strides = [step * numbers.itemsize for step in self.stride]
        window = np.lib.stride_tricks.as_strided(numbers[self.offset :], self.shape, strides, writeable=False)
        return np.array(window, order="C", copy=True)


class _Entries(dict[Any, Any]):
    """Stands for OrderedDict; ignores the attributes (``_metadata``) that a state dict carries."""

    def __setstate__(self, state: object) -> None:
        pass


class _StorageClass(_Reachable):
    def __init__(self, name: str) -> None:
        self.name = name


class _OrderedDictFactory(_Reachable):
    def __call__(self, *arguments: Any) -> _Entries:
        return _Entries(*arguments)


class _TensorFactory(_Reachable):
    """``torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks, ...)``."""

    def __call__(self, storage: Any, offset: Any, shape: Any, stride: Any, *_: Any) -> _Tensor:
        numbers = (offset, *shape, *stride)
        sound = (
            isinstance(storage, _Storage)
            and all(type(number) is int and 0 <= number < 1 << 48 for number in numbers)
            and len(shape) == len(stride) <= _MAX_DIMENSIONS
        )
        if not sound:
            raise pickle.UnpicklingError("a tensor of impossible shape")
        return _Tensor(storage, offset, tuple(shape), tuple(stride))


class _ParameterFactory(_Reachable):
    """``torch._utils._rebuild_parameter(tensor, requires_grad, hooks)``."""

    def __call__(self, tensor: Any, *_: Any) -> Any:
        return tensor


class _StateDictUnpickler(pickle.Unpickler):
    """Unpickler with four kinds of thing in reach: dictionaries, storages, tensors, parameters."""

    def find_class(self, module: str, name: str, /) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return _OrderedDictFactory()
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _TensorFactory()
        if (module, name) == ("torch._utils", "_rebuild_parameter"):
            return _ParameterFactory()
        if module == "torch" and name in _STORAGE_DTYPES:
            return _StorageClass(name)
        raise pickle.UnpicklingError(f"it asks for {module}.{name}, which weights have no need of")

    def persistent_load(self, pid: Any, /) -> _Storage:
        """Resolve ``("storage", class, key, device, count)``."""
        match pid:
            case ("storage", _StorageClass(name=name), str(key), str(), int(count)) if count >= 0:
                return _Storage(name, key, count)
        raise pickle.UnpicklingError("a storage of unknown kind")


def _unpickle(program: bytes) -> Any:
    try:
        for opcode, argument, _ in pickletools.genops(program):
            if opcode.name not in _OPCODES:
                raise pickle.UnpicklingError(f"instruction {opcode.name}, which weights have no need of")
            # The unpickler would allocate a table as long as the largest index.
            if opcode.name == "LONG_BINPUT" and isinstance(argument, int) and argument > len(program):
                raise pickle.UnpicklingError("a memo index out of range")
        return _StateDictUnpickler(io.BytesIO(program)).load()
    except pickle.UnpicklingError as error:
        raise ValueError(f"its pickle is not that of a state dict ({error})") from None
    except (
        EOFError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        OverflowError,
        RecursionError,
    ):
        # What a damaged program stumbles over inside the unpickler.
        raise ValueError("its pickle is damaged") from None


def _state_dict(saved: Any) -> dict[str, _Tensor]:
    state = saved.get("model_state_dict", saved) if isinstance(saved, dict) else None
    if not isinstance(state, dict) or not state:
        raise ValueError("it holds no state dict")
    for name, tensor in state.items():
        if not isinstance(name, str) or not isinstance(tensor, _Tensor):
            entry = f"entry {name[:80]!r}" if isinstance(name, str) else "one entry"
            raise ValueError(f"{entry} is not a tensor: a plain state dict is needed")
    return state
