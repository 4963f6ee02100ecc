"""A short form of a picture that is the same, or nearly so, however the picture is stored.

It says of 256 places of the breast whether the picture gets brighter to the right: another format,
compression, size, margin or window changes few of these bits, another breast about half of them.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask

_SIDE: Final = 16
BITS: Final = _SIDE * _SIDE
BANDS: Final = 8
"""Two forms that differ in fewer bits than this have one band of theirs in common."""
MOST_DIFFERING: Final = BANDS - 1


def likeness_of(image_u8: NDArray[np.uint8], breast: Mask) -> str:
    """64 hexadecimal digits; empty where there is no breast.

    Parameters
    ----------
    image_u8
        (rows, columns) display values.
    breast
        (rows, columns) bool.
    """
    rows, columns = np.flatnonzero(breast.any(axis=1)), np.flatnonzero(breast.any(axis=0))
    if not rows.size:
        return ""
    window = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    small = cv2.resize(image_u8[window], (_SIDE + 1, _SIDE), interpolation=cv2.INTER_AREA).astype(np.int16)
    return np.packbits(small[:, 1:] > small[:, :-1]).tobytes().hex()


def bands(likeness: str) -> list[int]:
    """Parts of it, each of bits from all over the breast."""
    bits = np.unpackbits(np.frombuffer(bytes.fromhex(likeness), np.uint8)).reshape(-1, BANDS)
    return [int.from_bytes(np.packbits(column).tobytes(), "big") for column in bits.T]


def differing_bits(one: str, other: str) -> int:
    """In how many places two forms differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()
