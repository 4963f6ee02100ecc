"""A Dask cluster as the place where views are analysed.

Its scheduler gives each view to a worker, and to another one where that is lost; results come back to this
process, which alone writes. No more views are on their way than the workers need to be always at work.
"""

from __future__ import annotations

import pickle
import secrets
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final

from distributed import Client, Future, KilledWorker

from shared_core.cohort.cluster import calls
from shared_core.cohort.cluster.station import Order
from shared_core.cohort.lane import TileProgress
from shared_core.cohort.outcome import Died, Ended, ViewOutcome, faulty, worker_lost
from shared_core.cohort.place import Here, tried_twice
from shared_core.cohort.resume import how_made
from shared_core.cohort.settings import ViewTask
from shared_core.cohort.worker import Worker, written
from shared_core.errors import Cancelled, ClusterError, OpenBacError
from shared_core.notices import Remedy
from shared_core.reading.content import read_start
from shared_core.reading.unused import UnusedReason
from shared_core.version import SOFTWARE_VERSION

_LOOK_S: Final = 0.2
_COUNT_EVERY_S: Final = 2.0
_AHEAD: Final = 2
"""Views for each thread of the workers: one under way, and one to go on with."""
_AHEAD_AT_LEAST: Final = 8
"""So that a cluster that grows with its work sees that there is some."""


