"""Run the images of a batch: here, or in several processes, each within its budget of threads.

Each image has a limit of time. A process that crashes, or takes longer, is replaced and does not take the
batch along: its image is a failure. One that crashes is tried once more when all others are done, as it may
have been short of memory.
"""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.synchronize import Event
from pathlib import Path
from queue import Empty
from typing import Any

from shared_core.cohort.processes import EngineContext
from shared_core.cohort.settings import BatchSettings, ViewTask
from shared_core.cohort.worker import ViewOutcome, Worker, failed_outcome
from shared_core.errors import Cancelled
from shared_core.thread_budget import ThreadBudget

TileProgress = Callable[[int, int, int], None]
"""Called with (task number, done, total)."""

_CRASHED = "{path}: the process that read or analysed this file crashed; the file is probably damaged."
_TOO_LONG = "{path}: takes longer than the {minutes:g} minutes that one image may take; it is left out."
_LOOK_S = 0.2
_PER_WORKER_BYTES = 1_500_000_000


def default_workers(tasks: int) -> int:
    """As many as there are processors, tasks, and memory for a 12-megapixel image each."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(processors, tasks, _memory_bytes() // _PER_WORKER_BYTES))


def run_here(
    tasks: Sequence[ViewTask],
    worker: Worker,
    *,
    progress: TileProgress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Iterator[ViewOutcome]:
    """Analyse the images in this process, in order; the limit of time is looked at between tiles."""
    budget = ThreadBudget(worker.settings.threads)
    for task in tasks:
        until = time.monotonic() + worker.settings.time_limit_min * 60

        def over(until: float = until) -> bool:
            return time.monotonic() > until or (cancelled is not None and cancelled())

        with budget.held():
            try:
                outcome = worker.analyze(task, progress=_numbered(progress, task), cancelled=over)
            except Cancelled:
                if time.monotonic() <= until or (cancelled is not None and cancelled()):
                    raise
                outcome = _too_long(task, worker.settings)
        yield outcome


def run_in_processes(
    tasks: Sequence[ViewTask],
    settings: BatchSettings,
    *,
    workers: int,
    progress: TileProgress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Iterator[ViewOutcome]:
    """Analyse the images in `workers` processes; outcomes come as they are finished.

    Raises
    ------
    Cancelled
        If `cancelled` said so; running images stop within a tile.
    """
    context = EngineContext()
    stop = context.Event()
    messages = context.Queue() if progress is not None else None
    listener = _Listener(messages, progress) if messages is not None and progress is not None else None
    crashed: list[ViewTask] = []
    try:
        for task, outcome in _in_lanes(tasks, settings, workers, stop, messages, cancelled):
            if outcome is None:
                crashed.append(task)
            else:
                yield outcome
        for task in crashed:
            for _, outcome in _in_lanes([task], settings, 1, stop, messages, cancelled):
                yield outcome or failed_outcome(task, _CRASHED.format(path=task.path))
    finally:
        stop.set()
        if listener is not None:
            listener.close()


def worker_pool(
    settings: BatchSettings, workers: int, stop: Event, messages: Any = None
) -> ProcessPoolExecutor:
    """Processes that are ready to analyse, each within the budget of threads of `settings`."""
    return ProcessPoolExecutor(
        workers,
        mp_context=EngineContext(),
        initializer=_start_process,
        initargs=(settings, stop, messages),
    )


def _in_lanes(
    tasks: Sequence[ViewTask],
    settings: BatchSettings,
    workers: int,
    stop: Event,
    messages: Any,
    cancelled: Callable[[], bool] | None,
) -> Iterator[tuple[ViewTask, ViewOutcome | None]]:
    """Each image in one of so many processes; None where its process crashed, which is then replaced."""
    waiting = deque(tasks)
    idle = [worker_pool(settings, 1, stop, messages) for _ in range(min(workers, len(tasks)))]
    busy: dict[Future[ViewOutcome], tuple[ProcessPoolExecutor, ViewTask, float]] = {}
    try:
        while waiting or busy:
            while waiting and idle:
                task, lane = waiting.popleft(), idle.pop()
                busy[lane.submit(_analyze, task)] = lane, task, time.monotonic()
            for future in wait(busy, timeout=_LOOK_S, return_when=FIRST_COMPLETED).done:
                lane, task, began = busy.pop(future)
                outcome: ViewOutcome | None
                try:
                    outcome = future.result()
                except BrokenProcessPool:
                    took_too_long = time.monotonic() - began >= settings.time_limit_min * 60
                    outcome = _too_long(task, settings) if took_too_long else None
                    lane.shutdown(wait=False)
                    lane = worker_pool(settings, 1, stop, messages)
                idle.append(lane)
                yield task, outcome
            if cancelled is not None and cancelled():
                raise Cancelled("The batch was cancelled; what was finished before is kept.")
    except BaseException:  # whatever ends the batch early, Ctrl-C included, must not leave workers at work
        stop.set()
        raise
    finally:
        for lane in (*idle, *(lane for lane, _, _ in busy.values())):
            lane.shutdown(wait=True, cancel_futures=True)


def _too_long(task: ViewTask, settings: BatchSettings) -> ViewOutcome:
    return failed_outcome(task, _TOO_LONG.format(path=task.path, minutes=settings.time_limit_min))


_worker: Worker | None = None
_stop: Event | None = None
_messages: Any = None


def _start_process(settings: BatchSettings, stop: Event, messages: Any) -> None:
    global _worker, _stop, _messages
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Ctrl-C reaches every process of a terminal; the parent alone decides, and says so by `stop`.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ThreadBudget(settings.threads).bind()
    _worker, _stop, _messages = Worker(settings), stop, messages


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
            return _worker.analyze(task, progress=_numbered(progress, task), cancelled=_stop.is_set)
        finally:
            faulthandler.cancel_dump_traceback_later()


def _numbered(progress: TileProgress | None, task: ViewTask) -> Callable[[int, int], None] | None:
    if progress is None:
        return None
    return lambda done, total: progress(task.number, done, total)


class _Listener:
    """Hands the workers' messages to the caller's function, from a thread."""

    def __init__(self, messages: Any, progress: TileProgress) -> None:
        self._messages = messages
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
                message = self._messages.get(timeout=0.1)
            except (Empty, OSError, EOFError):
                continue
            self._progress(*message)


def _memory_bytes() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 8_000_000_000
