"""A call to a DICOM node: an association in which objects are sent, and answers that belong to them.

Whatever the peer does, each step ends: no message unit is waited for longer than the caller waits, and no
object longer than a slow line needs for it. An answer counts for the object that was sent, or for none.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pydicom.dataset import Dataset
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from shared_core.errors import OpenBacError
from shared_core.pacs.dicom_node import OWN_TITLE, Node, Tls

if TYPE_CHECKING:
    from shared_core.pacs.bounded_line import BoundedLine

_PLAIN: Final = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)
_WAIT_S: Final = 30.0
_LOOK_S: Final = 0.2
_SLOWEST_BYTES_S: Final = 20_000
"""Of a line that is waited for: an image of 20 MB has a quarter of an hour."""
_MOST_ANSWER_BYTES: Final = 1 << 20
"""Of what a peer says between two objects: a thousand times what it has to say."""
_REASONS: Final = {
    # (source, reason) of A-ASSOCIATE-RJ, PS3.8 table 9-21.
    (1, 3): "it does not know our AE title {own}: have it allowed there, or use the one that is allowed",
    (1, 7): "it is not called {peer}: check the AE title of the node",
    (1, 2): "it does not do what is asked for (application context)",
    (3, 1): "it is too busy just now",
    (3, 2): "it has no room for another association just now",
}


class PeerError(OpenBacError):
    """A peer is not there, or refuses the association."""


@dataclass(frozen=True)
class Caller:
    """Who sends, and how long it waits for an answer."""

    ae_title: str = OWN_TITLE
    tls: Tls | None = None
    wait_s: float = _WAIT_S


@dataclass(eq=False)
class Call:
    """An association that is open."""

    association: Any
    line: BoundedLine
    wait_s: float
    answers: list[tuple[int, str]]
    """Message and object that each answer is to, as they come; the object is empty where it is not said."""
    _asked: int = field(default=0, init=False)
    """Number of the message that was sent last."""
    _answered: int = field(default=0, init=False)
    """Objects that had an answer."""

    @property
    def is_open(self) -> bool:
        """Whether the peer is still there."""
        return bool(self.association.is_established)

    def store(self, dataset: Dataset, size_bytes: int) -> Dataset | None:
        """Send an object; what is answered to it, None where nothing is.

        Raises
        ------
        ValueError
            The peer does not take objects of this kind.
        """
        self.line.renew()
        self.association.dimse_timeout = self.wait_s + size_bytes / _SLOWEST_BYTES_S
        before = len(self.answers)
        self._asked = self._asked % 65535 + 1
        try:
            status: Dataset = self.association.send_c_store(dataset, msg_id=self._asked)
        except ValueError:
            raise
        except Exception:  # boundary with pynetdicom: an answer may be anything, and the association gone
            status = Dataset()
        fitting = ([(self._asked, str(dataset.SOPInstanceUID))], [(self._asked, "")])
        if "Status" in status and before == self._answered and self.answers[before:] in fitting:
            self._answered += 1
            return status
        # Whatever came is an answer to something else; from now on none is to be trusted.
        if self.is_open:
            self.association.abort()
        return None


@contextmanager
def call(node: Node, caller: Caller, kinds: Sequence[tuple[str, str]]) -> Iterator[Call]:
    """An association for objects of these SOP classes and transfer syntaxes.

    Raises
    ------
    PeerError
        There is no peer, or it refuses us.
    """
    from pynetdicom import evt
    from pynetdicom.ae import ApplicationEntity

    from shared_core.pacs.bounded_line import BoundedLine
    from shared_core.pacs.handshake import PromptSocket

    lines: list[BoundedLine] = []
    answers: list[tuple[int, str]] = []

    def opened(event: Any) -> None:
        line = event.assoc.dul.socket
        lines.append(BoundedLine(line, unit_s=caller.wait_s, most_bytes=_MOST_ANSWER_BYTES))

    def answered(event: Any) -> None:
        try:
            said = event.message.command_set
            to, uid = said.get("MessageIDBeingRespondedTo"), said.get("AffectedSOPInstanceUID")
            answers.append((int(to or 0), str(uid or "")))
        except Exception:  # boundary with pydicom: an answer may hold anything
            answers.append((0, ""))

    entity = ApplicationEntity(ae_title=caller.ae_title)
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = caller.wait_s
    entity.connection_timeout = caller.wait_s
    for sop_class, syntax in kinds:
        # Plain objects are written either way as it is sent; compressed ones as they are.
        entity.add_requested_context(sop_class, list(_PLAIN) if UID(syntax) in _PLAIN else syntax)
    tls = (caller.tls.client(), node.host) if caller.tls is not None else None
    if tls is not None:
        tls[0].sslsocket_class = PromptSocket
    association = entity.associate(
        node.host,
        node.port,
        ae_title=node.ae_title,
        tls_args=tls,
        evt_handlers=[(evt.EVT_CONN_OPEN, opened), (evt.EVT_DIMSE_RECV, answered)],
    )
    if not association.is_established:
        raise _no_association(association, node, caller)
    over = threading.Event()
    threading.Thread(target=_let_go, args=(association, over), daemon=True).start()
    try:
        yield Call(association, lines[0], caller.wait_s, answers)
    finally:
        if association.is_established:
            association.release()
        over.set()


def _let_go(association: Any, over: threading.Event) -> None:
    """Of an association that ended: pynetdicom waits for its thread to pause, also where there is none."""
    while not over.wait(_LOOK_S):
        if association._kill or not association.is_alive():
            association._is_paused = True


def _no_association(association: Any, node: Node, caller: Caller) -> PeerError:
    if association.is_rejected:
        answer = association.acceptor.primitive
        source, why = answer.result_source, answer.diagnostic
        said = _REASONS.get((source, why), f"source {source}, reason {why} of PS3.8 table 9-21")
        said = said.format(own=caller.ae_title, peer=node.ae_title)
        return PeerError(f"{node}: refuses the association: {said}.")
    if association.acceptor.primitive is not None and not association.accepted_contexts:
        return PeerError(
            f"{node}: takes none of these objects, neither their kind (SOP class) nor how they are written "
            "(transfer syntax): have it configured there."
        )
    secure = ", or it does not talk TLS with our certificates" if caller.tls is not None else ""
    return PeerError(
        f"{node}: nobody answers there{secure}; check host and port, and that the node is running."
    )
