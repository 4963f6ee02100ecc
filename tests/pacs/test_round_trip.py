"""An archive sends an exam, `bac receive` analyses it, and the results come back into the archive."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest

from shared_core.pacs.dicom_node import Node
from tests.host.orthanc import Orthanc, free_port

ROOT = Path(__file__).resolve().parents[2]
SEG, SR = "1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.88.50"


class Receiving:
    """A `bac receive` of its own process."""

    def __init__(self, folder: Path, node: Node, archive: Node, *options: str) -> None:
        self.log = folder / "receive.log"
        self.node, self._archive, self._folder, self._options = node, archive, folder / "inbox", options
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [
            *(sys.executable, "-m", "shared_core", "receive", "--port", str(self.node.port)),
            *("--folder", str(self._folder), "--allow", "ARCHIVE", "OPENBAC"),
            *("--send-to", str(self._archive), "--backend", "openvino", *self._options),
        ]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
        before = len(self.said())
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        self.wait_for(lambda: "receives at" in self.said()[before:])

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(timeout=300)

    def end(self) -> int:
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=300)

    def said(self) -> str:
        return self.log.read_text() if self.log.exists() else ""

    def wait_for(self, what: Callable[[], object], seconds: float = 600) -> None:
        end = time.monotonic() + seconds
        while not what():
            assert self._process is not None
            assert self._process.poll() is None, self.said()
            assert time.monotonic() < end, self.said()
            time.sleep(0.1)


@pytest.fixture
def setting(tmp_path: Path) -> Iterator[tuple[Orthanc, Receiving]]:
    pytest.importorskip("openvino", reason="pip package openvino is not installed")
    node = Node("127.0.0.1", free_port(), "OPENBAC")
    orthanc = Orthanc(tmp_path, peer=node)
    receiving = Receiving(tmp_path, node, orthanc.node)
    orthanc.start()
    receiving.start()
    yield orthanc, receiving
    orthanc.stop()
    receiving.kill()


def stored_object(content: bytes) -> pydicom.Dataset:
    return pydicom.dcmread(io.BytesIO(content))


def test_exam_goes_from_the_archive_through_the_engine_and_back(
    setting: tuple[Orthanc, Receiving], exam_files: list[Path], tmp_path: Path
) -> None:
    from shared_core.cli.main import main

    orthanc, receiving = setting
    assert main(["send", *map(str, exam_files), str(orthanc.node), "--quiet"]) == 0
    assert len(orthanc.objects()) == 4

    orthanc.push()
    orthanc.stop()  # the results have to wait for it
    receiving.wait_for(lambda: "being analysed" in receiving.said())
    receiving.kill()  # in the middle of the work
    receiving.start()
    outgoing = tmp_path / "inbox" / "outgoing"
    receiving.wait_for(lambda: "analysed, 5 DICOM objects" in receiving.said())
    waiting = {path.stem: path.read_bytes() for path in outgoing.rglob("*.dcm")}
    assert len(waiting) == 5
    receiving.kill()  # the queue lies on the disk

    orthanc.start()
    receiving.start()
    receiving.wait_for(lambda: not list(outgoing.rglob("*.dcm")))
    stored = orthanc.objects()
    assert set(stored) >= set(waiting)
    for uid, sent in waiting.items():
        assert stored_object(stored[uid]) == stored_object(sent)
        if stored_object(stored[uid]).Modality == "SEG":
            assert np.any(stored_object(stored[uid]).pixel_array), "each view has an artery"
    classes = sorted(str(stored_object(stored[uid]).SOPClassUID) for uid in waiting)
    assert classes == [SEG] * 4 + [SR]
    assert receiving.end() == 0
    assert "Stopped" in receiving.said()
