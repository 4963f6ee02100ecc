"""The queue on the disk: nothing is lost, whatever ends the process."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pydicom
import pytest

from shared_core.cli.main import main
from shared_core.errors import OutputError, UnreadableImageError
from shared_core.pacs.call import Caller
from shared_core.pacs.delivery import Courier, Patience, deliver
from shared_core.pacs.dicom_node import Node
from shared_core.pacs.outbox import Outbox
from shared_core.pacs.sender import Outcome
from tests.host.orthanc import free_port
from tests.pacs.conftest import Archive

ROOT = Path(__file__).resolve().parents[2]
MakeArchive = Callable[..., Archive]
NODE = Node("127.0.0.1", 104, "ARCHIVE")
CALLER, PATIENT = Caller(wait_s=20), Patience(first_s=0.1, most_s=0.2)
HANG_S = 300.0
"""Who waits so long for something waits in vain, on a busy machine too."""


def wait_for(what: Callable[[], object]) -> None:
    """Let other threads and processes work until something is so."""
    end = time.monotonic() + HANG_S
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


@contextmanager
def full_disk(largest_bytes: int = 50_000) -> Iterator[None]:
    """No file may grow beyond that, as on a disk that is full."""
    resource = pytest.importorskip("resource", reason="Windows has no such limits and counts")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_object_waits_under_its_uid_until_it_arrived(tmp_path: Path, exam_files: list[Path]) -> None:
    outbox = Outbox(tmp_path, NODE)
    assert outbox.put(exam_files) == 4
    assert outbox.put(exam_files) == 0
    uids = {str(pydicom.dcmread(path).SOPInstanceUID) for path in exam_files}
    assert {path.stem for path in outbox.waiting()} == uids
    first, second, third, _ = outbox.waiting()
    outbox.settle(Outcome(first, "sent"))
    outbox.settle(Outcome(second, "later", "busy"))
    outbox.settle(Outcome(third, "refused", "wrong kind"))
    assert len(outbox.waiting()) == 2
    assert not first.exists()
    assert outbox.refused() == [outbox.refused_place / third.name]
    assert (outbox.refused_place / third.name).with_suffix(".txt").read_text() == "wrong kind\n"
    outbox.begin()
    assert len(outbox.waiting()) == 3, "what was refused is tried again after a start"


def test_full_disk_is_told_and_loses_nothing(tmp_path: Path, exam_files: list[Path]) -> None:
    outbox = Outbox(tmp_path, NODE)
    outbox.put(exam_files[:1])
    before = outbox.waiting()[0].read_bytes()
    with full_disk(), pytest.raises(OutputError, match="disk or quota is full"):
        outbox.put(exam_files)
    assert [path.read_bytes() for path in outbox.waiting()] == [before]
    assert [path.name for path in outbox.place.iterdir()] == [outbox.waiting()[0].name], "no half is left"
    assert outbox.put(exam_files) == 3


def test_what_is_no_dicom_is_not_put_into_the_queue(tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_text("no DICOM")
    with pytest.raises(UnreadableImageError, match="is no DICOM file"):
        Outbox(tmp_path / "queue", NODE).put([tmp_path / "a.dcm"])


def test_queue_waits_for_a_peer_that_is_away(
    archive: MakeArchive, tmp_path: Path, exam_files: list[Path]
) -> None:
    port = free_port()
    outbox = Outbox(tmp_path, Node("127.0.0.1", port, "ARCHIVE"))
    outbox.put(exam_files)
    said: list[str] = []
    courier = Courier(outbox, caller=CALLER, tell=said.append, patience=PATIENT)
    courier.start()
    wait_for(lambda: said)
    assert "nobody answers there" in said[0]
    assert "4 objects wait" in said[0]
    peer = archive(port=port, drops_after=1, answers=(0xA700,))
    wait_for(lambda: not outbox.waiting())
    courier.close()
    assert outbox.waiting() == []
    assert len(peer.stored) == 4
    assert len(said) == len(set(said)), "the same reason is told once"


def test_giving_up_keeps_the_queue(tmp_path: Path, exam_files: list[Path]) -> None:
    outbox = Outbox(tmp_path, Node("127.0.0.1", free_port(), "ARCHIVE"))
    outbox.put(exam_files)
    said: list[str] = []
    patience = Patience(first_s=0.05, tries=2)
    assert not deliver(outbox, caller=CALLER, tell=said.append, patience=patience)
    assert len(outbox.waiting()) == 4
    assert "nobody answers" in said[-1]


def test_waiting_grows_up_to_a_bound() -> None:
    patience = Patience(first_s=1, most_s=5)
    assert [patience.wait_s(failures) for failures in (1, 2, 3, 4, 2000)] == [1, 2, 4, 5, 5]


def run_bac(*arguments: object) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", "shared_core", *map(str, arguments)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


class SlowArchive(Archive):
    """Takes its time with each object, and keeps the second until it is told."""

    def __init__(self) -> None:
        self.second, self.go_on = threading.Event(), threading.Event()
        super().__init__()

    def _store(self, event: object) -> int:
        if len(self.stored) == 1:
            self.second.set()
            self.go_on.wait(HANG_S)
        return super()._store(event)


def test_queue_survives_kill_9_of_its_sender(tmp_path: Path, exam_files: list[Path]) -> None:
    peer = SlowArchive()
    queue = tmp_path / "queue"
    outbox = Outbox(queue, peer.node)
    process = run_bac("send", *exam_files, peer.node, "--queue", queue)
    assert peer.second.wait(HANG_S)
    process.kill()
    process.wait(timeout=HANG_S)
    peer.go_on.set()
    # One had its answer and left; the one under way had none, so that it stays.
    assert len(outbox.waiting()) == 3
    assert main(["send", str(peer.node), "--queue", str(queue)]) == 0
    assert outbox.waiting() == []
    assert len(peer.stored) == 4
    peer.close()


def test_kill_9_while_objects_are_put_leaves_whole_ones_alone(tmp_path: Path, exam_files: list[Path]) -> None:
    queue = tmp_path / "queue"
    program = (
        "import sys; from pathlib import Path\n"
        "from shared_core.pacs.outbox import Outbox; from shared_core.pacs.dicom_node import Node\n"
        "box = Outbox(Path(sys.argv[1]), Node('127.0.0.1', 104, 'ARCHIVE'))\n"
        "while True:\n"
        "    box.put(map(Path, sys.argv[2:]))\n"
        "    [path.unlink() for path in box.waiting()]\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(queue), *map(str, exam_files)], env=environment
    )
    outbox = Outbox(queue, NODE)
    wait_for(outbox.waiting)
    process.kill()
    process.wait(timeout=HANG_S)
    whole = {path.read_bytes() for path in exam_files}
    assert all(path.read_bytes() in whole for path in outbox.waiting())
    outbox.begin()
    assert list(outbox.place.glob(".*.part")) == []


def test_send_says_what_it_did(
    archive: MakeArchive, exam_files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    peer = archive(answers=(0xA700,))
    result = tmp_path / "result" / "exam" / "dicom"
    result.mkdir(parents=True)
    for path in exam_files:
        (result / path.name).write_bytes(path.read_bytes())
    (tmp_path / "result" / "images.dcm").write_bytes(exam_files[0].read_bytes())
    assert main(["send", str(tmp_path / "result"), str(peer.node), "--wait", "0.1"]) == 0
    assert "4 of 4 objects sent" in capsys.readouterr().out
    assert len(peer.stored) == 4
    assert main(["send", str(peer.node)]) == 0
    assert "answers C-ECHO" in capsys.readouterr().out
    nobody = f"127.0.0.1:{free_port()}:ARCHIVE"
    assert main(["send", str(exam_files[0]), nobody, "--tries", "2", "--wait", "0.1"]) == 1
    answer = capsys.readouterr()
    assert "0 of 1 objects sent" in answer.out
    assert "nobody answers there" in answer.err


@pytest.mark.parametrize("path", ["nowhere", "."])
def test_send_without_objects_is_a_wrong_use(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["send", path, "127.0.0.1:104:ARCHIVE"]) == 2
    assert "bac: " in capsys.readouterr().err
