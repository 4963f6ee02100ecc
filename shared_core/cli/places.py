"""Where the views of a batch are analysed, as the options say."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from shared_core.cohort.place import Here, Place
from shared_core.cohort.pool import Processes, default_workers


def place_of(args: argparse.Namespace, tell: Callable[[str], None]) -> AbstractContextManager[Place]:
    """The place that the options ask for, for as long as the context lasts.

    Parameters
    ----------
    tell
        Called with a sentence where workers of a cluster come and go.
    """
    if args.scheduler is None:
        return nullcontext(on_this_machine(args.workers))
    # Loaded here: Dask takes its time, and is not installed everywhere.
    from shared_core.cohort.cluster.connection import connected

    many = 1_000_000
    workers = default_workers(many) if args.workers is None else max(1, args.workers)
    return connected(args.scheduler, workers=workers, tell=tell)


def on_this_machine(workers: int | None) -> Place:
    """This process where 0 workers are asked for, else so many processes."""
    return Here() if workers == 0 else Processes(workers)
