"""Peers that are called, and lie: the sender comes to an end, and counts nothing as sent that is not."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from shared_core.pacs import handshake
from shared_core.pacs.call import Caller, PeerError, call
from shared_core.pacs.dicom_node import Node
from shared_core.pacs.sender import send_files
from tests.fuzz.peers import Recorder, units
from tests.pacs.conftest import Archive
from tests.pacs.test_sending import MG, MakeArchive, certificate
from tests.time_limit import within

LONGEST_S = 60.0
HASTY = Caller(wait_s=0.5)
EXPLICIT = "1.2.840.10008.1.2.1"


@pytest.fixture(scope="module")
def answers(exam_files: list[Path]) -> list[bytes]:
    """What an archive says to one object: that it may come, that it is stored, and goodbye."""
    archive = Archive()
    recorder = Recorder(archive.node)
    assert send_files(exam_files[:1], recorder.node, caller=Caller(wait_s=60))[0].fate == "sent"
    recorder.close()
    threading.Thread(target=archive.close, daemon=True).start()
    found = units(bytes(recorder.answered))
    assert [unit[0] for unit in found] == [2, 4, 6]
    return found


@contextmanager
def saying(*words: bytes) -> Iterator[Node]:
    """A peer that says this whatever it hears, and then waits."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        with suppress(OSError):
            line, _ = listener.accept()
            with line:
                line.recv(1 << 16)
                for word in words:
                    line.sendall(word)
                while line.recv(1 << 16):
                    pass

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    try:
        yield Node("127.0.0.1", listener.getsockname()[1], "ARCHIVE")
    finally:
        listener.close()
        thread.join(timeout=LONGEST_S)


def test_answer_that_comes_twice_counts_for_one_object(answers: list[bytes], exam_files: list[Path]) -> None:
    accepted, stored, _ = answers
    with saying(accepted, stored, stored) as node, within(LONGEST_S):
        fates = [outcome.fate for outcome in send_files(exam_files[:3], node, caller=Caller(wait_s=30))]
    assert fates in (["sent", "later", "later"], ["later"] * 3)


def test_answer_to_another_object_counts_for_none(answers: list[bytes], exam_files: list[Path]) -> None:
    accepted, stored, _ = answers
    with saying(accepted, stored) as node, within(LONGEST_S):
        fates = [outcome.fate for outcome in send_files(exam_files[1:3], node, caller=Caller(wait_s=30))]
    assert fates == ["later", "later"]


@pytest.mark.parametrize("length", [0, 3, 6, 40])
def test_peer_that_falls_silent_in_its_answer_is_left(
    length: int, answers: list[bytes], exam_files: list[Path]
) -> None:
    """Its first answer, or the one to the object; pynetdicom alone would wait for ever."""
    accepted, stored, _ = answers
    with (
        saying(accepted[:length]) as node,
        within(LONGEST_S),
        pytest.raises(PeerError, match="nobody answers"),
    ):
        send_files(exam_files[:1], node, caller=HASTY)
    with saying(accepted, stored[:length]) as node, within(LONGEST_S):
        assert send_files(exam_files[:1], node, caller=HASTY)[0].fate == "later"


def test_peer_that_talks_without_end_is_left(answers: list[bytes], exam_files: list[Path]) -> None:
    accepted, stored, _ = answers
    endless = stored[:11] + b"\1" + stored[12:]  # a piece of a command, never the last one
    with saying(accepted, *[endless] * 20_000) as node, within(LONGEST_S):
        assert send_files(exam_files[:1], node, caller=Caller(wait_s=30))[0].fate == "later"


def test_handshake_of_a_peer_that_falls_silent_ends(
    exam_files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handshake, "HANDSHAKE_S", 0.3)
    known = certificate(tmp_path, "known")
    with saying(b"\x16\x03\x03\x40") as node, within(LONGEST_S), pytest.raises(PeerError, match="TLS"):
        send_files(exam_files[:1], node, caller=Caller(tls=known, wait_s=3600))


def test_what_a_peer_comments_does_nothing_in_a_terminal(
    archive: MakeArchive, exam_files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def comment(self: Archive, event: object) -> Dataset:
        said = Dataset()
        said.Status, said.ErrorComment = 0xC000, "\x1b[2Jgone\r" + "x" * 500
        return said

    monkeypatch.setattr(Archive, "_store", comment)
    [outcome] = send_files(exam_files[:1], archive().node)
    assert outcome.fate == "refused"
    assert "gone" in outcome.reason
    assert outcome.reason.isprintable()
    assert len(outcome.reason) < 300


def test_large_object_has_the_time_that_a_slow_line_needs(
    archive: MakeArchive, exam_files: list[Path]
) -> None:
    with call(archive().node, Caller(wait_s=60), [(MG, EXPLICIT)]) as one:
        assert one.store(pydicom.dcmread(exam_files[0]), 40_000_000) is not None
        assert one.association.dimse_timeout == 60 + 2000
