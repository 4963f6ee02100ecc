"""PNG, TIFF, JPEG 2000 files, NIfTI, PGM and archives that are nearly right."""

from __future__ import annotations

import gzip
import io
import random
import re
import struct
import zipfile
import zlib
from typing import Final

from tests.fuzz.images import nasty
from tests.fuzz.images.streams import mutated_stream

_PNG_HEAD: Final = b"\x89PNG\r\n\x1a\n"
_NIFTI_SHORTS: Final = (40, 42, 44, 46, 48, 70, 72, 252, 254)
"""dim, datatype, bitpix, qform_code, sform_code."""
_NIFTI_FLOATS: Final = (76, 80, 84, 88, 108, 112, 116, 124, 256, 260, 264, 268, 280, 284, 300, 304, 320)
_FLOATS: Final = (0.0, -1.0, 1e38, -1e38, float("nan"), float("inf"), 1e-40, 352.0, 1e9, 2.0**31)


def mutated_png(content: bytes, chance: random.Random) -> bytes:
    """Chunks with right check sums and wrong contents."""
    chunks = _chunks(content)
    for _ in range(chance.randint(1, 2)):
        at = chance.randrange(len(chunks))
        kind, inside = chunks[at]
        how = chance.randrange(7)
        if how <= 1 and chunks[0][0] == b"IHDR" and len(chunks[0][1]) == 13:
            width, height, *rest = struct.unpack(">IIBBBBB", chunks[0][1])
            sizes = [width, height]
            sizes[chance.randrange(2)] = nasty.number(chance)
            rest[chance.randrange(5)] = chance.choice((rest[0], 0, 1, 2, 3, 4, 6, 8, 16, 255))
            chunks[0] = (b"IHDR", struct.pack(">IIBBBBB", *sizes, *rest))
        elif how == 2:
            chunks[at] = (kind, inside[: chance.randrange(len(inside) + 1)])
        elif how == 3:
            bomb = (
                zlib.compress(b"\0")
                if chance.random() < 0.5
                else nasty.zlib_bomb(chance.choice((1, 60, 600)))
            )
            more = {b"IDAT": bomb, b"zTXt": b"Comment\0\0" + bomb, b"iCCP": b"icc\0\0" + bomb}
            name = chance.choice(list(more))
            chunks.insert(chance.randrange(1, len(chunks) + 1), (name, more[name]))
        elif how == 4:
            chunks.insert(at, (kind, inside))
        elif how == 5:
            del chunks[at]
            chunks = chunks or [(b"IEND", b"")]
        else:
            spoiled = bytearray(inside or b"\0")
            spoiled[chance.randrange(len(spoiled))] ^= 1 << chance.randrange(8)
            chunks[at] = (kind, bytes(spoiled))
    return _PNG_HEAD + b"".join(_chunk(kind, inside) for kind, inside in chunks)


def _chunks(content: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], len(_PNG_HEAD)
    while at + 12 <= len(content):
        length = struct.unpack_from(">I", content, at)[0]
        found.append((content[at + 4 : at + 8], content[at + 8 : at + 8 + length]))
        at += 12 + length
    return found


def _chunk(kind: bytes, inside: bytes) -> bytes:
    return struct.pack(">I", len(inside)) + kind + inside + struct.pack(">I", zlib.crc32(kind + inside))


def mutated_tiff(content: bytes, chance: random.Random) -> bytes:
    """Entries of the directory changed, directories in circles, strips that unpack to more."""
    result = bytearray(content)
    first = struct.unpack_from("<I", content, 4)[0]
    count = struct.unpack_from("<H", content, first)[0]
    for _ in range(chance.randint(1, 3)):
        entry = first + 2 + 12 * chance.randrange(count)
        how = chance.randrange(7)
        if how == 0:
            struct.pack_into(
                "<H", result, entry, chance.choice((256, 257, 258, 259, 262, 273, 277, 278, 279, 322))
            )
        elif how == 1:
            struct.pack_into("<H", result, entry + 2, chance.randrange(20))
        elif how == 2:
            struct.pack_into("<I", result, entry + 4, nasty.number(chance))
        elif how in (3, 4):
            struct.pack_into("<I", result, entry + 8, nasty.number(chance))
        elif how == 5:
            struct.pack_into("<I", result, first + 2 + 12 * count, chance.choice((first, 8, 1, 0xFFFFFFFF)))
        else:
            _point_to_bomb(result, first, count, chance)
    return bytes(result)


def _point_to_bomb(result: bytearray, first: int, count: int, chance: random.Random) -> None:
    """The strip is a bomb now, and the compression one that unpacks it."""
    bomb = nasty.zlib_bomb(chance.choice((1, 60, 600)))
    for number in range(count):
        entry = first + 2 + 12 * number
        tag = struct.unpack_from("<H", result, entry)[0]
        if tag == 259:
            struct.pack_into("<I", result, entry + 8, chance.choice((8, 32946, 5, 7, 32773)))
        if tag in (273, 324):
            struct.pack_into("<I", result, entry + 8, len(result))
        if tag in (279, 325):
            struct.pack_into("<HII", result, entry + 2, 4, 1, len(bomb))
    result += bomb


