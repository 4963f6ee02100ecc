"""Values that programs stumble over, and bombs that are made in no time."""

from __future__ import annotations

import random
import zlib
from functools import cache
from typing import Final

NUMBERS: Final = (
    *(0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 63, 64, 127, 128, 255, 256, 4095, 32767, 32768, 65534, 65535),
    *(65536, 120_000, 1 << 20, 0x7FFFFFFE, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF),
)
TEXTS: Final = (
    *(
        "",
        " ",
        "0",
        "-1",
        "1",
        "00",
        "1e400",
        "-1e400",
        "nan",
        "inf",
        "1e-320",
        "x",
        "9" * 300,
        "0.07\\0",
        "\\",
    ),
    *(
        "0.07\\0.07\\0.07",
        "1\\2\\3\\4\\5",
        "MONOCHROME1",
        "RGB",
        "PALETTE COLOR",
        "YBR_FULL_422",
        "YES",
        "ORIGINAL",
    ),
    *(
        "20200230",
        "19000101-20991231",
        "Li^Bo",
        "=1+1",
        "../../x",
        "\x1b[31m",
        "a\nb",
        "\x00",
        "ISO 2022 IR 87",
    ),
)
BLOCK_BYTES: Final = 1 << 20


def number(chance: random.Random) -> int:
    """One that is at a limit, or any."""
    return chance.choice(NUMBERS) if chance.random() < 0.8 else chance.getrandbits(32)


def text(chance: random.Random) -> str:
    """One that is no value of anything, or of something else."""
    return chance.choice(TEXTS)


@cache
def _block() -> tuple[bytes, bytes]:
    """Two raw deflate blocks of zeros: the first of a stream, and one to repeat after it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    zeros = b"\0" * BLOCK_BYTES
    first = packer.compress(zeros) + packer.flush(zlib.Z_FULL_FLUSH)
    return first, packer.compress(zeros) + packer.flush(zlib.Z_FULL_FLUSH)


def deflate_bomb(megabytes: int, before: bytes = b"") -> bytes:
    """A raw deflate stream that unpacks to `before` and so many megabytes of zeros."""
    head = b""
    if before:
        packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
        head = packer.compress(before) + packer.flush(zlib.Z_FULL_FLUSH)
    _, again = _block()
    return head + again * megabytes + b"\x03\x00"


def zlib_bomb(megabytes: int) -> bytes:
    """The same with the head of zlib; its check sum is wrong, as nobody gets so far."""
    return b"\x78\x9c" + deflate_bomb(megabytes) + b"\0\0\0\1"


def gzip_bomb(megabytes: int, before: bytes = b"") -> bytes:
    """The same as a gzip file."""
    return b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + deflate_bomb(megabytes, before) + b"\0" * 8
