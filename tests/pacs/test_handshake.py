"""Agreeing upon TLS, in a process that has many files open."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator
from typing import cast

import pytest

from shared_core.pacs.handshake import shake_hands

resource = pytest.importorskip("resource", reason="Windows has no such limits and counts")
fcntl = pytest.importorskip("fcntl")
BEYOND_SELECT = 1100


@pytest.fixture
def line() -> Iterator[socket.socket]:
    """One end of a connection, as the 1,100th file; the other end has said something."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard <= BEYOND_SELECT:
        pytest.skip("no process may have so many files open here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2 * BEYOND_SELECT), hard))
    near, far = socket.socketpair()
    with near, far, socket.socket(fileno=fcntl.fcntl(near.fileno(), fcntl.F_DUPFD, BEYOND_SELECT)) as late:
        far.send(b"x")
        yield late
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("wants", [ssl.SSLWantReadError, ssl.SSLWantWriteError])
def test_a_handshake_goes_on_where_thousands_of_files_are_open(
    line: socket.socket, wants: type[ssl.SSLError]
) -> None:
    assert line.fileno() >= BEYOND_SELECT
    steps = []

    def step() -> None:
        steps.append(os.getpid())
        if len(steps) == 1:
            raise wants

    shake_hands(cast("ssl.SSLSocket", line), step, 60)
    assert len(steps) == 2