def mutated_jp2(content: bytes, chance: random.Random) -> bytes:
    """Boxes changed, or the stream in them."""
    if chance.random() < 0.6:
        return mutated_stream(content, chance)
    result = bytearray(content)
    boxes, at = [0], 0
    while at + 8 <= len(content) and len(boxes) < 20:
        length = struct.unpack_from(">I", content, at)[0]
        if length < 8:
            break
        at += length
        boxes.append(at)
    at = chance.choice(boxes[:-1] or [0])
    how = chance.randrange(3)
    if how == 0:
        result[at : at + 4] = struct.pack(">I", nasty.number(chance))
    elif how == 1:
        result[at + 4 : at + 8] = chance.choice(
            (b"jp2h", b"ihdr", b"jp2c", b"colr", b"xxxx", b"res ", b"pclr")
        )
    else:
        result[at + 8 : at + 12] = struct.pack(">I", nasty.number(chance))
    return bytes(result)


def mutated_nifti(content: bytes, chance: random.Random) -> bytes:
    """Fields of the head changed; of a packed one, or packed as a bomb."""
    packed = content[:2] == b"\x1f\x8b"
    result = bytearray(gzip.decompress(content) if packed else content)
    for _ in range(chance.randint(1, 3)):
        how = chance.randrange(4)
        if how == 0:
            struct.pack_into("<h", result, chance.choice(_NIFTI_SHORTS), chance.randint(-32768, 32767))
        elif how == 1:
            struct.pack_into(
                "<h", result, chance.choice(_NIFTI_SHORTS), chance.choice((0, 1, 2, 3, 4, 8, 16, 64, 512))
            )
        elif how == 2:
            struct.pack_into("<f", result, chance.choice(_NIFTI_FLOATS), chance.choice(_FLOATS))
        else:
            struct.pack_into("<i", result, 0, chance.choice((348, 540, 0, -1, 0x5C010000)))
    if not packed:
        return bytes(result)
    if chance.random() < 0.1:
        return nasty.gzip_bomb(chance.choice((1, 60, 600)), bytes(result[:352]))
    return gzip.compress(bytes(result), 1)


def mutated_pgm(content: bytes, chance: random.Random) -> bytes:
    """Numbers of the head, or its kind, changed."""
    head = content[:40]
    numbers = list(re.finditer(rb"\d+", head))
    one = chance.choice(numbers)
    new = chance.choice(
        (b"0", b"-1", b"", b"1" * 30, b"%d" % nasty.number(chance), b"#", b"99999999999", b"1e9")
    )
    result = content[: one.start()] + new + content[one.end() :]
    return result if chance.random() < 0.7 else result[: chance.randrange(len(result) + 1)]


def mutated_gzip(content: bytes, chance: random.Random) -> bytes:
    """Packed anew, packed twice, cut off, or a bomb behind the beginning."""
    plain = gzip.decompress(content)
    how = chance.randrange(4)
    if how == 0:
        return gzip.compress(gzip.compress(plain, 1), 1)
    if how == 1:
        return content[: chance.randrange(len(content))]
    if how == 2:
        return nasty.gzip_bomb(chance.choice((1, 60, 600)), plain[: chance.randrange(len(plain))])
    return content + b"\0" * chance.choice((1, 1000)) + content


def mutated_zip(content: bytes, chance: random.Random) -> bytes:
    """Of the image `content`: names that lead elsewhere, sizes that lie, archives in archives, bombs."""
    buffer = io.BytesIO()
    names = (
        "a/LCC.dcm",
        "../../escaped.dcm",
        "/etc/x.dcm",
        "C:\\x.dcm",
        "a\0b.dcm",
        "a" * 3000 + ".dcm",
        "",
        "CON.dcm",
    )
    method = chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for _ in range(chance.choice((1, 2, 5))):
            archive.writestr(zipfile.ZipInfo(chance.choice(names)), content, compress_type=method)
        if chance.random() < 0.2:
            archive.writestr("inner.zip", buffer.getvalue())
    result = bytearray(buffer.getvalue())
    for _ in range(chance.randint(0, 3)):
        places = [match.start() for match in re.finditer(rb"PK(\x01\x02|\x03\x04|\x05\x06)", bytes(result))]
        at = chance.choice(places) + 4 + chance.randrange(42)
        size = chance.choice((2, 4))
        result[at : at + size] = (nasty.number(chance) & ((1 << 8 * size) - 1)).to_bytes(size, "little")
    return bytes(result)
