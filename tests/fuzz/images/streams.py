"""Coded streams that are nearly right: JPEG and JPEG 2000 by their markers, others by their bytes."""

from __future__ import annotations

import random
import re
import struct
from typing import Final

from tests.fuzz.images import nasty

_MARKER: Final = re.compile(rb"\xff[\x01\x4f-\xfe]")


def mutated_stream(content: bytes, chance: random.Random) -> bytes:
    """Sizes, tables and lengths after markers changed, segments repeated, moved or left out."""
    result = bytearray(content)
    marks = [match.start() for match in _MARKER.finditer(content)][:60]
    for _ in range(chance.randint(1, 3)):
        if not marks or chance.random() < 0.2:
            _spoil_bytes(result, chance)
            continue
        at = chance.choice(marks)
        how = chance.randrange(6)
        if how == 0:  # its length
            result[at + 2 : at + 4] = struct.pack(">H", nasty.number(chance) & 0xFFFF)
        elif how == 1:  # a field within it, of two bytes
            where = at + 4 + chance.randrange(24)
            result[where : where + 2] = struct.pack(">H", nasty.number(chance) & 0xFFFF)
        elif how == 2:  # of four
            where = at + 4 + chance.randrange(40)
            result[where : where + 4] = struct.pack(">I", nasty.number(chance))
        elif how == 3:
            result[at + 1 : at + 2] = bytes([chance.randrange(256)])
        elif how == 4:
            length = int.from_bytes(content[at + 2 : at + 4], "big") + 2
            result[at:at] = content[at : at + length] * chance.choice((1, 2, 100))
        else:
            del result[at : at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")]
    return bytes(result)


def _spoil_bytes(result: bytearray, chance: random.Random) -> None:
    if not result:
        return
    how = chance.randrange(4)
    at = chance.randrange(len(result))
    if how == 0:
        del result[at:]
    elif how == 1:
        result[at] ^= 1 << chance.randrange(8)
    elif how == 2:
        result[at:at] = chance.randbytes(chance.randint(1, 40))
    else:
        result[at : at + 16] = bytes([chance.choice((0, 255))]) * 16
