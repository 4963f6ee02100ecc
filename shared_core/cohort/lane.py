"""One process of a batch, for image after image; a dead one is replaced, and it is known how it died."""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing.synchronize import Event
from pathlib import Path
from queue import Empty
from typing import Any, Final, TypeVar

from shared_core.cohort.outcome import (
    Died,
    Ended,
    ViewOutcome,
    faulty,
    process_ended,
    too_long,
    without_memory,
)
from shared_core.cohort.processes import EngineContext
from shared_core.cohort.settings import BatchSettings, ViewTask
from shared_core.cohort.worker import Worker
from shared_core.errors import Cancelled
from shared_core.thread_budget import ThreadBudget

Done = TypeVar("Done")
TileProgress = Callable[[int, int, int], None]
"""Called with (task number, done, total)."""

_DEAD_WITHIN_S: Final = 5.0
_LEFT_TO_PARENT: Final = tuple(
    number
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if (number := getattr(signal, name, None)) is not None
)
"""Signals that reach every process of a terminal or job; the parent alone decides, and says so by `stop`."""


class Lane:
    """A process that is ready to analyse, within the budget of threads of `settings`.

    Parameters
    ----------
    stop
        Set from outside, it ends the work within a tile.
    messages
        Queue that gets (task number, done, total) after each tile; None for nobody who listens.
    start_folder
        From which relative paths start, given where who asked is on another machine: files are then not
        written here, and stay in the outcomes.
    """

    def __init__(
        self, settings: BatchSettings, stop: Event, messages: Any = None, *, start_folder: Path | None = None
    ) -> None:
        self._settings, self._stop, self._messages = settings, stop, messages
        self._start_folder = start_folder
        self._start()

    def submit(self, task: ViewTask, work: Callable[[ViewTask], Done] | None = None) -> Future[Done]:
        """Analyse an image, or do other work on it; `BrokenProcessPool` where the process died over it."""
        given: Callable[[ViewTask], Any] = work or _analyze
        try:
            return self._pool.submit(given, task)
        except BrokenProcessPool:  # it died while it had nothing to do
            self._replace()
            return self._pool.submit(given, task)

    def ended(self, future: Future[ViewOutcome], task: ViewTask, began: float) -> Ended:
        """What came of an image that was submitted; a process that died over it is replaced.

        Parameters
        ----------
        began
            When it was submitted, as of `time.monotonic`.

        Raises
        ------
        Cancelled
            The process was told to stop.
        """
        try:
            return future.result()
        except BrokenProcessPool:
            took_too_long = time.monotonic() - began >= self._settings.time_limit_min * 60
            exit_code = self._replace()
            return too_long(task, self._settings) if took_too_long else Died(process_ended(task, exit_code))
        except Cancelled:
            raise
        except MemoryError:
            return without_memory(task)
        except Exception as error:  # such as a result that cannot travel between processes
            return faulty(task, error)

    def _replace(self) -> int | None:
        """Put a new process in the place of a dead one; return the exit code of that, where it is known."""
        started = self._context.started
        self._pool.shutdown(wait=False)
        code = None
        until = time.monotonic() + _DEAD_WITHIN_S
        while started and code is None and time.monotonic() < until:
            # The pool waits for it as well; who comes second has to look again.
            started[-1].join(0.02)
            code = started[-1].exitcode
        self._start()
        return code

    def kill(self) -> None:
        """End the process, whatever it does."""
        for process in self._context.started:
            if process.is_alive():
                process.kill()

    def close(self) -> None:
        """Let it end what it does, and go."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _start(self) -> None:
        self._context = EngineContext()
        self._pool = ProcessPoolExecutor(
            1,
            mp_context=self._context,
            initializer=start_process,
            initargs=(self._settings, self._stop, self._messages, self._start_folder),
        )


_worker: Worker | None = None
_stop: Event | None = None
_messages: Any = None


def start_process(
    settings: BatchSettings, stop: Event, messages: Any, start_folder: Path | None = None
) -> None:
    """What a process does before its first image."""
    global _worker, _stop, _messages
    threading.Thread(target=_end_with_parent, daemon=True).start()
    for number in _LEFT_TO_PARENT:
        signal.signal(number, signal.SIG_IGN)
    ThreadBudget(settings.threads).bind()
    if start_folder is not None:
        # Without it, relative paths lead nowhere, and it is told of each.
        with suppress(OSError):
            os.chdir(start_folder)
    _worker, _stop, _messages = Worker(settings, writes=start_folder is None), stop, messages


def _end_with_parent() -> None:
    """A parent that was killed cannot stop its workers; they must not write into a restarted batch."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _analyze(task: ViewTask) -> ViewOutcome:
    assert _worker is not None
    assert _stop is not None

    def report(number: int, done: int, total: int) -> None:
        _messages.put((number, done, total))

    progress = report if _messages is not None else None
    with Path(os.devnull).open("w") as nowhere:
        # Ends this process from outside of Python, whatever it hangs in.
        limit_s = _worker.settings.time_limit_min * 60
        faulthandler.dump_traceback_later(limit_s, exit=True, file=nowhere)
        try:
            return _worker.analyze(task, progress=numbered(progress, task), cancelled=_stop.is_set)
        finally:
            faulthandler.cancel_dump_traceback_later()


class TileMessages:
    """What processes say of their tiles, handed to a function from a thread."""

    def __init__(self, context: EngineContext, progress: TileProgress) -> None:
        self.queue = context.Queue()
        self._progress = progress
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._closed.set()
        self._thread.join(timeout=2)

    def _listen(self) -> None:
        while not self._closed.is_set():
            try:
                message = self.queue.get(timeout=0.1)
            except (Empty, OSError, EOFError):
                continue
            self._progress(*message)


def numbered(progress: TileProgress | None, task: ViewTask) -> Callable[[int, int], None] | None:
    """Progress of one image as progress of a batch."""
    if progress is None:
        return None
    return lambda done, total: progress(task.number, done, total)
