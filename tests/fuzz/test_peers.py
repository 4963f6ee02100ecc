"""No peer, whatever it says and at what pace, keeps the receiver from a good one or the sender from its end.

`FUZZ_PEERS=200` lets so many come, half of them to the receiver; the suite a few, the same ones each time.
"""

from __future__ import annotations

import os
import random
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pydicom
import pytest

from shared_core.pacs.call import Caller, PeerError
from shared_core.pacs.dicom_node import Node
from shared_core.pacs.sender import Outcome, send_files
from tests.fuzz.peers import Recorder, lying_archive, talk, units
from tests.pacs.conftest import Archive
from tests.pacs.test_receiving import Running
from tests.time_limit import within

PEERS = int(os.environ.get("FUZZ_PEERS", "24"))
SEED = os.environ.get("FUZZ_SEED", "20")
AT_ONCE = 8
LONGEST_S = 120.0
"""For what takes a second: this machine may be busy."""
MOST_MB = 1024
"""That peers who announce gigabytes may cost."""


@pytest.fixture
def uncaught(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What threads did not catch; none is expected."""
    found: list[str] = []
    monkeypatch.setattr(threading, "excepthook", lambda said: found.append(repr(said.exc_value)))
    resource = pytest.importorskip("resource", reason="Windows has no such limits and counts")
    # What other tests of the same process took before is not theirs.
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield found
    assert found == []
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before >> 10 < MOST_MB


def small_object(folder: Path, exam_files: list[Path]) -> Path:
    """An image that is one message unit long, so that changes fall upon what is said."""
    dataset = pydicom.dcmread(exam_files[0])
    dataset.Rows, dataset.Columns, dataset.PixelData = 8, 8, bytes(128)
    dataset.save_as(folder / "small.dcm")
    return folder / "small.dcm"


def recorded(node: Node, file: Path, caller: Caller) -> Recorder:
    recorder = Recorder(node)
    assert send_files([file], recorder.node, caller=caller)[0].fate == "sent"
    recorder.close()
    return recorder


def test_receiver_takes_hostile_peers_and_a_good_one_among_them(
    uncaught: list[str], tmp_path: Path, exam_files: list[Path]
) -> None:
    caller = Caller("UNIT", wait_s=60)
    one = Running(tmp_path / "inbox", wait_s=5)
    one.start()
    sound = units(bytes(recorded(one.node, small_object(tmp_path, exam_files), caller).said))
    assert len(sound) >= 4

    def hostile(number: int) -> None:
        with socket.create_connection((one.node.host, one.node.port), timeout=60) as line:
            talk(line, sound, random.Random(f"{SEED}/{number}"))

    with ThreadPoolExecutor(AT_ONCE) as crowd:
        coming = [crowd.submit(hostile, number) for number in range(PEERS // 2)]
        with within(LONGEST_S):
            assert send_files(exam_files[:1], one.node, caller=caller)[0].fate == "sent"
        for peer in coming:
            peer.result()
    with within(LONGEST_S):
        assert {outcome.fate for outcome in send_files(exam_files, one.node, caller=caller)} == {"sent"}
        one.stop()
    assert all(said and "Traceback" not in said for said in one.said)
    for path in one.files():
        if path.suffix == ".dcm":
            assert pydicom.dcmread(path).SOPInstanceUID == path.stem or path.name.startswith("x-")


def test_sender_comes_to_an_end_with_peers_that_lie(
    uncaught: list[str], tmp_path: Path, exam_files: list[Path]
) -> None:
    archive = Archive()
    small = small_object(tmp_path, exam_files)
    sound = units(bytes(recorded(archive.node, small, Caller(wait_s=60)).answered))
    threading.Thread(target=archive.close, daemon=True).start()
    assert len(sound) >= 3

    def told(number: int) -> list[Outcome] | str:
        chance: Any = random.Random(f"{SEED}/{number}")
        with lying_archive(sound, chance) as node:
            try:
                return send_files([small, exam_files[1]], node, caller=Caller(wait_s=0.5))
            except PeerError as error:
                return str(error)

    with within(LONGEST_S + PEERS), ThreadPoolExecutor(AT_ONCE) as crowd:
        all_said = list(crowd.map(told, range(PEERS - PEERS // 2)))
    reasons = []
    for said in all_said:
        if isinstance(said, str):
            reasons.append(said)
            continue
        assert said[1].fate != "sent", "nobody was there who could have stored a second object"
        reasons += [outcome.reason for outcome in said if outcome.reason]
    assert reasons
    assert all(reason.isprintable() for reason in reasons)
