"""Silent, slow, lying and too many peers: the receiver answers the good one, and ends when told."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import stat
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from shared_core.pacs import handshake, listening, storage_scp
from shared_core.pacs.call import Caller, PeerError
from shared_core.pacs.dicom_node import Node, Tls
from shared_core.pacs.sender import echo, send_files
from tests.host.orthanc import free_port
from tests.pacs.test_outbox import wait_for
from tests.pacs.test_receiving import Running
from tests.pacs.test_sending import certificate
from tests.time_limit import within

SILENT = 50
LONGEST_S = 200.0
"""Tests run beside others; by itself the receiver keeps the promise of docs/security.md."""


@pytest.fixture
def silent_lines() -> Iterator[list[socket.socket]]:
    lines: list[socket.socket] = []
    yield lines
    for line in lines:
        line.close()


def connect(one: Running) -> socket.socket:
    return socket.create_connection((one.node.host, one.node.port), timeout=10)


def refusing(folder: Path, file: Path, why: str) -> Running:
    """A receiver that did not take a file, and said why."""
    one = Running(folder / "inbox")
    one.start()
    with suppress(PeerError):
        assert send_files([file], one.node, caller=Caller("UNIT", None, wait_s=5))[0].fate != "sent"
    wait_for(lambda: any(why in said for said in one.said))
    return one


@pytest.mark.parametrize("encrypted", [True, False])
def test_silent_connections_keep_no_good_sender_out_and_do_not_hold_up_the_end(
    encrypted: bool, silent_lines: list[socket.socket], tmp_path: Path, exam_files: list[Path]
) -> None:
    known: Tls | None = certificate(tmp_path, "known") if encrypted else None
    one = Running(tmp_path / "inbox", tls=known)
    one.start()
    silent_lines += [connect(one) for _ in range(SILENT)]
    # Who waited for a silent one would wait a minute for each.
    with within(LONGEST_S):
        assert send_files(exam_files[:1], one.node, caller=Caller("UNIT", known))[0].fate == "sent"
    with within(LONGEST_S):
        one.stop()


def test_handshake_that_drips_ends_at_its_deadline(
    tmp_path: Path, exam_files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handshake, "HANDSHAKE_S", 0.5)
    known = certificate(tmp_path, "known")
    one = Running(tmp_path / "inbox", tls=known)
    one.start()
    with connect(one) as line:
        line.sendall(b"\x16\x03\x01\x40")
        for _ in range(20):
            try:
                line.sendall(b"\0")
            except OSError:
                break
            time.sleep(0.1)
        wait_for(lambda: any("TLS was not agreed upon" in said for said in one.said))
    with pytest.raises(PeerError):
        send_files(exam_files[:1], one.node, caller=Caller("UNIT", None, wait_s=2))
    one.stop()


@pytest.mark.parametrize(
    ("caller", "called", "reason"),
    [("STRANGER", "OPENBAC", "its AE title is not allowed"), ("UNIT", "OTHER", "it called another AE title")],
)
def test_refusal_has_its_real_reason(
    caller: str, called: str, reason: str, tmp_path: Path, exam_files: list[Path]
) -> None:
    from dataclasses import replace

    one = Running(tmp_path / "inbox")
    one.start()
    with pytest.raises(PeerError):
        send_files(exam_files[:1], replace(one.node, ae_title=called), caller=Caller(caller, None))
    wait_for(lambda: any(reason in said for said in one.said))
    one.stop()


def test_too_many_connections_are_closed_and_told(
    silent_lines: list[socket.socket], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "MOST_CONNECTIONS", 3)
    one = Running(tmp_path / "inbox")
    one.start()
    silent_lines += [connect(one) for _ in range(5)]
    wait_for(lambda: any("3 connections are open" in said for said in one.said))
    one.stop()


def test_one_peer_does_not_take_all_connections(
    silent_lines: list[socket.socket], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "MOST_OF_ONE_PEER", 3)
    one = Running(tmp_path / "inbox")
    one.start()
    silent_lines += [connect(one) for _ in range(5)]
    wait_for(lambda: any("let in: 3 connections of it are open" in said for said in one.said))
    one.stop()


def test_message_unit_that_drips_is_not_waited_for(tmp_path: Path) -> None:
    """One byte now and then, in a unit that is never whole: nobody may hold a connection so."""
    one = Running(tmp_path / "inbox", wait_s=0.5)
    one.start()
    with connect(one) as line, within(LONGEST_S):
        line.sendall(struct.pack(">BBL", 1, 0, 100_000))
        with suppress(OSError):
            while True:
                line.sendall(b"\0")
                time.sleep(0.05)
    one.stop()


def test_objects_under_way_do_not_fill_the_memory(
    tmp_path: Path, exam_files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage_scp, "MOST_UNDER_WAY_BYTES", 20_000)
    one = refusing(tmp_path, exam_files[0], "were under way")
    one.stop()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="signals of this system are others")
def test_sigterm_ends_a_receiver_that_silent_connections_surround(
    silent_lines: list[socket.socket], tmp_path: Path
) -> None:
    """A program of its own, with TLS, 50 silent connections, and a good sender among them."""
    known = certificate(tmp_path, "known")
    node = Node("127.0.0.1", free_port(), "OPENBAC")
    command = [sys.executable, "-m", "shared_core", "receive", "--port", str(node.port), "--allow", "UNIT"]
    command += ["--folder", str(tmp_path / "inbox"), "--tls", "--tls-authorities", str(known.authorities)]
    command += ["--tls-certificate", str(known.certificate), "--tls-key", str(known.key)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert "receives at" in process.stdout.readline()
            silent_lines += [socket.create_connection((node.host, node.port)) for _ in range(SILENT)]
            with within(LONGEST_S):
                echo(node, caller=Caller("UNIT", known))
            process.send_signal(signal.SIGTERM)
            with within(LONGEST_S):
                assert process.wait() == 0
        finally:
            process.kill()


def test_message_unit_that_claims_gigabytes_is_not_waited_for(tmp_path: Path) -> None:
    one = Running(tmp_path / "inbox")
    one.start()
    with connect(one) as line:
        line.sendall(struct.pack(">BBL", 1, 0, 0xFFFFFFF0) + b"\0" * 100)
        line.settimeout(20)
        try:
            while line.recv(4096):
                pass
        except ConnectionError:
            pass
    one.stop()


def test_object_beyond_the_limit_is_cut_off(
    tmp_path: Path, exam_files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage_scp, "MOST_OBJECT_BYTES", 20_000)
    one = refusing(tmp_path, exam_files[0], "was not taken")
    assert [path for path in one.files() if path.suffix == ".dcm"] == []
    one.stop()


def test_image_is_refused_where_the_disk_is_nearly_full(
    tmp_path: Path, exam_files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared_core.pacs.inbox.ROOM_LEFT_BYTES", 1 << 60)
    one = Running(tmp_path / "inbox")
    one.start()
    assert send_files(exam_files[:1], one.node, caller=Caller("UNIT", None))[0].fate != "sent"
    wait_for(lambda: any("The sender was told to keep the image" in said for said in one.said))
    one.stop()


def test_what_is_received_is_for_its_owner_alone(tmp_path: Path, exam_files: list[Path]) -> None:
    before = os.umask(0o022)
    try:
        one = Running(tmp_path / "inbox")
        one.start()
        send_files(exam_files[:1], one.node, caller=Caller("UNIT", None))
        [image] = [path for path in one.files() if path.suffix == ".dcm"]
        one.stop()
    finally:
        os.umask(before)
    assert stat.S_IMODE(image.stat().st_mode) == 0o600
    for folder in list(image.parents)[: len(image.relative_to(tmp_path).parts) - 1]:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_context_of_the_receiver_asks_for_modern_tls(tmp_path: Path) -> None:
    context = certificate(tmp_path, "known").server()
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_REQUIRED
