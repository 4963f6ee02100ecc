"""The archive Orthanc on loopback, with a storage folder of its own, which a test may stop and start.

scripts/dicom_validators.sh installs it. Where it is missing, tests are left out with that reason, but fail in
CI.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from shared_core.pacs.dicom_node import Node

_PLACES = ("/usr/sbin/Orthanc", "/usr/local/sbin/Orthanc")
_TITLE = "ARCHIVE"


_PORTS = range(15_000, 30_000)
"""Below those that systems give to outgoing connections, which would take one before its server does."""
_ports = itertools.cycle(_PORTS)
for _ in range(os.getpid() * 101 % len(_PORTS)):  # elsewhere in each process of a run
    next(_ports)


def free_port() -> int:
    """A port that nobody has, and that this process is not soon given again."""
    for port in itertools.islice(_ports, len(_PORTS)):
        with socket.socket() as taken, suppress(OSError):
            taken.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def orthanc_program() -> str:
    """Where Orthanc is; skip the test where it is missing, fail it in CI."""
    found = shutil.which("Orthanc") or next((place for place in _PLACES if Path(place).is_file()), None)
    missing = "the archive Orthanc is not installed: run scripts/dicom_validators.sh"
    if found is None and os.environ.get("CI"):
        pytest.fail(missing)
    if found is None:
        pytest.skip(missing)
    return found


class Orthanc:
    """One archive; its ports and its storage stay when it is stopped and started.

    Parameters
    ----------
    folder
        Takes configuration, storage and log.
    peer
        The node that `push` sends to.
    """

    def __init__(self, folder: Path, *, peer: Node) -> None:
        self._program = orthanc_program()
        self.node = Node("127.0.0.1", free_port(), _TITLE)
        self._http_port = free_port()
        self._log = folder / "orthanc.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._configuration = folder / "orthanc.json"
        self._configuration.write_text(
            json.dumps(
                {
                    "Name": "test",
                    "StorageDirectory": str(folder / "storage"),
                    "IndexDirectory": str(folder / "storage"),
                    "Plugins": [],
                    "HttpPort": self._http_port,
                    "DicomPort": self.node.port,
                    "DicomAet": _TITLE,
                    "DicomCheckCalledAet": True,
                    "RemoteAccessAllowed": False,
                    "AuthenticationEnabled": False,
                    "DicomModalities": {"peer": [peer.ae_title, peer.host, peer.port]},
                }
            )
        )

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, str(self._configuration)], stdout=log, stderr=log
            )
        for _ in range(1200):
            try:
                self.ask("/system")
                return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        pytest.fail(f"Orthanc does not start: {self._log.read_text()[-1000:]}")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=300)
            self._process = None

    def ask(self, path: str, body: object | None = None) -> Any:
        """An answer of its REST interface."""
        data = None if body is None else json.dumps(body).encode()
        return json.loads(self._bytes(path, data))

    def objects(self) -> dict[str, bytes]:
        """The files of all objects, by SOP Instance UID."""
        ids = self.ask("/instances")
        return {
            self.ask(f"/instances/{one}")["MainDicomTags"]["SOPInstanceUID"]: self._bytes(
                f"/instances/{one}/file"
            )
            for one in ids
        }

    def push(self) -> None:
        """Send all that it holds to the peer."""
        self.ask("/modalities/peer/store", self.ask("/instances"))

    def _bytes(self, path: str, data: bytes | None = None) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._http_port}{path}", data, timeout=300) as answer:
            content: bytes = answer.read()
        return content
