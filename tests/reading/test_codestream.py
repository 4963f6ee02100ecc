from __future__ import annotations

import struct

import cv2
import numpy as np
import pytest
from openjpeg.utils import encode_array

from shared_core.reading.dicom.codestream import (
    StreamError,
    StreamHeader,
    is_jp2_file,
    stream_header,
    without_notes,
)
from tests.reading.synthetic import COLUMNS, ROWS, breast

JPEG = cv2.imencode(".jpg", breast(8))[1].tobytes()
J2K = bytes(encode_array(breast(12)))


def segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def frame_header(rows: int = 96, precision: int = 8) -> bytes:
    return segment(0xC0, struct.pack(">BHHB3x", precision, rows, 72, 1))


def siz(width: int = 72, height: int = 96, tile: int = 72) -> bytes:
    sizes = struct.pack(">H8IH", 0, width, height, 0, 0, tile, tile, 0, 0, 1)
    return b"\xff\x4f" + segment(0x51, sizes + b"\x0b\x01\x01")


SCAN = segment(0xDA, b"\0" * 6)
END = b"\xff\xd9"


def test_headers_say_what_the_stream_holds() -> None:
    assert stream_header(JPEG) == StreamHeader("JPEG Baseline", ROWS, COLUMNS, 1, 8)
    assert stream_header(J2K) == StreamHeader("JPEG 2000", ROWS, COLUMNS, 1, 12)
    assert not is_jp2_file(J2K)


def test_padding_after_the_end_is_allowed() -> None:
    assert stream_header(JPEG + b"\0" * 5) == stream_header(JPEG)
    assert stream_header(JPEG + b"\0" * 500, tail=1000) == stream_header(JPEG)


def test_fill_bytes_before_a_marker_are_allowed() -> None:
    assert stream_header(b"\xff\xd8\xff\xff" + JPEG[2:]) == stream_header(JPEG)


def test_the_last_tile_part_may_leave_its_length_open() -> None:
    at = J2K.index(b"\xff\x90")
    assert stream_header(J2K[: at + 6] + b"\0" * 4 + J2K[at + 10 :]) == stream_header(J2K)


def test_notes_are_taken_out_and_nothing_else() -> None:
    noted = JPEG[:2] + segment(0xE1, b"Exif") + segment(0xFE, b"comment") + JPEG[2:]
    bare = without_notes(noted)
    assert bare == without_notes(JPEG)
    assert b"Exif" not in bare
    assert b"JFIF" not in bare
    decoded = [cv2.imdecode(np.frombuffer(stream, np.uint8), -1) for stream in (bare, JPEG)]
    np.testing.assert_array_equal(*decoded)


@pytest.mark.parametrize(
    ("stream", "words"),
    [
        (b"", "nothing"),
        (b"\x01\x02\x03\x04", "01 02 03 04"),
        (b"\xff\xd8", "within its header"),
        (JPEG[:-9], "before its end"),
        (JPEG + b"\0" * 50, "before its end"),
        (b"\xff\xd8\x00\x00\x00\x00", "header is damaged"),
        (b"\xff\xd8" + b"\xff\xe0\xff\xff" + JPEG[2:100], "longer than the stream"),
        (b"\xff\xd8" + segment(0x02, b"") + SCAN + END, "marker 02"),
        (b"\xff\xd8" + SCAN + END, "no frame header"),
        (b"\xff\xd8" + frame_header() + frame_header() + SCAN + END, "frame header is damaged"),
        (b"\xff\xd8" + frame_header(rows=0) + SCAN + END, "size of zero"),
        (J2K[:30], "within its header"),
        (J2K[:-40], "within a tile"),
        (J2K[:-2], "before its end"),
        (siz(width=0), "size of zero"),
        (siz(width=60000, height=60000, tile=1), "more tiles"),
        (siz() + b"\xff\x90\0\x0a\0\0", "within a tile"),
        (siz(), "within its header"),
        (b"\0\0\0\x0cjP  \x0d\x0a\x87\x0a", "no codestream"),
        (b"\0\0\0\x0cjP  \x0d\x0a\x87\x0a" + b"\0\0\0\x01free" * 2, "no codestream"),
    ],
    ids=range(20),
)
def test_streams_that_contradict_themselves_are_refused(stream: bytes, words: str) -> None:
    with pytest.raises(StreamError, match=words):
        stream_header(stream)
