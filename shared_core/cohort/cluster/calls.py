"""What a cluster is asked to do for a batch.

The scheduler reads this module as well: it imports nothing of the engine before it is called. Arguments and
answers are plain, so that another version of the engine can still say that it is one.
"""

from __future__ import annotations

import asyncio
import pickle
from typing import TYPE_CHECKING

from shared_core.version import SOFTWARE_VERSION

if TYPE_CHECKING:
    from distributed import Worker


def version() -> str:
    """Of the engine, where it is called."""
    return SOFTWARE_VERSION


async def prepare(asked_by: str, order: bytes, dask_worker: Worker) -> str | None:
    """Make a worker ready for a batch.

    Parameters
    ----------
    asked_by
        Version of the engine that asks.
    order
        Of the batch: a pickled `shared_core.cohort.cluster.station.Order`.
    dask_worker
        Given by Dask.

    Returns
    -------
    str | None
        Why this worker is not fit for the batch, as it goes on after its name; None where it is.
    """
    return await asyncio.to_thread(_unfit, asked_by, order, dask_worker)


def analyze(asked_by: str, order: bytes, task: bytes) -> tuple[str, str | None, bytes]:
    """Analyse an image on a worker.

    Returns
    -------
    tuple[str, str | None, bytes]
        The address of the worker, why it is not fit for the batch, and the pickled
        `shared_core.cohort.outcome.Ended`.
    """
    from distributed import get_worker

    worker = get_worker()
    unfit = _unfit(asked_by, order, worker)
    if unfit is not None:
        return worker.address, unfit, b""
    from shared_core.cohort.cluster.station import station_for

    return worker.address, None, pickle.dumps(station_for(order, worker).analyze(pickle.loads(task)))


def close(order: bytes) -> None:
    """Stop what a worker does for a batch, and let go of what it holds for it."""
    from shared_core.cohort.cluster.station import close_station

    close_station(order)


def _unfit(asked_by: str, order: bytes, worker: Worker) -> str | None:
    if asked_by != SOFTWARE_VERSION:
        return f"has OpenBAC {SOFTWARE_VERSION}, and here it is {asked_by}; install the same version there."
    from shared_core.cohort.cluster.station import station_for

    return station_for(order, worker).unfit
