"""Decoding in another process, which is replaced where a stream ends it."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np

from shared_core.errors import UnreadableImageError
from shared_core.reading.codecs.functions import FUNCTIONS, Pixels
from shared_core.reading.codecs.messages import receive, send
from shared_core.reading.quiet_decoders import quiet_decoders
from shared_core.thread_budget import ThreadBudget

HANG_S: Final = 1800.0
"""Of the clock: for what waits and computes nothing, and where a system has no limits of its own."""
_MOST_IDLE: Final = 4
_ROOT: Final = str(Path(__file__).resolve().parents[3])
# The folder that a program is started in is no place to take modules from.
_PROGRAM: Final = (
    "import sys; sys.path[0] = {root!r}; from shared_core.reading.codecs.child import main; main()"
)


class CodecError(ValueError):
    """Why a codec cannot decode a stream, in its words."""


def decode(function: str, data: bytes, *, name: str, **arguments: int | str) -> Pixels | None:
    """What a function of `FUNCTIONS` makes of a stream; None where the codec gives up.

    Parameters
    ----------
    name
        Of the file, for messages.

    Raises
    ------
    CodecError
        What the codec says.
    UnreadableImageError
        The stream crashes the codec, or takes too long.
    """
    program = _python()
    if program is None:
        return _decoded_here(function, data, **arguments)
    worker = _idle.take() or _Worker(program)
    try:
        found = worker.decode(function, data, **arguments)
    except CodecError:
        _idle.put(worker)
        raise
    except (OSError, EOFError, ValueError) as error:
        raise UnreadableImageError(f"{name}: {worker.end()}; copy it again.") from error
    except BaseException:  # Ctrl-C: an answer is on its way, which nobody will ask for
        worker.end()
        raise
    _idle.put(worker)
    return found


def _decoded_here(function: str, data: bytes, **arguments: int | str) -> Pixels | None:
    try:
        with quiet_decoders():
            return FUNCTIONS[function](data, **arguments)
    except Exception as error:  # boundary with the codecs: damaged bytes raise anything
        raise CodecError(" ".join(str(error).split())[:100] or type(error).__name__) from None


def _python() -> str | None:
    """The interpreter of this environment; None in an application that holds one within itself."""
    return sys.executable if Path(sys.executable or "").stem.lower().startswith(("python", "pypy")) else None


class _Worker:
    """One process that decodes."""

    def __init__(self, program: str) -> None:
        self._process = subprocess.Popen(
            [program, "-c", _PROGRAM.format(root=_ROOT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | ThreadBudget().environment,
        )
        self._slow = False

    def decode(self, function: str, data: bytes, **arguments: int | str) -> Pixels | None:
        """`EOFError` and the like where the process is gone."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        timer = threading.Timer(HANG_S, self._too_slow)
        timer.daemon = True
        timer.start()
        try:
            send(self._process.stdin, {"function": function, **arguments}, data)
            about, pixels = receive(self._process.stdout)
        finally:
            timer.cancel()
        if "error" in about:
            raise CodecError(about["error"])
        if about["shape"] is None:
            return None
        decoded: Pixels = np.frombuffer(pixels, about["dtype"]).reshape(about["shape"])
        return decoded

    def end(self) -> str:
        """Away with it; why it ended, in words."""
        self._process.kill()
        how = self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if stream is not None:
                    stream.close()
        if self._slow or how == -getattr(signal, "SIGPROF", 0):
            return "decoding it takes too long and was ended; the file is probably damaged"
        return "decoding it crashed the decoder; the file is probably damaged"

    def _too_slow(self) -> None:
        self._slow = True
        self._process.kill()


class _Idle:
    """Processes that have nothing to do."""

    def __init__(self) -> None:
        self._lock, self._workers, self._owner = threading.Lock(), list[_Worker](), os.getpid()

    def take(self) -> _Worker | None:
        with self._lock:
            if self._owner != os.getpid():  # a copy of the process that began them, and keeps them
                self._workers, self._owner = [], os.getpid()
            return self._workers.pop() if self._workers else None

    def put(self, worker: _Worker) -> None:
        with self._lock:
            if len(self._workers) < _MOST_IDLE:
                self._workers.append(worker)
                return
        worker.end()

    def end(self) -> None:
        """With the program."""
        while (worker := self.take()) is not None:
            worker.end()


_idle = _Idle()
atexit.register(_idle.end)