class Cluster:
    """The workers of a scheduler.

    Parameters
    ----------
    client
        Connected to the scheduler; who made it closes it.
    name
        Of the cluster, for people.
    tell
        Called with a sentence where workers come and go.
    """

    def __init__(self, client: Client, name: str, tell: Callable[[str], None]) -> None:
        self._client, self._name, self._tell = client, name, tell

    def outcomes(
        self,
        tasks: Sequence[ViewTask],
        worker: Worker,
        *,
        progress: TileProgress | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Generator[ViewOutcome, None, None]:
        """See `shared_core.cohort.place.Place`.

        Raises
        ------
        ClusterError
            At once where a worker is not fit for the work; later, where one that came later is not, or the
            scheduler is lost.
        """
        if not tasks:
            return Here().outcomes(tasks, worker)
        order = Order(
            batch=f"bac-{secrets.token_hex(8)}",
            settings=worker.settings,
            made=how_made(worker.settings),
            start_folder=Path.cwd(),
            sample=tasks[0],
            told=progress is not None,
        )
        batch = _Batch(self._client, self._name, self._tell, order, cancelled)
        batch.require_fit_workers()
        return batch.outcomes(tasks, progress)


class _Batch:
    """One batch on a cluster."""

    def __init__(
        self,
        client: Client,
        cluster: str,
        tell: Callable[[str], None],
        order: Order,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self._client, self._cluster, self._tell, self._cancelled = client, cluster, tell, cancelled
        self._order, self._settings = order, order.settings
        self._sent = pickle.dumps(order)
        self._threads: int | None = None
        self._counted = float("-inf")
        self._number = 0

    def require_fit_workers(self) -> None:
        """Raise a `ClusterError` where the scheduler or a worker that is there is not fit for the work."""
        try:
            version = self._client.run_on_scheduler(calls.version)
        except Exception as error:  # what it could not import, or a version that fails in its own way
            raise ClusterError(f"The scheduler of {self._cluster} {_why(error)}") from None
        if version != SOFTWARE_VERSION:
            raise ClusterError(
                f"The scheduler of {self._cluster} has OpenBAC {version}, and here it is {SOFTWARE_VERSION}; "
                "install the same version there."
            )
        try:
            found = self._client.run(calls.prepare, SOFTWARE_VERSION, self._sent, on_error="return")
        except OSError:
            raise self._lost() from None
        for address, unfit in sorted(found.items()):
            if isinstance(unfit, OSError):  # it went away meanwhile; who comes in its place is asked as well
                continue
            if unfit is not None:
                self._close()
                raise _refusal(address, _why(unfit) if isinstance(unfit, BaseException) else unfit)

    def outcomes(
        self, tasks: Sequence[ViewTask], progress: TileProgress | None
    ) -> Generator[ViewOutcome, None, None]:
        """The outcome of each task, written."""
        with ExitStack() as stack:
            stack.callback(self._close)
            if progress is not None:
                topic = self._order.batch
                self._client.subscribe_topic(topic, lambda event: progress(*event[1]))
                stack.callback(self._client.unsubscribe_topic, topic)
            for outcome in tried_twice(tasks, self._ended):
                yield written(outcome, self._settings)

    def _ended(self, tasks: Sequence[ViewTask]) -> Iterator[tuple[ViewTask, Ended]]:
        waiting = deque(tasks)
        under_way: dict[object, tuple[Future, ViewTask]] = {}
        done: SimpleQueue[Future] = SimpleQueue()
        try:
            while waiting or under_way:
                while waiting and len(under_way) < self._room():
                    task = waiting.popleft()
                    future = self._submit(task)
                    under_way[future.key] = future, task
                    future.add_done_callback(done.put)
                with suppress(Empty):
                    key = done.get(timeout=_LOOK_S).key
                    future, task = under_way.pop(key)
                    yield task, self._result(future, task)
                if self._cancelled is not None and self._cancelled():
                    raise Cancelled("The batch was cancelled; what was finished before is kept.")
        finally:
            if under_way and self._connected:
                with suppress(Exception):  # of a cluster that is lost at this moment
                    self._client.cancel([future for future, _ in under_way.values()], force=True)

    def _submit(self, task: ViewTask) -> Future:
        self._number += 1
        key = (self._order.batch, self._number)
        sent = pickle.dumps(task)
        try:
            return self._client.submit(calls.analyze, SOFTWARE_VERSION, self._sent, sent, key=key, pure=False)
        except Exception:  # boundary with Dask: a client whose scheduler is gone raises anything
            raise self._lost() from None

    def _result(self, future: Future, task: ViewTask) -> Ended:
        try:
            address, unfit, answer = future.result()
        except KilledWorker as error:
            return Died(worker_lost(task, error.last_worker.address))
        except (CancelledError, OSError):
            raise self._lost() from None
        except ImportError as error:
            raise ClusterError(f"A worker of {self._cluster} {_why(error)}") from None
        except Exception as error:  # what a view raised on its worker is that view's failure alone
            return Died(faulty(task, error))
        if unfit is not None:
            raise _refusal(address, unfit)
        ended: Ended = pickle.loads(answer)
        if isinstance(ended, ViewOutcome) and ended.reason is UnusedReason.NOT_OPENED and _opens(task):
            raise _refusal(address, f"cannot read the images: {ended.record.error}")
        return ended

    def _room(self) -> int:
        """How many views may be on their way."""
        now = time.monotonic()
        if now - self._counted >= _COUNT_EVERY_S:
            self._counted = now
            before, self._threads = self._threads, self._count()
            if self._threads != before:
                self._tell(self._state())
        return max(_AHEAD_AT_LEAST, _AHEAD * (self._threads or 0))

    @property
    def _connected(self) -> bool:
        """Whether a question would be answered; without a scheduler, Dask waits for another one first."""
        return bool(self._client.status == "running")

    def _count(self) -> int | None:
        if self._connected:
            with suppress(Exception):  # that it is lost is told where a view is waited for
                return int(sum(self._client.nthreads().values()))
        return self._threads

    def _state(self) -> str:
        if not self._threads:
            return f"No worker is at {self._cluster} now; waiting for one."
        images = "1 image" if self._threads == 1 else f"{self._threads} images"
        return f"The workers at {self._cluster} take {images} at the same time."

    def _lost(self) -> ClusterError:
        return ClusterError(
            f"The scheduler of {self._cluster} is lost, or it dropped the batch; what was finished is kept.",
            Remedy.RESUME_OR_OTHER_OUTPUT,
        )

    def _close(self) -> None:
        if self._connected:
            with suppress(Exception):  # of a cluster that is lost at this moment
                self._client.run(calls.close, self._sent, on_error="ignore")


def _refusal(address: str, unfit: str) -> ClusterError:
    return ClusterError(f"Worker {address} {unfit}")


def _why(error: BaseException) -> str:
    words = f"{type(error).__name__}: {error}"
    if isinstance(error, ImportError):
        return f"lacks software that is here ({words}); install the same there."
    return f"cannot do the work ({words}); see its log."


def _opens(task: ViewTask) -> bool:
    """Whether an image that a worker cannot read can be read here."""
    try:
        read_start(task.path)
    except OpenBacError:
        return False
    return True
