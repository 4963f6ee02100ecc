"""Give freed memory back to the system, where the C library would keep it for later."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


def give_back_freed() -> None:
    """Hand freed memory to the system (glibc; elsewhere nothing happens).

    glibc keeps freed arrays of up to 32 MB for the next request. Between two stages that need arrays
    of other sizes, that is memory nobody uses.
    """
    _trim()(0)


def sparse_copy(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """A copy that takes memory only where there is something but 0, give or take a page.

    The breast fills a third to a half of an image, and the probability is 0 outside it; the system backs
    pages of zeros that nobody wrote to by none of its own.
    """
    copy = np.zeros(values.shape, values.dtype)
    filled = values != 0
    rows, columns = np.flatnonzero(filled.any(axis=1)), np.flatnonzero(filled.any(axis=0))
    if rows.size:
        box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        copy[box] = values[box]
    return copy


@lru_cache(maxsize=1)
def _trim() -> Callable[[int], object]:
    if sys.platform.startswith("linux"):
        # musl has no such function, and keeps no such memory.
        trim: Callable[[int], object] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            return trim
    return lambda _keep: None
