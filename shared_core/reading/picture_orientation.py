"""Orientation of pictures: the tag (EXIF and TIFF 6.0, 0x0112) with which viewers show them upright.

Masks are drawn on what viewers show, so that pictures and masks are turned as the tag says.
"""

from __future__ import annotations

import io
import warnings
from typing import Any, Final, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

N = TypeVar("N", int, float)

UPRIGHT: Final = 1
TAG: Final = 0x0112
TURNED: Final = {
    2: "mirrored left to right",
    3: "upside down",
    4: "mirrored top to bottom",
    5: "on its side and mirrored",
    6: "on its left side",
    7: "on its side and mirrored",
    8: "on its right side",
}
"""How the pixels lie in the file, by the value of the tag."""
_SWAPS_AXES: Final = (5, 6, 7, 8)


def orientation_of(value: object) -> int:
    """A value of the tag as a number of 1 to 8; `UPRIGHT` for one that stands for nothing."""
    return value if isinstance(value, int) and value in TURNED else UPRIGHT


def picture_orientation(data: bytes, file_format: Literal["PNG", "JPEG"]) -> int:
    """Orientation that a PNG or JPEG says, in EXIF or else in XMP."""
    # the text chunks of a large PNG are looked for only where there may be any
    if file_format == "PNG" and not any(mark in data for mark in (b"eXIf", b"exif", b"tiff:Orientation")):
        return UPRIGHT
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(data), formats=[file_format]) as picture:
            warnings.simplefilter("ignore")
            return orientation_of(picture.getexif().get(TAG))
    except Exception:  # boundary with Pillow: damaged notes raise anything, and the pixels may be sound
        return UPRIGHT


def upright_shape(rows: N, columns: N, orientation: int) -> tuple[N, N]:
    """(rows, columns) as shown; of sizes, or of what else belongs to an axis."""
    return (columns, rows) if orientation in _SWAPS_AXES else (rows, columns)


def upright(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Pixels (rows, columns) or (rows, columns, channels) as shown.

    Examples
    --------
    >>> upright(np.array([[1, 2], [3, 4]]), 6).tolist()
    [[3, 1], [4, 2]]
    """
    if orientation == UPRIGHT:
        return pixels
    if orientation in _SWAPS_AXES:
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)
