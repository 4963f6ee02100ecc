"""Agreeing upon TLS within a deadline: a peer that sends a byte now and then holds nobody up."""

from __future__ import annotations

import selectors
import ssl
import time
from collections.abc import Callable
from typing import Final

HANDSHAKE_S: Final = 10.0
"""From the first byte of TLS to the last."""


def shake_hands(line: ssl.SSLSocket, step: Callable[[], None], within_s: float) -> None:
    """Go on with a handshake until it is done.

    Parameters
    ----------
    step
        Takes it as far as it goes with what is there, and raises what the standard library does.

    Raises
    ------
    OSError
        It does not come about in time, or fails.
    """
    until = time.monotonic() + within_s
    line.settimeout(0)
    while True:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"nothing came within {within_s:g} s")
        try:
            step()
            return
        except ssl.SSLWantReadError:
            _wait(line, selectors.EVENT_READ, left)
        except ssl.SSLWantWriteError:
            _wait(line, selectors.EVENT_WRITE, left)


def _wait(line: ssl.SSLSocket, event: int, within_s: float) -> None:
    # Not `select.select`, which knows no file beyond the 1,024th of a process.
    with selectors.DefaultSelector() as one:
        one.register(line, event)
        one.select(within_s)


class PromptSocket(ssl.SSLSocket):
    """Of one who calls: connecting ends with a handshake, which takes `HANDSHAKE_S` at most."""

    def do_handshake(self, block: bool = False) -> None:
        before = self.gettimeout()
        shake_hands(self, super().do_handshake, HANDSHAKE_S)
        self.settimeout(before)
