"""Peers on loopback: real associations, with a peer that does as a test wants."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shared_core.pacs.dicom_node import Node
from tests.pacs.drawn_exam import drawn_files

pytest.importorskip("pynetdicom", reason="pip package pynetdicom is not installed")


class Archive:
    """A Storage SCP that keeps what it gets in memory.

    Parameters
    ----------
    allowed
        Calling AE titles; none lets all in.
    answers
        Status of each object in turn; afterwards all are stored.
    drops_after
        Objects after which it breaks the connection, once.
    contexts
        SOP class and transfer syntaxes that it takes; None for all storage classes.
    """

    def __init__(
        self,
        *,
        allowed: tuple[str, ...] = (),
        answers: tuple[int, ...] = (),
        drops_after: int | None = None,
        contexts: list[tuple[str, list[str]]] | None = None,
        tls: Any = None,
        port: int = 0,
    ) -> None:
        from pynetdicom import AE, AllStoragePresentationContexts, evt

        self.stored: dict[str, bytes] = {}
        self._answers, self._drops_after = list(answers), drops_after
        entity = AE(ae_title="ARCHIVE")
        entity.require_calling_aet = list(allowed)
        entity.require_called_aet = True
        entity.add_supported_context("1.2.840.10008.1.1")
        if contexts is None:
            for context in AllStoragePresentationContexts:
                entity.add_supported_context(context.abstract_syntax)
        for sop_class, syntaxes in contexts or []:
            entity.add_supported_context(sop_class, syntaxes)
        self._entity = entity
        server = entity.start_server(
            ("127.0.0.1", port), block=False, evt_handlers=[(evt.EVT_C_STORE, self._store)], ssl_context=tls
        )
        self.node = Node("127.0.0.1", int(server.server_address[1]), "ARCHIVE")

    def close(self) -> None:
        self._entity.shutdown()

    def _store(self, event: Any) -> int:
        if self._drops_after is not None and len(self.stored) >= self._drops_after:
            self._drops_after = None
            event.assoc.abort()
            return 0xC000
        if self._answers and (status := self._answers.pop(0)):
            return status
        self.stored[str(event.request.AffectedSOPInstanceUID)] = event.request.DataSet.getvalue()
        return 0x0000


@pytest.fixture
def archive() -> Iterator[Callable[..., Archive]]:
    """Makes archives, and closes them."""
    made: list[Archive] = []

    def make(**wishes: Any) -> Archive:
        made.append(Archive(**wishes))
        return made[-1]

    yield make
    for one in made:
        # Half a second each, which nobody needs to wait for.
        threading.Thread(target=one.close, daemon=True).start()


@pytest.fixture(scope="session")
def exam_files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A small four-view exam with arteries."""
    return drawn_files(tmp_path_factory.mktemp("exam"))
