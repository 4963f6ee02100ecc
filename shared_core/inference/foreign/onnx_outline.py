"""What an ONNX file asks for, read from its protocol buffers without running or loading anything.

Only what matters for safety is read: the operators with their domains, and whether arrays lie in other files
(github.com/onnx/onnx, onnx.proto3: ModelProto.graph = 7, GraphProto.node = 1 and initializer = 5,
NodeProto.op_type = 4, attribute = 5 and domain = 7, TensorProto.data_location = 14).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from shared_core.errors import ModelError

OWN_DOMAINS: Final = ("", "ai.onnx")
LOOPS: Final = ("Loop", "Scan")
"""May never end."""

_GRAPH, _NODE, _ARRAYS = 7, 1, 5
_TYPE, _ATTRIBUTE, _DOMAIN = 4, 5, 7
_ATTRIBUTE_GRAPHS, _ATTRIBUTE_ARRAYS = (6, 11), (5, 10)
_LOCATION, _EXTERNAL = 14, 1
_MOST_DEPTH: Final = 20


@dataclass
class OnnxOutline:
    """Of one file."""

    operators: set[tuple[str, str]] = field(default_factory=set)
    """(domain, name)."""
    external: bool = False
    """Whether an array lies in another file."""


def onnx_outline(content: bytes) -> OnnxOutline:
    """Read the outline; a `ModelError` where the bytes are no ONNX model."""
    outline = OnnxOutline()
    try:
        graphs = [bytes(value) for number, value in _fields(memoryview(content)) if number == _GRAPH]
        for graph in graphs:
            _read_graph(memoryview(graph), outline, 0)
    except (ValueError, IndexError, TypeError, UnicodeDecodeError):
        graphs = []
    if not graphs or not outline.operators:
        raise ModelError("The file is no ONNX model, or is damaged; export the network again.")
    return outline


def require_plain(content: bytes) -> None:
    """A `ModelError` where an ONNX file asks for more than arithmetic on its own arrays."""
    outline = onnx_outline(content)
    foreign = sorted(f"{domain}.{name}" for domain, name in outline.operators if domain not in OWN_DOMAINS)
    if foreign:
        raise ModelError(
            f"The ONNX file asks for the operator {foreign[0]}, which is not one of ONNX itself; export the "
            "network with standard operators."
        )
    loops = sorted(name for _, name in outline.operators if name in LOOPS)
    if loops:
        raise ModelError(
            f"The ONNX file holds a {loops[0]}, which may never end; export the network unrolled."
        )
    if outline.external:
        raise ModelError(
            "The ONNX file keeps arrays in other files; export the network with all of them inside."
        )


def _read_graph(graph: memoryview, outline: OnnxOutline, depth: int) -> None:
    if depth > _MOST_DEPTH:
        raise ValueError("graphs within graphs without end")
    for number, value in _fields(graph):
        if number == _NODE and isinstance(value, memoryview):
            _read_node(value, outline, depth)
        elif number == _ARRAYS and isinstance(value, memoryview):
            _read_array(value, outline)


def _read_node(node: memoryview, outline: OnnxOutline, depth: int) -> None:
    name = domain = ""
    for number, value in _fields(node):
        if isinstance(value, int):
            continue
        if number == _TYPE:
            name = bytes(value).decode()
        elif number == _DOMAIN:
            domain = bytes(value).decode()
        elif number == _ATTRIBUTE:
            for inner, part in _fields(value):
                if inner in _ATTRIBUTE_GRAPHS and isinstance(part, memoryview):
                    _read_graph(part, outline, depth + 1)
                elif inner in _ATTRIBUTE_ARRAYS and isinstance(part, memoryview):
                    _read_array(part, outline)
    outline.operators.add((domain, name))


def _read_array(array: memoryview, outline: OnnxOutline) -> None:
    if any(number == _LOCATION and value == _EXTERNAL for number, value in _fields(array)):
        outline.external = True


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """(number, value) of the fields of a message: whole numbers, or the bytes of anything else."""
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        number, kind = key >> 3, key & 7
        if kind == 0:
            whole, place = _varint(message, place)
            yield number, whole
            continue
        if kind == 2:
            length, place = _varint(message, place)
        elif kind in (1, 5):
            length = 8 if kind == 1 else 4
        else:
            raise ValueError("no such kind of field")
        if place + length > len(message):
            raise ValueError("truncated")
        yield number, message[place : place + length]
        place += length


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, place
        shift += 7
        if shift > 63:
            raise ValueError("number without end")
