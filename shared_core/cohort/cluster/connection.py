"""The way to a cluster: workers on this machine, or the scheduler of one that is there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from shared_core.cohort.place import Place
from shared_core.documents import DocumentError, file_bytes, known_part
from shared_core.errors import ClusterError

if TYPE_CHECKING:
    from distributed import Security

LOCAL: Final = "local"
_ANSWERS_WITHIN_S: Final = 30


@contextmanager
def connected(scheduler: str, *, workers: int, tell: Callable[[str], None]) -> Iterator[Place]:
    """The workers of a scheduler, for as long as the context lasts.

    Parameters
    ----------
    scheduler
        Its address such as ``tcp://node1:8786``, the file that it wrote, or ``local`` for workers that are
        started on this machine.
    workers
        How many are started there.
    tell
        Called with a sentence where workers come and go.

    Raises
    ------
    ClusterError
        Dask is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client, LocalCluster, Security

        from shared_core.cohort.cluster.cluster import Cluster
    except ImportError:
        raise ClusterError(
            "A cluster needs distributed, which is not installed: pip install 'openbac[cluster]'."
        ) from None
    address = scheduler if scheduler == LOCAL else _address(scheduler)
    _require_encryption_as_configured(address, Security())
    with ExitStack() as stack:
        stack.enter_context(_silent())
        name = scheduler
        if scheduler == LOCAL:
            cluster = LocalCluster(
                n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL
            )
            stack.enter_context(cluster)
            address, name = cluster.scheduler_address, "this machine"
        try:
            client = Client(address, timeout=_ANSWERS_WITHIN_S, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ClusterError(
                f"No scheduler answers at {name} ({error}); check that it runs, and that this machine may "
                "reach it."
            ) from None
        stack.enter_context(client)
        yield Cluster(client, name, tell)


def _require_encryption_as_configured(address: str, security: Security) -> None:
    encrypted = address.startswith("tls://")
    if encrypted and security.get_connection_args("client")["ssl_context"] is None:
        raise ClusterError(
            f"The scheduler at {address} speaks TLS alone; name certificate and key to Dask "
            "(distributed.comm.tls in its configuration)."
        )
    if security.require_encryption and not encrypted:
        raise ClusterError(
            f"Dask is configured to speak TLS alone (distributed.comm.require-encryption), and {address} "
            "does not; give the address of a scheduler that does."
        )


class _SchedulerFile(msgspec.Struct, frozen=True):
    """What is needed of the file that a scheduler wrote."""

    address: str


def _address(scheduler: str) -> str:
    if "://" in scheduler:
        return scheduler
    try:
        return known_part(file_bytes(Path(scheduler)), _SchedulerFile).address
    except (OSError, DocumentError):
        raise ClusterError(
            f"{scheduler}: there is no such file of a scheduler; give the one that it wrote, or its address "
            "such as tcp://node1:8786."
        ) from None


@contextmanager
def _silent() -> Iterator[None]:
    """Dask tells of each worker that is lost, with a traceback; what matters to a person is told by us."""
    loggers = [
        logging.getLogger(name) for name in logging.root.manager.loggerDict if name.startswith("distributed")
    ]
    before = [(logger, logger.level) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in before:
            logger.setLevel(level)
