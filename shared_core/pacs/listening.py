"""The socket of a receiver: no peer, silent, slow or lying, keeps the others out or fills the memory."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from pynetdicom.transport import RequestHandler, ThreadedAssociationServer

from shared_core.pacs import handshake
from shared_core.pacs.bounded_line import BoundedLine
from shared_core.pacs.handshake import shake_hands

if TYPE_CHECKING:
    from pynetdicom.ae import ApplicationEntity
    from pynetdicom.association import Association

MOST_CONNECTIONS: Final = 200
"""Open at the same time, all peers together; further ones are closed at once."""
MOST_OF_ONE_PEER: Final = 64
"""Of those, from one address, so that one peer does not keep out the others."""
LONGEST_ASSOCIATION_S: Final = 4 * 3600.0
_LEAVING_S: Final = 2.0


class ListeningServer(ThreadedAssociationServer):
    """Accepts at once; TLS is agreed upon in the connection's own thread, with a deadline.

    Parameters
    ----------
    handlers
        Of events of associations.
    wait_s
        In which each message unit must come whole.
    tell
        Is told of connections that were not let in, and why.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(
        self,
        entity: ApplicationEntity,
        address: tuple[str, int],
        handlers: list[Any],
        *,
        tls: ssl.SSLContext | None = None,
        wait_s: float,
        tell: Callable[[str], None],
    ) -> None:
        super().__init__(
            entity,
            address,
            entity.ae_title,
            entity.supported_contexts,
            evt_handlers=handlers,
            request_handler=_Handler,
        )
        self._tls, self.unit_s, self._tell_of = tls, wait_s, tell
        self._agreeing: dict[socket.socket, str] = {}
        """Connections that no association has yet, and where they come from."""
        self._lock = threading.Lock()
        self._began: dict[int, float] = {}

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """In a thread of its own: agree upon TLS, then hand over to the association."""
        peer = str(client_address[0])
        with self._lock:
            full = self._full(peer)
            if not full:
                self._agreeing[request] = peer
        if full:
            self._tell_of(f"{peer} was not let in: {full}.")
            self.shutdown_request(request)
            return
        try:
            self._hand_over(request, client_address)
        finally:
            # Counted until the association is, lest those that come at once find room that is not there.
            with self._lock:
                del self._agreeing[request]

    def _full(self, peer: str) -> str:
        """Why no further connection of a peer is let in; empty where one is."""
        there = [str(one.requestor.address) for one in self.active_associations]
        there += self._agreeing.values()
        if len(there) >= MOST_CONNECTIONS:
            return f"{MOST_CONNECTIONS} connections are open"
        if there.count(peer) >= MOST_OF_ONE_PEER:
            return f"{MOST_OF_ONE_PEER} connections of it are open"
        return ""

    def _hand_over(self, request: Any, client_address: Any) -> None:
        try:
            line = request if self._tls is None else _agreed(self._tls, request)
            line.settimeout(self.unit_s)
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or error.args[-1] if error.args else type(error).__name__
            self._tell_of(f"{client_address[0]} was not let in: TLS was not agreed upon ({reason}).")
            self.shutdown_request(request)
            return
        super().process_request_thread(line, client_address)

    def service_actions(self) -> None:
        """Twice a second: end associations that last too long."""
        super().service_actions()
        now = time.monotonic()
        open_now = self.active_associations
        self._began = {id(one): self._began.get(id(one), now) for one in open_now}
        for one in open_now:
            if now - self._began[id(one)] > LONGEST_ASSOCIATION_S:
                self._tell_of(f"{one.requestor.address}: its association was ended, as it lasted too long.")
                one.abort(block=False)

    def leave(self) -> None:
        """End everything within seconds, whatever the peers do."""
        with self._lock:
            for line in self._agreeing:
                _close(line)
        for one in self.active_associations:
            if one.is_established:
                one.abort(block=False)
        until = time.monotonic() + _LEAVING_S
        while any(one.is_established for one in self.active_associations) and time.monotonic() < until:
            time.sleep(0.05)
        for one in self.active_associations:
            if one.dul.socket is not None and one.dul.socket.socket is not None:
                _close(one.dul.socket.socket)
            one.kill()
        self.shutdown()


class _Handler(RequestHandler):
    """Associations whose line is bounded."""

    def _create_association(self) -> Association:
        association = super()._create_association()
        line = association.dul.socket
        assert line is not None
        BoundedLine(line, unit_s=self.server.unit_s)  # type: ignore[attr-defined]
        return association


def _agreed(context: ssl.SSLContext, plain: socket.socket) -> ssl.SSLSocket:
    """TLS over a connection; `OSError` where it does not come about in time."""
    line = context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
    try:
        shake_hands(line, line.do_handshake, handshake.HANDSHAKE_S)
    except OSError:
        _close(line)
        raise
    return line


def _close(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        line.close()
