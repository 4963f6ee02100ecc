"""Headers of compressed frames: what the stream itself says, read before any decoder is let loose.

Decoders may end the whole process on a damaged stream, or reserve memory for whatever size it
claims; the checks here keep such streams away from them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Literal

Coding = Literal["JPEG Baseline", "JPEG Extended", "JPEG Lossless", "JPEG-LS", "JPEG 2000", "other JPEG"]

_FRAME_CODINGS: dict[int, Coding] = {
    0xC0: "JPEG Baseline",
    0xC1: "JPEG Extended",
    0xC3: "JPEG Lossless",
    0xF7: "JPEG-LS",
}
_TABLES_AND_NOTES = {0xC4, 0xCC, 0xDB, 0xDC, 0xDD, 0xF8, 0xFE, *range(0xE0, 0xF0)}
JP2_SIGNATURE = b"\x00\x00\x00\x0cjP"


class StreamError(ValueError):
    """The stream contradicts its own format; the message says where."""


@dataclass(frozen=True)
class StreamHeader:
    """What a compressed frame says of itself."""

    coding: Coding
    rows: int
    columns: int
    components: int
    precision: int
    """Bits of a sample."""


def stream_header(frame: bytes, *, tail: int = 8) -> StreamHeader:
    """Read and check the header and the end of a JPEG, JPEG-LS or JPEG 2000 frame.

    `StreamError` where it is none of these, damaged in its header, or cut off. The end marker of a JPEG must
    be among the `tail` last bytes: DICOM fragments are padded to even length, and some writers pad more.
    """
    if frame.startswith(b"\xff\xd8"):
        header = _jpeg_header(frame, tail)
    elif frame.startswith((b"\xff\x4f\xff\x51", JP2_SIGNATURE)):
        header = _jpeg2000_header(frame[_codestream_start(frame) :])
    else:
        raise StreamError(f"it begins with the bytes {frame[:4].hex(' ') or 'nothing'}, which no codec knows")
    if min(header.rows, header.columns, header.components, header.precision) < 1:
        raise StreamError("its header gives a size of zero")
    return header


def without_notes(frame: bytes) -> bytes:
    """A JPEG without its application and comment segments, which grey pixels do not need.

    GDCM ends the process on some damaged ones.
    """
    pieces, position = [frame[:2]], 2
    while True:
        start = position
        marker, length, content = _next_segment(frame, position)
        position = content + length - 2
        if marker == 0xDA:
            return b"".join((*pieces, frame[start:]))
        if marker != 0xFE and not 0xE0 <= marker <= 0xEF:
            pieces.append(frame[start:position])


def is_jp2_file(frame: bytes) -> bool:
    """Whether a JPEG 2000 stream is wrapped in the boxes of a JP2 file."""
    return frame.startswith(JP2_SIGNATURE)


def _codestream_start(frame: bytes) -> int:
    """Position of the codestream: 0, or inside the jp2c box of a JP2 file."""
    if not is_jp2_file(frame):
        return 0
    position = 0
    while position + 8 <= len(frame):
        length, kind = struct.unpack_from(">I4s", frame, position)
        if kind == b"jp2c":
            return position + (16 if length == 1 else 8)
        if length < 8:
            break
        position += length
    raise StreamError("the JP2 file holds no codestream")


def _jpeg_header(frame: bytes, tail: int) -> StreamHeader:
    """Walk the marker segments up to the first scan (ITU-T T.81 Annex B, T.87 Annex C)."""
    found: StreamHeader | None = None
    position = 2
    while True:
        marker, length, position = _next_segment(frame, position)
        if marker in _FRAME_CODINGS or (0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC)):
            if found is not None or length < 8:
                raise StreamError("its frame header is damaged")
            precision, rows, columns, components = struct.unpack_from(">BHHB", frame, position)
            found = StreamHeader(
                _FRAME_CODINGS.get(marker, "other JPEG"), rows, columns, components, precision
            )
        elif marker == 0xDA:
            break
        elif marker not in _TABLES_AND_NOTES:
            raise StreamError(f"marker {marker:02X} stands where none may")
        position += length - 2
    if found is None:
        raise StreamError("it has no frame header before its first scan")
    if b"\xff\xd9" not in frame[-tail:]:
        raise StreamError("it stops before its end marker")
    return found


def _next_segment(frame: bytes, position: int) -> tuple[int, int, int]:
    """(marker, length, position of its content) of the segment at `position`."""
    while frame[position : position + 2] == b"\xff\xff":
        position += 1
    if position + 4 > len(frame):
        raise StreamError("it stops within its header")
    lead, marker, length = struct.unpack_from(">BBH", frame, position)
    if lead != 0xFF:
        raise StreamError("its header is damaged")
    if length < 2 or position + 2 + length > len(frame):
        raise StreamError("a part of its header is longer than the stream")
    return marker, length, position + 4


def _jpeg2000_header(stream: bytes) -> StreamHeader:
    """SIZ segment and the chain of tile-parts (ISO/IEC 15444-1 Annex A)."""
    if not stream.startswith(b"\xff\x4f\xff\x51") or len(stream) < 45:
        raise StreamError("it stops within its header")
    right, lower, left, top, tile_width, tile_height = struct.unpack_from(">6I", stream, 8)
    components, depth = struct.unpack_from(">HB", stream, 40)
    if right <= left or lower <= top or not tile_width or not tile_height:
        raise StreamError("its header gives a size of zero")
    tiles = -(-(right - left) // tile_width) * -(-(lower - top) // tile_height)
    if tiles > 65535:
        raise StreamError("its header gives more tiles than the format has")
    _check_tile_parts(stream)
    return StreamHeader("JPEG 2000", lower - top, right - left, components, (depth & 0x7F) + 1)


def _check_tile_parts(stream: bytes) -> None:
    position = 2
    while stream[position : position + 2] != b"\xff\x90":
        _, length, content = _next_segment(stream, position)
        position = content + length - 2
    while stream[position : position + 2] == b"\xff\x90":
        if position + 12 > len(stream):
            raise StreamError("it stops within a tile")
        (length,) = struct.unpack_from(">I", stream, position + 6)
        if length == 0:  # the last tile-part reaches to the end of the stream
            position = max(stream.rfind(b"\xff\xd9", -8 + len(stream)), 0)
            break
        if length < 14 or position + length > len(stream):
            raise StreamError("it stops within a tile")
        position += length
    if stream[position : position + 2] != b"\xff\xd9":
        raise StreamError("it stops before its end marker")
