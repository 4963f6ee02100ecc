"""Processes that begin with the engine alone: the script of the person is not run again in each of them.

A spawned process runs the main script once more, to know what was defined there. Our workers need nothing of
it, and a script without ``if __name__ == "__main__"`` would begin its own work anew: a second window, or a
batch in a batch.

They also end without taking down the interpreter and its libraries piece by piece: that costs as much as a
tenth of an image, and nothing of it is needed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.util import Finalize
from threading import Lock
from types import ModuleType
from typing import Any, Final

_MAIN: Final = "__main__"
_ONE_AT_A_TIME: Final = Lock()
_LAST: Final = -1000


class _EngineProcess(SpawnProcess):
    @staticmethod
    def _Popen(process_obj: Any) -> Any:
        with _without_main():
            return SpawnProcess._Popen(process_obj)

    def run(self) -> None:
        """Do the work, and end; who fails ends as processes do, and says so."""
        super().run()
        # After all else that is done at the end of a process, such as sending what waits in queues.
        Finalize(None, _leave, exitpriority=_LAST)


class EngineContext(SpawnContext):
    """Spawns processes as `multiprocessing` does, without the main module, and knows those it started."""

    def __init__(self) -> None:
        super().__init__()
        self.started: list[SpawnProcess] = []

    def Process(self, *args: Any, **options: Any) -> SpawnProcess:  # type: ignore[override]  # a class there
        """A process that begins with the engine alone."""
        process = _EngineProcess(*args, **options)
        self.started.append(process)
        return process


def _leave() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):  # there is none, or nobody reads it any more
            stream.flush()
    os._exit(0)


@contextmanager
def _without_main() -> Iterator[None]:
    """A main module that came from nowhere, while a process is started."""
    with _ONE_AT_A_TIME:
        main = sys.modules[_MAIN]
        sys.modules[_MAIN] = ModuleType(_MAIN)
        try:
            yield
        finally:
            sys.modules[_MAIN] = main
