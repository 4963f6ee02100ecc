"""Objects to a DICOM node by C-STORE (PS3.4 annex B): one association, and the outcome for each object."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import pydicom
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.misc import is_dicom
from pydicom.uid import UID, ImplicitVRLittleEndian

from shared_core.dicom_objects.required_libraries import needed
from shared_core.errors import UnreadableImageError, UsageError
from shared_core.pacs.call import Call, Caller, PeerError, call
from shared_core.pacs.dicom_node import Node
from shared_core.reading.dicom.dataset import quiet_pydicom

Fate = Literal["sent", "later", "refused"]
"""Stored by the peer; not now, try again; never, as things stand."""
_MOST_CONTEXTS: Final = 128
"""Presentation contexts of an association (PS3.8 9.3.2)."""
_VERIFICATION: Final = "1.2.840.10008.1.1"


@dataclass(frozen=True)
class Outcome:
    """What became of one object."""

    path: Path
    fate: Fate
    reason: str = ""
    """A sentence, unless all is well."""


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
        with call(node, caller or Caller(), group) as open_call:
            for kind in group:
                for path in kinds[kind]:
                    tell(_sent(open_call, path, kind, node))
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
    with call(node, caller or Caller(), [(_VERIFICATION, plain)]) as open_call:
        status = open_call.association.send_c_echo()
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


def _sent(open_call: Call, path: Path, kind: tuple[str, str], node: Node) -> Outcome:
    if not open_call.is_open:
        return Outcome(path, "later", f"{node}: went away before {path.name} was sent.")
    try:
        dataset = _dataset(path)
    except UnreadableImageError as error:
        return Outcome(path, "refused", str(error))
    try:
        status = open_call.store(dataset, _size(path))
    except ValueError:  # pynetdicom: no accepted context fits
        return Outcome(path, "refused", _why_no_context(open_call.association, path, kind, node))
    return _outcome(path, status, node)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


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


def _outcome(path: Path, status: Dataset | None, node: Node) -> Outcome:
    """PS3.4 table B.2-1: warnings (B000 ...) are stored, A7xx is a lack of room, the rest is for good."""
    if status is None:
        return Outcome(path, "later", f"{node}: gave no answer to {path.name}, or went away.")
    code = int(status.Status)
    said = _as_words(status.get("ErrorComment"))
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


def _as_words(comment: object) -> str:
    """What a peer says, which may be anything, as the end of a sentence: 64 letters at most (PS3.5 6.2)."""
    return "".join(letter if letter.isprintable() else " " for letter in str(comment or "")).strip()[:64]


def is_dicom_result(path: Path) -> bool:
    """Whether a file bears the mark of a DICOM file (PS3.10 7.1)."""
    try:
        return is_dicom(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); check the path.") from error
