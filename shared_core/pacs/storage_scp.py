"""A Storage SCP (PS3.4 annex B): takes images from peers that are allowed, and answers C-ECHO."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from shared_core.dicom_objects.required_libraries import needed
from shared_core.errors import OpenBacError, OutputError, UnreadableImageError, UsageError
from shared_core.notices import Remedy
from shared_core.pacs.dicom_node import OWN_TITLE, Tls
from shared_core.pacs.inbox import Inbox, OtherObjectError

IMAGE_CLASSES: Final = (
    "1.2.840.10008.5.1.4.1.1.1.2",  # Digital Mammography X-Ray, for presentation
    "1.2.840.10008.5.1.4.1.1.1.2.1",  # for processing
    "1.2.840.10008.5.1.4.1.1.13.1.4",  # Breast Projection X-Ray, for presentation
    "1.2.840.10008.5.1.4.1.1.13.1.5",  # for processing
    "1.2.840.10008.5.1.4.1.1.1",  # Computed Radiography
    "1.2.840.10008.5.1.4.1.1.1.1",  # Digital X-Ray, for presentation
    "1.2.840.10008.5.1.4.1.1.1.1.1",  # for processing
    "1.2.840.10008.5.1.4.1.1.7",  # Secondary Capture
)
"""What the reader takes for a mammogram, or may."""
SYNTAXES: Final = (
    "1.2.840.10008.1.2.1",  # explicit VR little endian
    "1.2.840.10008.1.2",  # implicit VR little endian
    "1.2.840.10008.1.2.2",  # explicit VR big endian
    "1.2.840.10008.1.2.4.70",  # JPEG lossless, first order
    "1.2.840.10008.1.2.4.57",  # JPEG lossless
    "1.2.840.10008.1.2.4.80",  # JPEG-LS lossless
    "1.2.840.10008.1.2.4.81",  # JPEG-LS near lossless
    "1.2.840.10008.1.2.4.90",  # JPEG 2000 lossless
    "1.2.840.10008.1.2.4.91",  # JPEG 2000
    "1.2.840.10008.1.2.4.50",  # JPEG baseline
    "1.2.840.10008.1.2.4.51",  # JPEG extended
    "1.2.840.10008.1.2.5",  # RLE
)
_VERIFICATION: Final = "1.2.840.10008.1.1"
MOST_OBJECT_BYTES: Final = 512 << 20
"""Twice the largest image that is read."""
MOST_UNDER_WAY_BYTES: Final = 1 << 30
"""Of all objects that are being received, which are in memory until they are whole."""
MOST_ASSOCIATIONS: Final = 100
_REFUSALS: Final = {
    (1, 3): "its AE title is not allowed",
    (1, 7): "it called another AE title than ours",
    (2, 1): "who it is could not be verified",
    (3, 1): "we are busy",
    (3, 2): f"{MOST_ASSOCIATIONS} associations are open",
}
"""By source and diagnostic of the rejection (PS3.8 9.3.4)."""
_SUCCESS, _NO_ROOM, _NOT_UNDERSTOOD, _MISMATCH = 0x0000, 0xA700, 0xC000, 0xA900


@dataclass(frozen=True)
class Door:
    """Where peers come in, and who may."""

    port: int
    allowed: tuple[str, ...]
    """Calling AE titles."""
    ae_title: str = OWN_TITLE
    address: str = "127.0.0.1"
    tls: Tls | None = None
    wait_s: float = 30.0
    """After which a silent peer is let go."""


class Comings:
    """Which exams got images lately, and which have an association open that brought some."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[int, set[Path]] = {}
        self._lately: set[Path] = set()

    def brought(self, association: object, place: Path) -> None:
        """An image was kept."""
        with self._lock:
            self._open.setdefault(id(association), set()).add(place)
            self._lately.add(place)

    def left(self, association: object) -> None:
        """The association is over, whatever ended it."""
        with self._lock:
            self._open.pop(id(association), None)

    def lately(self) -> set[Path]:
        """Places that got an image since this was last asked."""
        with self._lock:
            places, self._lately = self._lately, set()
            return places

    def under_way(self, place: Path) -> bool:
        """Whether more may come at once."""
        with self._lock:
            return any(place in places for places in self._open.values())


