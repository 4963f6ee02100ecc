"""Where the views of a batch are analysed: in this process, in several, or on a cluster."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared_core.cohort.lane import TileProgress, numbered
from shared_core.cohort.outcome import Died, Ended, ViewOutcome, too_long
from shared_core.cohort.settings import ViewTask
from shared_core.cohort.worker import Worker
from shared_core.errors import Cancelled
from shared_core.thread_budget import ThreadBudget


class Place(Protocol):
    """A place where views are analysed."""

    def outcomes(
        self,
        tasks: Sequence[ViewTask],
        worker: Worker,
        *,
        progress: TileProgress | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Generator[ViewOutcome, None, None]:
        """The outcome of each task, in the order in which they are done, and nothing of it left to write.

        Parameters
        ----------
        worker
            With the settings of the batch; its model is loaded where it is used in this process.
        progress
            Called with (task number, done, total) after each tile.
        cancelled
            Asked again and again; true ends the work within a tile.

        Raises
        ------
        Cancelled
            If `cancelled` said so.
        """


@dataclass(frozen=True)
class Here:
    """This process: one view after the other; the limit of time is looked at between tiles.

    That is soonest for a few views, but a crash or a view that hangs takes this process along.
    """

    def outcomes(
        self,
        tasks: Sequence[ViewTask],
        worker: Worker,
        *,
        progress: TileProgress | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Generator[ViewOutcome, None, None]:
        """See `Place`; they come in order."""
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


def tried_twice(
    tasks: Sequence[ViewTask],
    once: Callable[[Sequence[ViewTask]], Iterator[tuple[ViewTask, Ended]]],
) -> Generator[ViewOutcome, None, None]:
    """The outcome of each task; one whose process died is tried once more, alone, when all others are done.

    It may have been short of memory beside the others, or was lost through one of them.
    """
    died = []
    for task, ended in once(tasks):
        if isinstance(ended, Died):
            died.append(task)
        else:
            yield ended
    for task in died:
        for _, ended in once([task]):
            yield ended.failure if isinstance(ended, Died) else ended
