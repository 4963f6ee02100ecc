"""Receiving from real peers: who may, what is kept and where, and when an exam is complete."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pydicom
import pytest

from shared_core.errors import OutputError, UsageError
from shared_core.pacs.call import Caller, PeerError
from shared_core.pacs.delivery import Patience
from shared_core.pacs.dicom_node import Node
from shared_core.pacs.inbox import ReceivedExam
from shared_core.pacs.receiver import Receiver
from shared_core.pacs.sender import echo, send_files
from shared_core.pacs.storage_scp import Door
from tests.host.orthanc import free_port
from tests.pacs.test_outbox import full_disk, wait_for
from tests.pacs.test_sending import certificate

UNIT = Caller("UNIT", wait_s=20)


class WatchedReceiver(Receiver):
    """Counts how often it has looked for exams that are complete."""

    looks = 0

    def _ready(self) -> list[ReceivedExam]:
        found = super()._ready()
        self.looks += 1
        return found


class Clock:
    """The time as the receiver sees it, which a test puts forward."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def monotonic(self) -> float:
        return self.now_s

    @staticmethod
    def time() -> float:
        return time.time()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stands still but where a test puts it forward."""
    one = Clock()
    monkeypatch.setattr("shared_core.pacs.receiver.time", one)
    return one


class Running:
    """A receiver in this process; its analysis notes what it was given."""

    def __init__(self, folder: Path, **wishes: object) -> None:
        self.folder, self.said = folder, list[str]()
        self.analysed: list[list[str]] = []
        self.trouble: list[Exception] = []
        self.node = Node("127.0.0.1", free_port(), "OPENBAC")
        self._quiet_s = wishes.pop("quiet_s", 1.0)
        self._wishes = wishes
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._stop = threading.Event()
        self.receiver = WatchedReceiver(
            Door(self.node.port, ("UNIT",), **{"wait_s": 60, **self._wishes}),  # type: ignore[arg-type]
            self.folder,
            analyse=self._analyse,
            quiet_s=self._quiet_s,  # type: ignore[arg-type]
            tell=self.said.append,
        )
        self._thread = threading.Thread(target=self.receiver.run, args=(self._stop,), daemon=True)
        before = len(self.said)
        self._thread.start()
        wait_for(lambda: any("receives at" in line for line in self.said[before:]))

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=300)
            assert not self._thread.is_alive()

    def look_again(self) -> None:
        """Wait until it has looked at all that came in before."""
        before = self.receiver.looks
        wait_for(lambda: self.receiver.looks >= before + 2)

    def wait_for_analyses(self, count: int) -> None:
        wait_for(lambda: sum("DICOM objects." in line for line in self.said) == count)

    def files(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file() and path.name != ".lock"]

    def _analyse(self, exam: ReceivedExam, cancelled: Callable[[], bool]) -> list[str]:
        if self.trouble:
            raise self.trouble.pop()
        self.analysed.append(sorted(path.name for path in exam.images.iterdir()))
        return []


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    one = Running(tmp_path / "inbox")
    one.start()
    yield one
    one.stop()


def names(files: list[Path]) -> list[str]:
    return sorted(f"{pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID}.dcm" for path in files)


def test_exam_with_the_four_standard_views_is_complete_when_the_sender_is_done(
    tmp_path: Path, exam_files: list[Path]
) -> None:
    one = Running(tmp_path, quiet_s=60.0)
    one.start()
    assert {outcome.fate for outcome in send_files(exam_files, one.node, caller=UNIT)} == {"sent"}
    one.wait_for_analyses(1)
    assert one.analysed == [names(exam_files)]
    for path in exam_files:
        dataset = pydicom.dcmread(path)
        kept = next(one.folder.rglob(f"{dataset.SOPInstanceUID}.dcm"))
        assert pydicom.dcmread(kept) == dataset
    one.stop()


def test_half_an_exam_is_analysed_after_quiet_and_again_when_the_rest_comes(
    clock: Clock, running: Running, exam_files: list[Path]
) -> None:
    send_files(exam_files[:2], running.node, caller=UNIT)
    running.look_again()
    clock.now_s += 0.9
    running.look_again()
    assert running.analysed == [], "it is not quiet for long enough"
    clock.now_s += 0.2
    running.wait_for_analyses(1)
    send_files(exam_files[2:], running.node, caller=UNIT)
    running.wait_for_analyses(2)
    send_files(exam_files, running.node, caller=UNIT)
    running.look_again()
    clock.now_s += 60
    running.look_again()
    assert running.analysed == [names(exam_files[:2]), names(exam_files)], "the same images again are no news"


def test_peer_that_drops_in_the_middle_of_an_object_leaves_no_half(
    running: Running, exam_files: list[Path]
) -> None:
    with Relay(running.node, cut_after=200_000) as relay:
        fates = [outcome.fate for outcome in send_files(exam_files, relay.node, caller=UNIT)]
    assert fates[0] == "sent"
    assert "later" in fates
    whole = [path for path in running.files() if path.suffix == ".dcm"]
    assert len(whole) == fates.count("sent")
    assert {pydicom.dcmread(path).Rows for path in whole} == {320}
    assert send_files(exam_files, running.node, caller=UNIT)[3].fate == "sent"
    wait_for(lambda: names(exam_files) in running.analysed)


def test_peer_that_is_not_allowed_is_not_let_in(running: Running, exam_files: list[Path]) -> None:
    with pytest.raises(PeerError, match="does not know our AE title OPENBAC"):
        send_files(exam_files, running.node)
    with pytest.raises(PeerError, match="it is not called ELSE"):
        send_files(exam_files, Node("127.0.0.1", running.node.port, "ELSE"), caller=UNIT)
    assert running.files() == []
    wait_for(lambda: any("OPENBAC at 127.0.0.1 was not let in" in line for line in running.said))
    echo(running.node, caller=UNIT)


@pytest.mark.parametrize("uid", ["../../../escaped", "/escaped", "1.2.3/../../escaped", "..", "1.2.3\0"])
def test_hostile_identifiers_write_nothing_outside_the_folder(
    uid: str, running: Running, exam_files: list[Path], tmp_path: Path
) -> None:
    dataset = pydicom.dcmread(exam_files[0])
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = uid
    dataset.StudyInstanceUID = dataset.PatientID = dataset.StudyDate = "../../escaped"
    dataset.save_as(tmp_path / "hostile.dcm", enforce_file_format=False)
    outside = {path for path in tmp_path.rglob("*") if running.folder not in path.parents}
    beside = set(tmp_path.parent.iterdir())
    with suppress(PeerError):
        send_files([tmp_path / "hostile.dcm"], running.node, caller=UNIT)
    assert {path for path in tmp_path.rglob("*") if running.folder not in path.parents} == outside
    assert set(tmp_path.parent.iterdir()) == beside


def test_object_of_another_kind_is_refused(running: Running, exam_files: list[Path], tmp_path: Path) -> None:
    dataset = pydicom.dcmread(exam_files[0])
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = pydicom.uid.CTImageStorage
    dataset.save_as(tmp_path / "ct.dcm")
    other, image = send_files([tmp_path / "ct.dcm", exam_files[0]], running.node, caller=UNIT)
    assert (other.fate, image.fate) == ("refused", "sent")


def test_full_disk_is_told_to_the_sender_and_loses_nothing(running: Running, exam_files: list[Path]) -> None:
    assert send_files(exam_files[:1], running.node, caller=UNIT)[0].fate == "sent"
    before = {path: path.read_bytes() for path in running.files() if path.suffix == ".dcm"}
    with full_disk():
        outcomes = send_files(exam_files[1:], running.node, caller=UNIT)
    assert {outcome.fate for outcome in outcomes} == {"later"}
    assert any("disk or quota is full" in line for line in running.said)
    assert {path: path.read_bytes() for path in running.files() if path.name != ".analysed"} == before
    assert {outcome.fate for outcome in send_files(exam_files, running.node, caller=UNIT)} == {"sent"}


def test_analysis_that_fails_is_tried_again(
    running: Running, exam_files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared_core.pacs.receiver._PATIENCE", Patience(0.3))
    running.trouble = [RuntimeError("odd"), OutputError("Cannot write: the disk is full.")]
    send_files(exam_files, running.node, caller=UNIT)
    running.wait_for_analyses(1)
    told = [line for line in running.said if "The images are kept, and it is tried again" in line]
    assert "the disk is full" in told[0]
    assert "RuntimeError: odd" in told[1]


def test_receiver_goes_on_where_it_was(tmp_path: Path, exam_files: list[Path]) -> None:
    one = Running(tmp_path, quiet_s=60.0)
    one.start()
    send_files(exam_files[:2], one.node, caller=UNIT)
    one.stop()
    assert one.analysed == []
    one.start()
    send_files(exam_files[2:], one.node, caller=UNIT)
    one.wait_for_analyses(1)
    one.stop()
    one.start()
    one.look_again()
    one.stop()
    assert one.analysed == [names(exam_files)], "what was analysed is not analysed anew"


def test_two_receivers_do_not_share_a_folder(running: Running) -> None:
    other = Receiver(Door(free_port(), ("UNIT",)), running.folder, analyse=lambda *_: [], tell=lambda _: None)
    with pytest.raises(UsageError, match="another receiver works in it"):
        other.run(threading.Event())


def test_port_that_is_taken_is_told_in_a_sentence(running: Running, tmp_path: Path) -> None:
    other = Receiver(
        Door(running.node.port, ("UNIT",)), tmp_path / "other", analyse=lambda *_: [], tell=lambda _: None
    )
    with pytest.raises(UsageError, match=f"Port {running.node.port} at .* cannot be opened"):
        other.run(threading.Event())


def test_encrypted_receiver_lets_in_known_certificates_alone(tmp_path: Path, exam_files: list[Path]) -> None:
    known, stranger = certificate(tmp_path, "known"), certificate(tmp_path, "stranger")
    one = Running(tmp_path / "inbox", tls=known)
    one.start()
    assert send_files(exam_files[:1], one.node, caller=Caller("UNIT", known))[0].fate == "sent"
    for tls in (stranger, None):
        with pytest.raises(PeerError):
            send_files(exam_files[1:2], one.node, caller=Caller("UNIT", tls, wait_s=2))
    assert len([path for path in one.files() if path.suffix == ".dcm"]) == 1
    one.stop()


class Relay:
    """Hands bytes on to a receiver, and breaks the line after so many of them."""

    def __init__(self, node: Node, *, cut_after: int) -> None:
        self._target, self._cut_after = node, cut_after
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.node = Node("127.0.0.1", self._listener.getsockname()[1], node.ae_title)

    def __enter__(self) -> Relay:
        self._thread = threading.Thread(target=self._relay, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self._thread.join(timeout=300)

    def _relay(self) -> None:
        caller, _ = self._listener.accept()
        with caller, socket.create_connection((self._target.host, self._target.port)) as called:
            back = threading.Thread(target=self._copy, args=(called, caller), daemon=True)
            back.start()
            self._copy(caller, called, self._cut_after)
            for line in (caller, called):
                line.shutdown(socket.SHUT_RDWR)
            back.join(timeout=300)

    @staticmethod
    def _copy(source: socket.socket, target: socket.socket, most: int = 1 << 40) -> None:
        passed = 0
        try:
            while passed < most and (data := source.recv(min(65536, most - passed))):
                target.sendall(data)
                passed += len(data)
        except OSError:
            return
