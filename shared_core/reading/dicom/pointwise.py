"""Pointwise functions of an image, by table where the pixel type has few values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Pointwise = Callable[[NDArray[np.float64]], NDArray[np.float64]]

_BLOCK_ROWS = 64
"""Rows worked on at once: the temporaries stay in the processor's cache."""


def map_values(values: NDArray[Any], function: Pointwise, dtype: DTypeLike) -> NDArray[Any]:
    """Apply a pointwise and pure `function`, of float64 to float64, to every value of an image.

    For an integer `dtype` it must give integers in range. Images of 8 and 16 bits go through a table of all
    their values, so that the cost does not depend on the function.

    Examples
    --------
    >>> map_values(np.array([[0, 3]], np.uint8), lambda x: x / 2, np.float32)
    array([[0. , 1.5]], dtype=float32)
    """
    values = values.astype(values.dtype.newbyteorder("="), copy=False)
    result = np.empty(values.shape, dtype)
    if values.dtype.kind in "iu" and values.dtype.itemsize <= 2:
        unsigned = np.dtype(f"u{values.dtype.itemsize}")
        domain = np.arange(np.iinfo(unsigned).max + 1, dtype=unsigned).view(values.dtype)
        table = function(domain.astype(np.float64)).astype(dtype)
        indices = values.view(unsigned)
        for start in range(0, len(values), _BLOCK_ROWS):
            block = slice(start, start + _BLOCK_ROWS)
            # every index is in the table, so "clip" changes nothing; it spares numpy a buffer
            np.take(table, indices[block], mode="clip", out=result[block])
        return result
    for start in range(0, len(values), _BLOCK_ROWS):
        block = slice(start, start + _BLOCK_ROWS)
        result[block] = function(values[block].astype(np.float64)).astype(dtype)
    return result
