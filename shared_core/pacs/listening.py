"""The socket of a receiver: no peer, silent, slow or lying, keeps the others out or fills the memory."""

from __future__ import annotations

import select
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from pynetdicom.transport import RequestHandler, ThreadedAssociationServer

if TYPE_CHECKING:
    from pynetdicom.ae import ApplicationEntity
    from pynetdicom.association import Association

HANDSHAKE_S: Final = 10.0
"""From the first byte of TLS to the last."""
MOST_CONNECTIONS: Final = 200
"""Open at the same time, all peers together; further ones are closed at once."""
MOST_PDU_BYTES: Final = 1 << 20
"""Of one message unit, of which we ask for 16 kB; four times what any sender makes."""
LONGEST_ASSOCIATION_S: Final = 4 * 3600.0
_LEAVING_S: Final = 2.0


class ListeningServer(ThreadedAssociationServer):
    """Accepts at once; TLS is agreed upon in the connection's own thread, with a deadline.

    Parameters
    ----------
    handlers
        Of events of associations.
    wait_s
        Longest silence within a message.
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
        self._tls, self._wait_s, self._tell_of = tls, wait_s, tell
        self._agreeing: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._began: dict[int, float] = {}

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """In a thread of its own: agree upon TLS, then hand over to the association."""
        with self._lock:
            full = len(self._agreeing) + len(self.active_associations) >= MOST_CONNECTIONS
            if not full:
                self._agreeing.add(request)
        if full:
            self._tell_of(f"{client_address[0]} was not let in: {MOST_CONNECTIONS} connections are open.")
            self.shutdown_request(request)
            return
        try:
            self._hand_over(request, client_address)
        finally:
            # Counted until the association is, lest those that come at once find room that is not there.
            with self._lock:
                self._agreeing.discard(request)

    def _hand_over(self, request: Any, client_address: Any) -> None:
        try:
            line = request if self._tls is None else _agreed(self._tls, request, HANDSHAKE_S)
            line.settimeout(self._wait_s)
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
    """Associations that take no message unit of a size that nobody agreed to."""

    def _create_association(self) -> Association:
        association = super()._create_association()
        line = association.dul.socket
        assert line is not None
        received = line.recv

        def bounded(nr_bytes: int) -> bytearray:
            if nr_bytes > MOST_PDU_BYTES:
                raise ConnectionError(f"a message unit of {nr_bytes} bytes")
            return received(nr_bytes)

        line.recv = bounded  # type: ignore[method-assign]
        return association


def _agreed(context: ssl.SSLContext, plain: socket.socket, within_s: float) -> ssl.SSLSocket:
    """TLS over a connection; `OSError` where it does not come about in time, however slowly bytes come."""
    until = time.monotonic() + within_s
    line = context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
    line.settimeout(0)
    while True:
        left = until - time.monotonic()
        if left <= 0:
            _close(line)
            raise TimeoutError(f"nothing came within {within_s:g} s")
        try:
            line.do_handshake()
            return line
        except ssl.SSLWantReadError:
            select.select([line], [], [], left)
        except ssl.SSLWantWriteError:
            select.select([], [line], [], left)
        except OSError:
            _close(line)
            raise


def _close(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        line.close()
