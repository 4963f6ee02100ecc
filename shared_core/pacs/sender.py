"""Objects to a DICOM node by C-STORE (PS3.4 annex B): one association, and the outcome for each object."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import pydicom
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.misc import is_dicom
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from shared_core.dicom_objects.required_libraries import needed
from shared_core.errors import OpenBacError, UnreadableImageError, UsageError
from shared_core.pacs.dicom_node import OWN_TITLE, Node, Tls
from shared_core.reading.dicom.dataset import quiet_pydicom

Fate = Literal["sent", "later", "refused"]
"""Stored by the peer; not now, try again; never, as things stand."""
_PLAIN: Final = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)
_MOST_CONTEXTS: Final = 128
"""Presentation contexts of an association (PS3.8 9.3.2)."""
_VERIFICATION: Final = "1.2.840.10008.1.1"
_WAIT_S: Final = 30.0
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
class Outcome:
    """What became of one object."""

    path: Path
    fate: Fate
    reason: str = ""
    """A sentence, unless all is well."""


@dataclass(frozen=True)
class Caller:
    """Who sends, and how long it waits for an answer."""

    ae_title: str = OWN_TITLE
    tls: Tls | None = None
    wait_s: float = _WAIT_S


def send_files(
    files: Sequence[Path],
    node: Node,
    *,
    caller: Caller | None = None,
    done: Callable[[Outcome], None] | None = None,
) -> list[Outcome]:
    """Send files in one association, or in several where they are of very many kinds.

    `done` is told of each object as soon as its fate is known. Returns one outcome a file, in the order
    given; where the peer goes away in between, those left come ``later``.

    Raises
    ------
    PeerError
        There is no peer, or it refuses us.
    UsageError
        pynetdicom is not installed.
    """
    needed("pynetdicom")
    outcomes: dict[Path, Outcome] = {}

    def tell(outcome: Outcome) -> None:
        outcomes[outcome.path] = outcome
        if done is not None:
            done(outcome)

    kinds: dict[tuple[str, str], list[Path]] = {}
    for path in files:
        try:
            kinds.setdefault(_kind(path), []).append(path)
        except UnreadableImageError as error:
            tell(Outcome(path, "refused", str(error)))
    pairs = list(kinds)
    for start in range(0, len(pairs), _MOST_CONTEXTS):
        group = pairs[start : start + _MOST_CONTEXTS]
        with _associated(node, caller or Caller(), group) as association:
            for kind in group:
                for path in kinds[kind]:
                    tell(_sent(association, path, kind, node))
    return [outcomes[path] for path in files]


def echo(node: Node, *, caller: Caller | None = None) -> None:
    """Ask whether a node is there and talks to us (C-ECHO).

    Raises
    ------
    PeerError
        It is not, or does not.
    """
    needed("pynetdicom")
    plain = str(ImplicitVRLittleEndian)
    with _associated(node, caller or Caller(), [(_VERIFICATION, plain)]) as association:
        status = association.send_c_echo()
        if not status or status.Status != 0x0000:
            raise PeerError(f"{node}: took the association, and gave no answer to C-ECHO.")


def _kind(path: Path) -> tuple[str, str]:
    """SOP class and transfer syntax of a file."""
    try:
        with quiet_pydicom():
            dataset = pydicom.dcmread(path, stop_before_pixels=True)
            found = str(dataset.SOPClassUID), str(dataset.file_meta.TransferSyntaxUID)
            if not str(dataset.SOPInstanceUID):
                raise AttributeError("SOPInstanceUID")
    except OSError as error:
        raise UnreadableImageError(f"{path}: cannot be read ({error.strerror}); put it back.") from error
    except InvalidDicomError:
        raise UnreadableImageError(f"{path}: is no DICOM file; only DICOM objects can be sent.") from None
    except Exception as error:  # boundary with pydicom: damaged bytes raise anything
        raise UnreadableImageError(
            f"{path}: cannot be sent, as it is damaged or lacks a UID ({' '.join(str(error).split())[:80]})."
        ) from error
    return found


@contextmanager
def _associated(node: Node, caller: Caller, kinds: Sequence[tuple[str, str]]) -> Iterator[Any]:
    from pynetdicom.ae import ApplicationEntity

    entity = ApplicationEntity(ae_title=caller.ae_title)
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = caller.wait_s
    entity.connection_timeout = caller.wait_s
    for sop_class, syntax in kinds:
        # Plain objects are written either way as it is sent; compressed ones as they are.
        entity.add_requested_context(sop_class, list(_PLAIN) if UID(syntax) in _PLAIN else syntax)
    tls = (caller.tls.client(), node.host) if caller.tls is not None else None
    association = entity.associate(node.host, node.port, ae_title=node.ae_title, tls_args=tls)
    if not association.is_established:
        raise _no_association(association, node, caller)
    try:
        yield association
    finally:
        if association.is_established:
            association.release()


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


def _sent(association: Any, path: Path, kind: tuple[str, str], node: Node) -> Outcome:
    if not association.is_established:
        return Outcome(path, "later", f"{node}: went away before {path.name} was sent.")
    try:
        dataset = _dataset(path)
    except UnreadableImageError as error:
        return Outcome(path, "refused", str(error))
    try:
        status = association.send_c_store(dataset)
    except ValueError:  # pynetdicom: no accepted context fits
        return Outcome(path, "refused", _why_no_context(association, path, kind, node))
    except RuntimeError:  # pynetdicom: the association ended meanwhile
        return Outcome(path, "later", f"{node}: went away before {path.name} was sent.")
    return _outcome(path, status, node)


def _dataset(path: Path) -> Dataset:
    try:
        with quiet_pydicom():
            return pydicom.dcmread(path)
    except Exception as error:  # boundary with pydicom: damaged bytes raise anything
        raise UnreadableImageError(f"{path}: cannot be read any more; put it back.") from error


def _why_no_context(association: Any, path: Path, kind: tuple[str, str], node: Node) -> str:
    sop_class, syntax = UID(kind[0]), UID(kind[1])
    refused = {str(context.abstract_syntax): context.result for context in association.rejected_contexts}
    if refused.get(str(sop_class)) == 0x04:  # PS3.8 table 9-18
        return (
            f"{node}: takes {sop_class.name}, but not as {syntax.name} (transfer syntax), as {path.name} is "
            "written; have it configured there."
        )
    return f"{node}: does not take {sop_class.name} (SOP class) of {path.name}; have it configured there."


def _outcome(path: Path, status: Dataset, node: Node) -> Outcome:
    """PS3.4 table B.2-1: warnings (B000 ...) are stored, A7xx is a lack of room, the rest is for good."""
    if not status or "Status" not in status:
        return Outcome(path, "later", f"{node}: went away while {path.name} was sent.")
    code = int(status.Status)
    said = str(status.get("ErrorComment") or "").strip()
    comment = f": {said}" if said else ""
    if code == 0x0000:
        return Outcome(path, "sent")
    if code & 0xF000 == 0xB000 or code == 0x0001:
        return Outcome(path, "sent", f"{node}: stored {path.name} with a warning ({code:04X}{comment}).")
    if code & 0xFF00 == 0xA700 or code in (0x0110, 0x0213):
        return Outcome(path, "later", f"{node}: has no room for {path.name} just now ({code:04X}{comment}).")
    return Outcome(
        path, "refused", f"{node}: refuses {path.name} ({code:04X}{comment}); look into the log there."
    )


def is_dicom_result(path: Path) -> bool:
    """Whether a file bears the mark of a DICOM file (PS3.10 7.1)."""
    try:
        return is_dicom(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); check the path.") from error
