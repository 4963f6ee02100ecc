"""The few pixel types a mammogram has: uint8, uint16, int16, int32 and float32."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def smallest_type(lowest: float, highest: float, *, at_least_bytes: int = 1) -> type[np.generic]:
    """Smallest of the integer types that holds these values; float32 where none does.

    Examples
    --------
    >>> smallest_type(-10, 8180).__name__
    'int16'
    """
    integers: tuple[type[np.integer[Any]], ...] = (np.uint8, np.uint16, np.int16, np.int32)
    for dtype in integers:
        limits = np.iinfo(dtype)
        if limits.bits >= 8 * at_least_bytes and limits.min <= lowest and highest <= limits.max:
            return dtype
    return np.float32


def tidy_pixels(pixels: NDArray[Any]) -> NDArray[Any]:
    """The same values in one of the types of a mammogram, in native byte order.

    16-bit images stay 16-bit images; float64 becomes float32.
    """
    native = pixels.astype(pixels.dtype.newbyteorder("="), copy=False)
    if native.dtype in (np.uint8, np.uint16, np.int16, np.float32):
        return native
    if native.dtype.kind == "f":
        with np.errstate(over="ignore"):
            return native.astype(np.float32)
    at_least = min(native.dtype.itemsize, 2)
    return native.astype(smallest_type(int(native.min()), int(native.max()), at_least_bytes=at_least))


def whole_numbers(pixels: NDArray[Any]) -> NDArray[Any]:
    """Floats that are all whole numbers, as hosts make them of integers, turned back to integers."""
    if pixels.dtype.kind != "f" or not np.array_equal(pixels, np.rint(pixels)):
        return tidy_pixels(pixels)
    dtype = smallest_type(float(pixels.min()), float(pixels.max()), at_least_bytes=2)
    return pixels.astype(dtype)
