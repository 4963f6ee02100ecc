"""Being told to stop by the system: as Ctrl-C does, so that what is finished is kept and told."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final, NoReturn

_TOLD_TO_STOP: Final = ("SIGTERM", "SIGHUP", "SIGBREAK")
"""By a job scheduler or `kill`, by a terminal that goes away, and on Windows by its console."""


class Stopped(KeyboardInterrupt):
    """A signal asked for the end."""


class ReceivedSignal:
    """The last signal that asked for the end."""

    number: int | None = None

    def exit_code(self, code: int) -> int:
        """As the shell has it for a program that ended by a signal; `code` where none came."""
        return code if self.number is None else 128 + self.number


@contextmanager
def stopping_by_signals() -> Iterator[ReceivedSignal]:
    """Within it, signals to stop interrupt as Ctrl-C does; outside the main thread nothing changes."""
    received = ReceivedSignal()
    if threading.current_thread() is not threading.main_thread():
        yield received
        return

    def stop(number: int, _frame: FrameType | None) -> NoReturn:
        received.number = number
        raise Stopped

    before = {}
    for name in _TOLD_TO_STOP:
        number = getattr(signal, name, None)
        # Who started us with a signal ignored (nohup) wants it so.
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            before[number] = signal.signal(number, stop)
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
