"""JPEG lossless streams of another precision than the header has: what codecs read is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest

from shared_core.errors import UnsupportedImageError
from shared_core.reading.reader import read_mammogram
from tests.reading.jpeg_lossless import encode
from tests.reading.synthetic import breast, dataset, with_frame, write
from tests.told import codes


def file_of(path: Path, precision: int, bits: int, *, syntax: str = "jpeg lossless 70") -> np.ndarray:
    """Write a stream of this precision under a header with these bits; the values that it holds."""
    values = breast(precision) if precision >= 8 else breast(8) >> (8 - precision)
    container = np.zeros(values.shape, np.uint8 if bits <= 8 else np.uint16)
    write(path, with_frame(dataset(container, bits=bits), encode(values, precision), syntax))
    return values


@pytest.mark.parametrize("bits", [8, 12, 16])
@pytest.mark.parametrize("precision", range(2, 17))
def test_every_precision_is_read_whole(precision: int, bits: int, tmp_path: Path) -> None:
    values = file_of(tmp_path / "a.dcm", precision, bits)
    read = read_mammogram(tmp_path / "a.dcm")
    np.testing.assert_array_equal(read.pixels, values)
    assert ("bits-stored-wrong" in codes(read.header.notices)) == (precision > bits)
    if precision <= bits:
        np.testing.assert_array_equal(pydicom.dcmread(tmp_path / "a.dcm").pixel_array, values)


def test_the_other_transfer_syntax_is_read_as_well(tmp_path: Path) -> None:
    values = file_of(tmp_path / "a.dcm", 7, 8, syntax="jpeg lossless 57")
    np.testing.assert_array_equal(read_mammogram(tmp_path / "a.dcm").pixels, values)


def test_a_precision_that_no_stream_has_is_refused(tmp_path: Path) -> None:
    frame = bytearray(encode(breast(8), 8))
    frame[frame.index(b"\xff\xc3") + 4] = 1
    write(tmp_path / "a.dcm", with_frame(dataset(breast(8), bits=8), bytes(frame), "jpeg lossless 70"))
    with pytest.raises(UnsupportedImageError, match="has 1 bits"):
        read_mammogram(tmp_path / "a.dcm")
