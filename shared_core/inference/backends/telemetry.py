"""OpenVINO without its telemetry: to import it would tell Google Analytics, from beside patients' images."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

_TELEMETRY: Final = "openvino_telemetry"
_SENDER: Final = "openvino_telemetry.utils.sender"


@contextmanager
def without_telemetry() -> Iterator[None]:
    """For the first import of OpenVINO: it then does not find its telemetry, and takes its own empty one."""
    # Not by looking through all modules: another thread may import some meanwhile.
    before = {_TELEMETRY: sys.modules[_TELEMETRY]} if _TELEMETRY in sys.modules else {}
    sys.modules[_TELEMETRY] = None  # type: ignore[assignment]  # None is how Python marks what is not there
    try:
        yield
    finally:
        del sys.modules[_TELEMETRY]
        sys.modules.update(before)


@contextmanager
def nothing_sent() -> Iterator[None]:
    """For a conversion: another program of this process may have imported OpenVINO with its telemetry."""
    sender: Any = getattr(sys.modules.get(_SENDER), "TelemetrySender", None)
    if sender is None:
        yield
        return
    before = sender.send
    sender.send = lambda *_message: None
    try:
        yield
    finally:
        sender.send = before
