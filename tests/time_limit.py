"""A guard against what would never end: no test says how fast something is."""

from __future__ import annotations

import faulthandler
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Break off what takes longer, as a failure: so long that a busy machine is no reason.

    Windows has no such signal: there the process ends, and says where it was.
    """
    if not hasattr(signal, "SIGALRM"):
        faulthandler.dump_traceback_later(seconds, exit=True)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()
        return

    def over(_number: int, _frame: FrameType | None) -> None:
        raise AssertionError(f"not done within {seconds:g} s")

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
