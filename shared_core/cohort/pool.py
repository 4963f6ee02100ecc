"""Run the images of a batch: here, or in several processes, each within its budget of threads.

Each image has a limit of time. A process that crashes, or takes longer, is replaced and does not take the
batch along: its image is a failure. One that crashes is tried once more when all others are done, as it may
have been short of memory.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from queue import Empty
from typing import Any, Final

from shared_core.cohort.lane import Lane, TileProgress, numbered
from shared_core.cohort.outcome import ViewOutcome, faulty, process_ended, too_long, without_memory
from shared_core.cohort.processes import EngineContext
from shared_core.cohort.settings import BatchSettings, ViewTask
from shared_core.cohort.worker import Worker
from shared_core.errors import Cancelled
from shared_core.thread_budget import ThreadBudget

_LOOK_S: Final = 0.2
_STOPS_WITHIN_S: Final = 20.0
"""A process that was told to stop has so long for its tile; one that hangs is killed."""
_PER_WORKER_BYTES: Final = 1_500_000_000


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
) -> Generator[ViewOutcome, None, None]:
    """Analyse the images in this process, in order; the limit of time is looked at between tiles."""
    budget = ThreadBudget(worker.settings.threads)
    for task in tasks:
        until = time.monotonic() + worker.settings.time_limit_min * 60

        def over(until: float = until) -> bool:
            return time.monotonic() > until or (cancelled is not None and cancelled())

        with budget.held():
            try:
                outcome = worker.analyze(task, progress=numbered(progress, task), cancelled=over)
            except Cancelled:
                if time.monotonic() <= until or (cancelled is not None and cancelled()):
                    raise
                outcome = too_long(task, worker.settings)
        yield outcome


def run_in_processes(
    tasks: Sequence[ViewTask],
    settings: BatchSettings,
    *,
    workers: int,
    progress: TileProgress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Generator[ViewOutcome, None, None]:
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
        for task, ended in _in_lanes(tasks, settings, workers, stop, messages, cancelled):
            if isinstance(ended, _ProcessEnded):
                crashed.append(task)
            else:
                yield ended
        for task in crashed:
            for _, ended in _in_lanes([task], settings, 1, stop, messages, cancelled):
                yield process_ended(task, ended.exit_code) if isinstance(ended, _ProcessEnded) else ended
    finally:
        stop.set()
        if listener is not None:
            listener.close()


@dataclass(frozen=True)
class _ProcessEnded:
    """The process of an image died."""

    exit_code: int | None


def _in_lanes(
    tasks: Sequence[ViewTask],
    settings: BatchSettings,
    workers: int,
    stop: Event,
    messages: Any,
    cancelled: Callable[[], bool] | None,
) -> Iterator[tuple[ViewTask, ViewOutcome | _ProcessEnded]]:
    """Each image in one of so many processes; one that dies is replaced."""
    waiting = deque(tasks)
    idle = [Lane(settings, stop, messages) for _ in range(min(workers, len(tasks)))]
    busy: dict[Future[ViewOutcome], tuple[Lane, ViewTask, float]] = {}
    try:
        while waiting or busy:
            while waiting and idle:
                task, lane = waiting.popleft(), idle.pop()
                busy[lane.submit(task)] = lane, task, time.monotonic()
            for future in wait(busy, timeout=_LOOK_S, return_when=FIRST_COMPLETED).done:
                lane, task, began = busy.pop(future)
                outcome = _result(future, lane, task, settings, began)
                idle.append(lane)
                yield task, outcome
            if cancelled is not None and cancelled():
                raise Cancelled("The batch was cancelled; what was finished before is kept.")
    except BaseException:  # whatever ends the batch early, Ctrl-C included, must not leave workers at work
        stop.set()
        for future in wait(busy, timeout=_STOPS_WITHIN_S).not_done:
            busy[future][0].kill()
        raise
    finally:
        for lane in (*idle, *(lane for lane, _, _ in busy.values())):
            lane.close()


def _result(
    future: Future[ViewOutcome], lane: Lane, task: ViewTask, settings: BatchSettings, began: float
) -> ViewOutcome | _ProcessEnded:
    try:
        return future.result()
    except BrokenProcessPool:
        took_too_long = time.monotonic() - began >= settings.time_limit_min * 60
        exit_code = lane.replace()
        return too_long(task, settings) if took_too_long else _ProcessEnded(exit_code)
    except Cancelled:
        raise
    except MemoryError:
        return without_memory(task)
    except Exception as error:  # such as a result that cannot travel between processes
        return faulty(task, error)


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
