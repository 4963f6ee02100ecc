"""Run a program on one thread and say what it took."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "OPENCV_FOR_THREADS_NUM": "1",
}
EMPTY: Final[Mapping[str, str]] = MappingProxyType({})
ROOT = Path(__file__).resolve().parents[1]


class ProgramError(Exception):
    """A program of the benchmark failed; the message holds the end of what it said."""


@dataclass(frozen=True)
class Taken:
    """What one run of a program took, from start to end: imports, loading and writing included."""

    wall_s: float
    cpu_s: float
    """User and system time, that of its own processes included."""
    system_s: float
    """The part of it that the kernel took."""
    peak_mb: float
    """Largest resident set, MiB."""


@contextmanager
def pinned(cpu: int | None = None) -> Iterator[bool]:
    """Keep this process and all it starts on one processor; the last one that it may use by default.

    Gives False where the system cannot pin.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield False
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before) if cpu is None else cpu})
    try:
        yield True
    finally:
        os.sched_setaffinity(0, before)


def _inherited() -> dict[str, str]:
    """This process's environment, with modules compiled once, as they are where the package is installed."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def run(arguments: Sequence[str], *, environment: Mapping[str, str] = EMPTY) -> tuple[Taken, str]:
    """Run a Python module of this project to its end.

    The peak is the kernel's count for the child, which begins at the size of this process: keep this
    one small.

    Parameters
    ----------
    arguments
        Of the interpreter.
    environment
        Added to that of this process.

    Raises
    ------
    ProgramError
        If it fails.
    """
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        child = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**_inherited(), **ONE_THREAD, **environment, "PYTHONPATH": path},
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall_s = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read().decode(errors="replace")
    if child.returncode:
        raise ProgramError(f"{' '.join(arguments[:4])} ended with {child.returncode}: {said[-1500:]}")
    per_mb = 1 << 20 if sys.platform == "darwin" else 1 << 10
    cpu_s = usage.ru_utime + usage.ru_stime
    return Taken(wall_s, cpu_s, usage.ru_stime, usage.ru_maxrss / per_mb), said
