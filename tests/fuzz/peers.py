"""DICOM peers that are nearly right: what a good one said, changed unit by unit, and said at another pace."""

from __future__ import annotations

import random
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from shared_core.pacs.dicom_node import Node
from tests.fuzz.images import nasty

_MOST_S: Final = 2.0
"""That a peer of ours stays; those that it talks to let it go before."""
_LITTLE: Final = 256


class Recorder:
    """Stands between a caller and whom it calls, and keeps what both say."""

    def __init__(self, target: Node) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.node = Node("127.0.0.1", self._listener.getsockname()[1], target.ae_title)
        self.said, self.answered = bytearray(), bytearray()
        self._thread = threading.Thread(target=self._pass_on, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """After the association."""
        self._thread.join(timeout=60)
        self._listener.close()

    def _pass_on(self) -> None:
        caller, _ = self._listener.accept()
        with caller, socket.create_connection((self._target.host, self._target.port)) as called:
            back = threading.Thread(target=_copy, args=(called, caller, self.answered), daemon=True)
            back.start()
            _copy(caller, called, self.said)
            back.join(timeout=60)


def _copy(source: socket.socket, target: socket.socket, kept: bytearray) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            kept += data
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def units(stream: bytes) -> list[bytes]:
    """Message units (PS3.8 9.3.1) of what one side said."""
    found, at = [], 0
    while at + 6 <= len(stream):
        length = struct.unpack_from(">I", stream, at + 2)[0]
        found.append(bytes(stream[at : at + 6 + length]))
        at += 6 + length
    return found


def mutated_units(sound: list[bytes], chance: random.Random) -> list[bytes]:
    """Other message units: left out, doubled, in another order, of another length, with other contents."""
    result = list(sound)
    for _ in range(chance.randint(1, 3)):
        if not result:
            break
        at = chance.randrange(len(result))
        unit = bytearray(result[at])
        how = chance.randrange(10)
        if how == 0:
            del result[at]
            continue
        if how == 1:
            result.insert(at, bytes(unit))
            continue
        if how == 2:
            result.insert(chance.randrange(len(result)), result.pop(at))
            continue
        if len(unit) < 8:
            unit += bytes(8)
        if how == 3:
            unit[0] = chance.randrange(256)
        elif how == 4:
            unit[2:6] = struct.pack(">I", nasty.number(chance))
        elif how == 5:
            unit = unit[: chance.randrange(len(unit) + 1)]
        elif how == 6:
            _put_number(unit, chance)
        elif how == 7:
            unit = bytearray(struct.pack(">BBI", chance.randrange(1, 8), 0, 40) + chance.randbytes(40))
        else:
            for _ in range(chance.randint(1, 6)):
                unit[chance.randrange(6, min(len(unit), _LITTLE))] = chance.randrange(256)
        result[at] = bytes(unit)
    return result


def _put_number(unit: bytearray, chance: random.Random) -> None:
    """A length or a value within it, of two or four bytes in either order."""
    size, order = chance.choice((2, 4)), chance.choice(("big", "little"))
    where = chance.randrange(6, max(min(len(unit), _LITTLE) - 4, 7))
    unit[where : where + size] = (nasty.number(chance) & ((1 << 8 * size) - 1)).to_bytes(
        size, "big" if order == "big" else "little"
    )


def talk(line: socket.socket, sound: list[bytes], chance: random.Random) -> None:
    """Be a peer at the other end of `line`, until it is closed or `_MOST_S` are over."""
    line.settimeout(_MOST_S)
    how = chance.randrange(8)
    until = time.monotonic() + _MOST_S
    with suppress(OSError):
        if how == 0:  # silent
            _wait_for_end(line)
        elif how == 1:  # vanishing
            line.sendall(b"".join(sound)[: chance.randrange(2000)])
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif how == 2:  # garbage
            line.sendall(chance.randbytes(chance.randint(1, 5000)))
            _wait_for_end(line)
        elif how == 3:  # dripping
            for byte in b"".join(mutated_units(sound, chance)):
                if time.monotonic() > until:
                    break
                line.sendall(bytes([byte]))
                time.sleep(0.05)
        else:
            for unit in mutated_units(sound, chance):
                line.sendall(unit)
                if chance.random() < 0.3:
                    time.sleep(0.01)
            if how == 4:  # it never reads
                time.sleep(_MOST_S / 4)
            else:
                _wait_for_end(line)


def _wait_for_end(line: socket.socket) -> None:
    while line.recv(1 << 16):
        pass


@contextmanager
def lying_archive(sound: list[bytes], chance: random.Random) -> Iterator[Node]:
    """A peer that is called, and answers as it likes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        with suppress(OSError):
            line, _ = listener.accept()
            with line:
                if chance.random() < 0.7:
                    line.recv(1 << 16)
                talk(line, sound, chance)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    try:
        yield Node("127.0.0.1", listener.getsockname()[1], "ARCHIVE")
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=60)
