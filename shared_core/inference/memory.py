"""Give freed memory back to the system, where the C library would keep it for later."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from functools import lru_cache


def give_back_freed() -> None:
    """Hand freed memory to the system (glibc; elsewhere nothing happens).

    glibc keeps freed arrays of up to 32 MB for the next request. Between two stages that need arrays
    of other sizes, that is memory nobody uses.
    """
    _trim()(0)


@lru_cache(maxsize=1)
def _trim() -> Callable[[int], object]:
    if sys.platform.startswith("linux"):
        # musl has no such function, and keeps no such memory.
        trim: Callable[[int], object] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            return trim
    return lambda _keep: None
