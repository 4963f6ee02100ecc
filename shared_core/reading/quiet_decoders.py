"""Image decoders in C write to the process's standard error, also about sound files; it is held back.

What is wrong with a file is found here and said in plain words. libjpeg, libpng and libtiff have no
switch that Python could reach, so that the file descriptor itself is held back while they work.
"""

from __future__ import annotations

import os
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Final

_STDERR: Final = 2
_OF_DECODERS: Final = re.compile(
    rb"(Corrupt JPEG|Unsupported (JPEG|marker|color)|Invalid (SOS|JPEG|component|progressive|crop|memory)|"
    rb"Bogus |Premature end of JPEG|Inconsistent progression|Missing Huffman|Huffman (table|code)|Improper |"
    rb"Quantization table|Empty (JPEG|input)|Not a JPEG|Sorry, there are|Warning: (unknown|thumbnail)|"
    rb"Unknown (Adobe|APP)|(JPEG|Premature) (datastream|end)|Wrong JPEG|Obtained |libpng |TIFF|OpenCV|gdcm|"
    rb"\[ ?(WARN|ERROR|INFO):|"
    rb"(Warning|Error|Debug): In .*gdcm)"
)


class _HeldBack:
    """The descriptor, held back from the first decoder that begins to the last that ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._decoders = 0
        self._real = -1
        self._kept: IO[bytes] | None = None

    def begin(self) -> None:
        with self._lock:
            self._decoders += 1
            if self._decoders > 1:
                return
            with suppress(OSError):  # a process without standard error
                self._kept = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `end`
                self._real = os.dup(_STDERR)
                os.dup2(self._kept.fileno(), _STDERR)

    def end(self) -> None:
        with self._lock:
            self._decoders -= 1
            if self._decoders or self._kept is None:
                return
            if self._real >= 0:
                os.dup2(self._real, _STDERR)
                self._pass_on()
                os.close(self._real)
            self._kept.close()
            self._real, self._kept = -1, None

    def _pass_on(self) -> None:
        """Write what others wrote meanwhile, such as the progress of another thread."""
        assert self._kept is not None
        if self._kept.seek(0, os.SEEK_END) == 0:
            return
        self._kept.seek(0)
        lines = self._kept.read().splitlines(keepends=True)
        others = b"".join(line for line in lines if line.strip() and not _OF_DECODERS.match(line))
        with suppress(OSError):
            os.write(self._real, others)


_held_back = _HeldBack()


@contextmanager
def quiet_decoders() -> Iterator[None]:
    """Keep decoders from writing to standard error; what others write comes out afterwards."""
    _held_back.begin()
    try:
        yield
    finally:
        _held_back.end()
