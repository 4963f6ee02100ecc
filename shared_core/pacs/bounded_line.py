"""The line to a peer, within limits: how long one message unit may take, how large it is, and how many come.

pynetdicom waits for the rest of a message unit for as long as some byte comes now and then, and while it
waits nothing else of the association is looked at: neither its own time limits nor that it is to end. And
where a unit comes at a time at which the standard knows none, its thread dies, and the line stays open.
"""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from pynetdicom import evt

if TYPE_CHECKING:
    from pynetdicom.transport import AssociationSocket

MOST_PDU_BYTES: Final = 1 << 20
"""Of one message unit, of which we ask for 16 kB; four times what any sender makes."""
_PIECE: Final = 1 << 16


class BoundedLine:
    """Takes the place of reading and writing of a line that is open.

    Parameters
    ----------
    line
        Of an association.
    unit_s
        In which one message unit must be read or written whole, however slowly bytes come.
    most_bytes
        That may come until `renew`; None for any number.
    """

    def __init__(self, line: AssociationSocket, *, unit_s: float, most_bytes: int | None = None) -> None:
        self._line, self._unit_s = line, unit_s
        self._most = self._left = most_bytes
        line.recv = self.recv  # type: ignore[method-assign]
        line.send = self.send  # type: ignore[method-assign]
        machine = line.assoc.dul.state_machine
        self._act = machine.do_action
        machine.do_action = self.act  # type: ignore[method-assign]

    def renew(self) -> None:
        """As many bytes may come as in the beginning."""
        self._left = self._most

    def recv(self, nr_bytes: int) -> bytearray:
        """So many bytes; fewer where the peer has gone.

        Raises
        ------
        OSError
            It takes too long, or is too much; the line is closed then.
        """
        if nr_bytes > MOST_PDU_BYTES:
            self._close()
            raise ConnectionError(f"a message unit of {nr_bytes} bytes")
        if self._left is not None:
            self._left -= nr_bytes
            if self._left < 0:
                self._close()
                raise ConnectionError("more than any answer has")
        plain = self._plain()
        until = time.monotonic() + self._unit_s
        content = bytearray()
        try:
            while len(content) < nr_bytes and (piece := self._piece(plain, nr_bytes - len(content), until)):
                content += piece
        except OSError:
            self._close()
            raise
        return content

    def send(self, bytestream: bytes) -> None:
        """All of it, or the association learns that its line is closed."""
        try:
            plain = self._plain()
            until = time.monotonic() + self._unit_s
            rest = memoryview(bytestream)
            while rest:
                self._wait(plain, until)
                rest = rest[plain.send(rest) :]
            evt.trigger(self._line.assoc, evt.EVT_DATA_SENT, {"data": bytestream})
        except Exception:  # as pynetdicom does: whatever it is, there is no line any more
            self._close()
            self._line.event_queue.put("Evt17")

    def act(self, event: str) -> None:
        """What an event asks for (PS3.8 9.2); one that makes no sense ends the association."""
        association = self._line.assoc
        try:
            self._act(event)
        except Exception:  # boundary with pynetdicom: what a peer sends, and when, may be anything
            self._close()
            association.is_aborted, association.is_established = True, False
            association._kill = association.dul._kill_thread = True
            association.dimse.msg_queue.put((None, None))  # nobody waits for an answer any more

    def _plain(self) -> socket.socket:
        if self._line.socket is None:
            raise ConnectionError("the line is closed")
        return self._line.socket

    def _piece(self, plain: socket.socket, most: int, until: float) -> bytes:
        self._wait(plain, until)
        return plain.recv(min(_PIECE, most))

    def _wait(self, plain: socket.socket, until: float) -> None:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"a message unit took more than {self._unit_s:g} s")
        plain.settimeout(left)

    def _close(self) -> None:
        """As a peer does that goes away: everything else follows from that."""
        with suppress(OSError):  # also where it is closed already
            self._plain().shutdown(socket.SHUT_RDWR)
