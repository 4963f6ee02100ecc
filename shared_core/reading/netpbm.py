"""PGM images (Netpbm): grey, binary or as text, of 8 to 16 bits, as MIAS has them."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import UnreadableImageError, UnsupportedImageError

_FIELD: Final = rb"(?:\s|#[^\r\n]*[\r\n])+(\d{1,10})"
_HEADER: Final = re.compile(rb"P([25])" + 3 * _FIELD + rb"\s")
_LONGEST_HEADER: Final = 65_536
_LARGEST_MAXIMUM: Final = 65_535
_MOST_BYTES_AFTER: Final = 16
"""Line ends and padding; more is another image, or a wrong header."""


@dataclass(frozen=True)
class PgmHeader:
    """What stands before the pixels."""

    rows: int
    columns: int
    maximum: int
    """Value of white."""
    start: int
    """Place of the first pixel."""
    is_text: bool

    @property
    def bits(self) -> int:
        """Of a value."""
        return self.maximum.bit_length()


def pgm_header(data: bytes, name: str) -> PgmHeader:
    """Header of a PGM; `UnreadableImageError` where it is damaged, `UnsupportedImageError` for a drawing."""
    found = _HEADER.match(data[:_LONGEST_HEADER])
    if found is None:
        raise UnreadableImageError(f"{name}: the header of the PGM is damaged; copy it again.")
    columns, rows, maximum = (int(found[i]) for i in (2, 3, 4))
    if not 1 <= maximum <= _LARGEST_MAXIMUM:
        raise UnreadableImageError(f"{name}: the PGM gives {maximum} as its largest value; export it again.")
    header = PgmHeader(rows, columns, maximum, found.end(), found[1] == b"2")
    if header.bits < 8:
        raise UnsupportedImageError(
            f"{name}: has {header.bits} bit(s) a pixel, as masks and drawings have; give the image."
        )
    return header


def read_pgm(data: bytes, name: str) -> NDArray[Any]:
    """(rows, columns), uint8 or uint16; errors as of `pgm_header`, also for several images in one file."""
    header = pgm_header(data, name)
    count = header.rows * header.columns
    values = _text_values(data, header, name) if header.is_text else _values(data, header, count, name)
    if len(values) != count:
        what = "truncated" if len(values) < count else "damaged, it holds more pixels than its header says"
        raise UnreadableImageError(f"{name}: the PGM is {what}; copy it again.")
    if count and int(values.max()) > header.maximum:
        raise UnreadableImageError(
            f"{name}: the PGM holds {int(values.max())}, above its largest value {header.maximum}; "
            "export it again."
        )
    dtype = np.uint8 if header.maximum < 256 else np.uint16
    return values.astype(dtype).reshape(header.rows, header.columns)


def _values(data: bytes, header: PgmHeader, count: int, name: str) -> NDArray[Any]:
    dtype = np.dtype(np.uint8 if header.maximum < 256 else ">u2")
    after = data[header.start + count * dtype.itemsize :]
    if re.match(rb"\s*P[25]\s", after):
        raise UnsupportedImageError(
            f"{name}: holds several images, and one is wanted; save each as a file of its own."
        )
    extra = len(after) // dtype.itemsize if len(after) > _MOST_BYTES_AFTER else 0
    there = min((len(data) - header.start) // dtype.itemsize, count + extra)
    return np.frombuffer(data, dtype, max(there, 0), header.start)


def _text_values(data: bytes, header: PgmHeader, name: str) -> NDArray[Any]:
    text = re.sub(rb"#[^\r\n]*", b"", data[header.start :])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return np.fromstring(text.decode("ascii"), dtype=np.int64, sep=" ")
        except (DeprecationWarning, ValueError):
            raise UnreadableImageError(
                f"{name}: the PGM is damaged, something between its pixels is no number; copy it again."
            ) from None
