"""The program that decodes: it has limits of its own, and ends with the one that it works for."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import Final

import numpy as np

from shared_core.reading.codecs.functions import FUNCTIONS
from shared_core.reading.codecs.messages import receive, send

LONGEST_S: Final = 120.0
"""Of a processor, not of the clock: what else a machine does has no say. Ten times what a mammogram takes."""
MOST_BYTES: Final = 2 << 30
"""Of memory: several copies of the largest image that is read."""


def main() -> None:
    """Decode what is asked for until nobody asks any more."""
    for name in ("SIGINT", "SIGBREAK"):  # of a terminal: the one that we work for decides
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    words, pixels = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):  # codecs write about sound files as well
        os.dup2(nowhere, number)
    _limit_memory()
    while True:
        try:
            about, data = receive(words)
        except EOFError:
            sys.exit(0)
        _limit_time()
        try:
            found = FUNCTIONS[about.pop("function")](bytes(data), **about)
        except Exception as error:  # boundary with the codecs: damaged bytes raise anything
            send(pixels, {"error": " ".join(str(error).split())[:100] or type(error).__name__})
            continue
        if found is None:
            send(pixels, {"shape": None})
        else:
            found = np.ascontiguousarray(found)
            send(pixels, {"shape": found.shape, "dtype": found.dtype.str}, found.data.cast("B"))
            del found, data


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))


def _limit_time() -> None:
    """From now on; the system ends this process afterwards."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, LONGEST_S)
