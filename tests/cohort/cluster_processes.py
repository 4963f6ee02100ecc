"""A scheduler and workers, each a process of this machine, as the commands of Dask start them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tests.time_limit import within


@contextmanager
def scheduler(folder: Path, **environment: str) -> Iterator[Path]:
    """A scheduler on the loopback; the file that it wrote."""
    file = folder / "scheduler.json"
    asked = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    with _dask([*asked, "--scheduler-file", str(file)], folder, environment), within(300):
        while not file.is_file():
            time.sleep(0.05)
        yield file


@contextmanager
def worker(scheduler_file: Path, folder: Path, *more: str, **environment: str) -> Iterator[None]:
    """A worker of one thread, with a nanny that starts it again when it is lost."""
    asked = ["worker", "--scheduler-file", str(scheduler_file), "--nthreads", "1", "--no-dashboard", *more]
    with _dask([*asked, "--local-directory", str(folder)], folder, environment):
        yield


@contextmanager
def _dask(asked: list[str], folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "dask", *asked],
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), **environment},
        stdout=subprocess.DEVNULL,
        stderr=(folder / f"{asked[0]}.log").open("a"),
    )
    try:
        yield
    finally:
        there = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        for child in there:
            with suppress(psutil.Error):
                child.kill()
        process.wait()


def spawned(process: int) -> list[psutil.Process]:
    """What a process started by `multiprocessing`: workers of a nanny, or the processes of a worker."""
    try:
        children = psutil.Process(process).children()
        return [child for child in children if any("spawn_main" in word for word in child.cmdline())]
    except psutil.Error:
        return []
