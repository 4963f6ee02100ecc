"""Several processes for the images of a batch, each within its budget of threads.

Each image has a limit of time. A process that crashes, or takes longer, is replaced and does not take the
batch along: its image is a failure. One that crashes is tried once more when all others are done, as it may
have been short of memory.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import ExitStack, closing
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from typing import Any, Final

from shared_core.cohort.lane import Lane, TileMessages, TileProgress
from shared_core.cohort.outcome import Ended, ViewOutcome
from shared_core.cohort.place import Here, tried_twice
from shared_core.cohort.processes import EngineContext
from shared_core.cohort.settings import BatchSettings, ViewTask
from shared_core.cohort.worker import Worker
from shared_core.errors import Cancelled

_LOOK_S: Final = 0.2
_STOPS_WITHIN_S: Final = 20.0
"""A process that was told to stop has so long for its tile; one that hangs is killed."""
_PER_WORKER_BYTES: Final = 1_500_000_000


def default_workers(tasks: int) -> int:
    """As many as there are processors, tasks, and memory for a 12-megapixel image each."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(processors, tasks, _memory_bytes() // _PER_WORKER_BYTES))


@dataclass(frozen=True)
class Processes:
    """So many processes of this machine; one image alone is sooner done in this process."""

    workers: int | None = None
    """None for as many as there are processors and memory."""
    apart: bool = False
    """A process also for one image: for windows, which must stay usable, and which a damaged file must not
    take along."""

    def outcomes(
        self,
        tasks: Sequence[ViewTask],
        worker: Worker,
        *,
        progress: TileProgress | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Generator[ViewOutcome, None, None]:
        """See `shared_core.cohort.place.Place`."""
        if not tasks or (len(tasks) == 1 and not self.apart):
            return Here().outcomes(tasks, worker, progress=progress, cancelled=cancelled)
        workers = default_workers(len(tasks)) if self.workers is None else max(1, self.workers)
        return _in_processes(tasks, worker.settings, workers, progress, cancelled)


def _in_processes(
    tasks: Sequence[ViewTask],
    settings: BatchSettings,
    workers: int,
    progress: TileProgress | None,
    cancelled: Callable[[], bool] | None,
) -> Generator[ViewOutcome, None, None]:
    context = EngineContext()
    stop = context.Event()
    with ExitStack() as stack:
        stack.callback(stop.set)
        heard = (
            stack.enter_context(closing(TileMessages(context, progress))) if progress is not None else None
        )
        messages = heard.queue if heard is not None else None

        def once(some: Sequence[ViewTask]) -> Iterator[tuple[ViewTask, Ended]]:
            return _in_lanes(some, settings, workers, stop, messages, cancelled)

        yield from tried_twice(tasks, once)


def _in_lanes(
    tasks: Sequence[ViewTask],
    settings: BatchSettings,
    workers: int,
    stop: Event,
    messages: Any,
    cancelled: Callable[[], bool] | None,
) -> Iterator[tuple[ViewTask, Ended]]:
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
                ended = lane.ended(future, task, began)
                idle.append(lane)
                yield task, ended
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


def _memory_bytes() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 8_000_000_000
