"""Processes that begin with the engine alone: the script of the person is not run again in each of them.

A spawned process runs the main script once more, to know what was defined there. Our workers need nothing of
it, and a script without ``if __name__ == "__main__"`` would begin its own work anew: a second window, or a
batch in a batch.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import SpawnContext, SpawnProcess
from threading import Lock
from types import ModuleType
from typing import Any, Final

_MAIN: Final = "__main__"
_ONE_AT_A_TIME: Final = Lock()


class _EngineProcess(SpawnProcess):
    @staticmethod
    def _Popen(process_obj: Any) -> Any:
        with _without_main():
            return SpawnProcess._Popen(process_obj)


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
