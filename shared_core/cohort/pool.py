"""Run the images of a batch: here, or in several processes, each within its budget of threads.

A damaged file can crash a decoder written in C, and with it the process. Such a crash must not take the
batch along: the images that were under way are tried again alone, and the one that crashes is a failure.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.synchronize import Event
from queue import Empty
from typing import Any

from shared_core.cohort.settings import BatchSettings, ViewTask
from shared_core.cohort.worker import ViewOutcome, Worker, failed_outcome
from shared_core.errors import Cancelled
from shared_core.thread_budget import ThreadBudget

TileProgress = Callable[[int, int, int], None]
"""Called with (task number, done, total)."""

_CRASHED = "{path}: the process that read or analysed this file crashed; the file is probably damaged."
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
    """Analyse the images in this process, in order."""
    budget = ThreadBudget(worker.settings.threads)
    for task in tasks:
        with budget.held():
            outcome = worker.analyze(task, progress=_numbered(progress, task), cancelled=cancelled)
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
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    messages = context.Queue() if progress is not None else None
    listener = _Listener(messages, progress) if messages is not None and progress is not None else None
    left = list(tasks)
    try:
        for outcome in _pooled(left, settings, workers, stop, messages, cancelled):
            left.remove(outcome.task)
            yield outcome
        # Only after a crash is anything left: one image a process now, so that the culprit is known.
        for task in left:
            outcomes = list(_pooled([task], settings, 1, stop, messages, cancelled))
            yield outcomes[0] if outcomes else failed_outcome(task, _CRASHED.format(path=task.path))
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
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start_process,
        initargs=(settings, stop, messages),
    )


def _pooled(
    tasks: Sequence[ViewTask],
    settings: BatchSettings,
    workers: int,
    stop: Event,
    messages: Any,
    cancelled: Callable[[], bool] | None,
) -> Iterator[ViewOutcome]:
    """Outcomes until all are there or a process crashed."""
    pool = worker_pool(settings, workers, stop, messages)
    try:
        futures = [pool.submit(_analyze, task) for task in tasks]
        for future in _as_completed(futures, stop, cancelled):
            try:
                outcome = future.result()
            except BrokenProcessPool:
                return
            yield outcome
    except BaseException:  # whatever ends the batch early, Ctrl-C included, must not leave workers at work
        stop.set()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _as_completed(
    futures: Sequence[Future[ViewOutcome]], stop: Event, cancelled: Callable[[], bool] | None
) -> Iterator[Future[ViewOutcome]]:
    pending = set(futures)
    while pending:
        try:
            for future in as_completed(pending, timeout=0.2):
                pending.remove(future)
                yield future
        except TimeoutError:
            pass
        if cancelled is not None and cancelled():
            stop.set()
            for future in pending:
                future.cancel()
            raise Cancelled("The batch was cancelled; what was finished before is kept.")


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
    return _worker.analyze(task, progress=_numbered(progress, task), cancelled=_stop.is_set)


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
