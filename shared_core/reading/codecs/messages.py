"""What a process says to the one that decodes for it, and hears from it: JSON, then bytes as they are."""

from __future__ import annotations

import json
import struct
from typing import IO, Any, Final

_LENGTHS: Final = struct.Struct("<QQ")


def send(stream: IO[bytes], about: dict[str, Any], data: bytes | memoryview = b"") -> None:
    """Write one message."""
    head = json.dumps(about).encode()
    stream.write(_LENGTHS.pack(len(head), len(data)))
    stream.write(head)
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], bytearray]:
    """Read one message.

    Raises
    ------
    EOFError
        Nobody is there any more.
    """
    head_bytes, data_bytes = _LENGTHS.unpack(_exactly(stream, _LENGTHS.size))
    about: dict[str, Any] = json.loads(bytes(_exactly(stream, head_bytes)))
    return about, _exactly(stream, data_bytes)


def _exactly(stream: IO[bytes], length: int) -> bytearray:
    content = bytearray(length)
    view = memoryview(content)
    while view:
        count: int | None = stream.readinto(view)  # type: ignore[attr-defined]
        if not count:
            raise EOFError
        view = view[count:]
    return content