@contextmanager
def open_door(door: Door, inbox: Inbox, *, comings: Comings, tell: Callable[[str], None]) -> Iterator[int]:
    """Receive in threads of its own while the context lasts; gives the port.

    With port 0 any free port is taken. `tell` is told of what could not be kept, and of peers that were not
    let in.

    Raises
    ------
    UsageError
        The port is taken or forbidden, or pynetdicom is not installed.
    """
    needed("pynetdicom")
    from pynetdicom import evt
    from pynetdicom.ae import ApplicationEntity

    from shared_core.pacs.listening import ListeningServer

    entity = ApplicationEntity(ae_title=door.ae_title)
    entity.require_calling_aet = list(door.allowed)
    entity.require_called_aet = True
    entity.acse_timeout = entity.dimse_timeout = door.wait_s
    entity.network_timeout = 2 * door.wait_s
    entity.maximum_associations = MOST_ASSOCIATIONS
    entity.add_supported_context(_VERIFICATION)
    for sop_class in IMAGE_CLASSES:
        entity.add_supported_context(sop_class, list(SYNTAXES))

    def rejected(event: Any) -> None:
        said = event.assoc.acceptor.primitive
        why = _REFUSALS.get((said.result_source, said.diagnostic), f"reason {said.diagnostic}")
        caller = str(event.assoc.requestor.ae_title).strip()
        tell(f"{caller} at {event.assoc.requestor.address} was not let in: {why}.")

    sizes = _Sizes(tell)

    def closed(event: Any) -> None:
        comings.left(event.assoc)
        sizes.done(event.assoc)

    try:
        server = ListeningServer(
            entity,
            (door.address, door.port),
            [
                (evt.EVT_C_STORE, _store, [inbox, comings, tell, sizes]),
                (evt.EVT_C_ECHO, lambda _: _SUCCESS),
                (evt.EVT_DATA_RECV, sizes.came),
                (evt.EVT_CONN_CLOSE, closed),
                (evt.EVT_REJECTED, rejected),
            ],
            tls=door.tls.server() if door.tls is not None else None,
            wait_s=door.wait_s,
            tell=tell,
        )
    except OSError as error:
        raise UsageError(
            f"Port {door.port} at {door.address} cannot be opened ({error.strerror or error}).",
            Remedy.CHOOSE_PORT,
        ) from error
    entity._servers.append(server)  # from which it takes itself out when it ends
    threading.Thread(target=server.serve_forever, name="receiver", daemon=True).start()
    try:
        yield int(server.server_address[1])
    finally:
        server.leave()


class _Sizes:
    """How much of an object has come on each association; what grows without end is cut off."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._lock, self._tell = threading.Lock(), tell
        self._came: dict[int, tuple[Any, int]] = {}
        """Association and bytes, by the identity of the association."""

    def came(self, event: Any) -> None:
        """A piece was received."""
        with self._lock:
            own = self._came.get(id(event.assoc), (event.assoc, 0))[1] + len(event.data)
            self._came[id(event.assoc)] = (event.assoc, own)
            if sum(size for _, size in self._came.values()) > MOST_UNDER_WAY_BYTES:
                largest, _ = max(self._came.values(), key=lambda one: one[1])
                why = f"more than {MOST_UNDER_WAY_BYTES >> 20} MB were under way, of its object most"
            elif own > MOST_OBJECT_BYTES:
                largest, why = event.assoc, f"an object of more than {MOST_OBJECT_BYTES >> 20} MB"
            else:
                return
            del self._came[id(largest)]
        if largest.is_established:
            self._tell(f"{largest.requestor.address}: {why}; it was not taken, and the association ended.")
        largest.abort(block=False)

    def done(self, association: object) -> None:
        """The object is there, or nothing more will come."""
        with self._lock:
            self._came.pop(id(association), None)


def _store(event: Any, inbox: Inbox, comings: Comings, tell: Callable[[str], None], sizes: _Sizes) -> int:
    """One object; the status that the peer gets decides whether it sends again."""
    sizes.done(event.assoc)
    uid = str(event.request.AffectedSOPInstanceUID)
    try:
        exam = inbox.store(event.encoded_dataset(), uid=uid)
    except OutputError as error:
        tell(f"{error} The sender was told to keep the image.")
        return _NO_ROOM
    except OtherObjectError as error:
        tell(str(error))
        return _MISMATCH
    except UnreadableImageError as error:
        tell(str(error))
        return _NOT_UNDERSTOOD
    except (OpenBacError, MemoryError) as error:
        tell(f"{uid} was not kept: {error}")
        return _NO_ROOM
    comings.brought(event.assoc, exam.place)
    return _SUCCESS
