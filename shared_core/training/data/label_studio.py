"""JSON exports of Label Studio: vectors, polygons and brush strokes.

The schema is that of its documentation: a list of tasks with ``data`` and ``annotations[].result[]``;
points are per cent of the image. Brush strokes are packed as in its own converter (a run-length code of
RGBA pixels, whose last channel counts).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Annotated
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
import numpy as np
from numpy.typing import NDArray

from shared_core.errors import UsageError
from shared_core.mammogram import Mask
from shared_core.training.data.annotation_exports import Side, checked_shape, read_export
from shared_core.training.data.drawings import DrawnImage, Floats, merged


class _Vertex(msgspec.Struct, frozen=True):
    x: float
    y: float


class _Value(msgspec.Struct, frozen=True):
    vertices: tuple[_Vertex, ...] = ()
    points: tuple[tuple[float, float], ...] = ()
    rle: tuple[Annotated[int, msgspec.Meta(ge=0, le=255)], ...] = ()
    closed: bool | None = None
    vectorlabels: tuple[str, ...] | None = None
    polygonlabels: tuple[str, ...] | None = None
    brushlabels: tuple[str, ...] | None = None


class _Shape(msgspec.Struct, frozen=True):
    type: str = ""
    value: _Value | None = None
    original_height: Side | None = None
    original_width: Side | None = None
    image_rotation: float | None = None


class _Annotation(msgspec.Struct, frozen=True):
    result: tuple[_Shape, ...]
    was_cancelled: bool | None = None


class _Task(msgspec.Struct, frozen=True):
    """What is read of a task."""

    data: dict[str, object]
    annotations: tuple[_Annotation, ...] = ()


_KINDS = ("vectorlabels", "vector", "polygonlabels", "polygon", "brushlabels", "brush")


def read_label_studio(
    path: Path, *, labels: tuple[str, ...] | None = None, image_key: str | None = None
) -> tuple[DrawnImage, ...]:
    """Read an export in the format JSON (not JSON-MIN).

    Parameters
    ----------
    path
        JSON file.
    labels
        Names of the labels that mean BAC; None takes all.
    image_key
        Name of the image in ``data`` of the tasks; None takes the only text that looks like a file.

    Returns
    -------
    One drawing an image, by the name of its file; a task that was annotated without a shape has none.

    Raises
    ------
    UsageError
        It is no such export, or a task has several annotations.
    """
    tasks = read_export(path, list[_Task], "is not a JSON export of Label Studio")
    drawings = []
    for task in tasks:
        done = [one for one in task.annotations if not one.was_cancelled]
        name = _image_name(task.data, path, image_key)
        if len(done) > 1:
            raise UsageError(f"{path}: {name} has {len(done)} annotations; export one of each image.")
        if not done:
            continue
        try:
            shapes = [_drawn(name, shape) for shape in _of_labels(done[0].result, labels)]
        except (TypeError, ValueError, IndexError):
            raise UsageError(
                f"{path}: the annotation of {name} is not as Label Studio exports it; export again."
            ) from None
        drawings.append(merged(shapes) if shapes else DrawnImage(name, None))
    return tuple(drawings)


def _image_name(data: dict[str, object], path: Path, key: str | None) -> str:
    if key is not None:
        named = data.get(key)
        if not isinstance(named, str):
            raise UsageError(f"{path}: a task has no image {key!r}; it has {', '.join(data)}.")
        return _file_name(named, path)
    texts = [text for text in data.values() if isinstance(text, str) and PurePosixPath(text).suffix]
    if len(texts) != 1:
        raise UsageError(f"{path}: cannot tell which of {', '.join(data)} is the image; name it.")
    return _file_name(texts[0], path)


def _file_name(address: str, path: Path) -> str:
    """The file at the end of an address; uploads carry eight hexadecimal digits and a hyphen in front."""
    try:
        parts = urlsplit(address)
    except ValueError:
        raise UsageError(f"{path}: {address[:80]!r} is no address of an image; export again.") from None
    local = parse_qs(parts.query).get("d", [])
    name = PurePosixPath(unquote(local[0] if local else parts.path).replace("\\", "/")).name
    start, hyphen, rest = name.partition("-")
    upload = hyphen and len(start) == 8 and all(digit in "0123456789abcdef" for digit in start)
    return rest if upload and "upload" in parts.path else name


def _of_labels(result: Sequence[_Shape], labels: tuple[str, ...] | None) -> Iterator[_Shape]:
    for shape in result:
        if shape.type not in _KINDS:
            continue
        names = getattr(shape.value, shape.type, None) or ()
        if labels is None or any(name in labels for name in names):
            yield shape


def _drawn(name: str, shape: _Shape) -> DrawnImage:
    value = shape.value
    if shape.image_rotation or value is None or not shape.original_height or not shape.original_width:
        raise ValueError
    rows, columns = checked_shape(shape.original_height, shape.original_width)
    if shape.type.startswith("brush"):
        return DrawnImage(name, (rows, columns), brushed=brushed(list(value.rle), (rows, columns)))
    if shape.type.startswith("vector"):
        points = _points([(point.x, point.y) for point in value.vertices], rows, columns)
        closed = bool(value.closed)
    else:
        points = _points(value.points, rows, columns)
        closed = value.closed is not False
    if closed and len(points) > 2:
        return DrawnImage(name, (rows, columns), areas=(points,))
    return DrawnImage(name, (rows, columns), lines=(points,))


def _points(per_cent: Sequence[tuple[float, float]], rows: int, columns: int) -> Floats:
    """(x, y) in per cent of the image to (row, column)."""
    if not per_cent:
        raise ValueError
    points = np.asarray(per_cent, np.float64).reshape(-1, 2)
    return np.asarray(points[:, ::-1] / 100 * np.array([rows, columns]))


def brushed(rle: list[int], shape: tuple[int, int]) -> Mask:
    """Unpack a brush stroke.

    Parameters
    ----------
    rle
        Bytes. 32 bits: count of values; 5: bits of a value - 1; four times 4: bits of a length - 1. Then
        blocks: 1 bit whether one value is repeated, 2 bits which of the four lengths, the length - 1, and
        one value or as many as the length says.
    shape
        (rows, columns).

    Returns
    -------
    (rows, columns) bool: where the last of four channels is not 0.
    """
    bits = _Bits(np.unpackbits(np.asarray(rle, np.uint8)))
    count, value_bits = bits.number(32), bits.number(5) + 1
    length_bits = [bits.number(4) + 1 for _ in range(4)]
    if count != 4 * shape[0] * shape[1]:
        raise ValueError("another size of the image")
    values = np.zeros(count, np.uint8)
    place = 0
    while place < count:
        repeated = bits.number(1)
        end = place + 1 + bits.number(length_bits[bits.number(2)])
        values[place:end] = bits.number(value_bits) if repeated else bits.numbers(end - place, value_bits)
        place = end
    return np.asarray(values.reshape(*shape, 4)[..., 3] > 0)


class _Bits:
    """Numbers from a row of bits, the highest bit first."""

    def __init__(self, bits: NDArray[np.uint8]) -> None:
        self._bits = bits
        self._place = 0

    def number(self, size: int) -> int:
        """The next number of `size` bits."""
        return int(self.numbers(1, size)[0])

    def numbers(self, count: int, size: int) -> NDArray[np.int64]:
        """The next `count` numbers of `size` bits."""
        end = self._place + count * size
        if end > len(self._bits):
            raise ValueError("the stroke stops within its code")
        taken = self._bits[self._place : end].reshape(count, size).astype(np.int64)
        self._place = end
        return np.asarray(taken @ (1 << np.arange(size - 1, -1, -1, dtype=np.int64)))
