"""A script that runs a batch needs no main guard: nothing in it runs a second time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from multiprocessing.queues import Queue
from pathlib import Path

import psutil
import pytest

from shared_core.cohort.lane import Lane
from shared_core.cohort.processes import EngineContext
from shared_core.cohort.settings import BatchSettings, ViewTask
from shared_core.mammogram import MammogramHeader
from tests.time_limit import within
from tests.tram_track import write_tram_track

SCRIPT = """
from pathlib import Path

with open("began.txt", "a") as file:
    file.write("once\\n")

from shared_core import hosting as bac

listing = bac.find_exams([Path("images")])
settings = bac.BatchSettings(Path("results"), model="openbac-1", device="cpu")
report = bac.run_batch(listing, settings, arguments={}, place=bac.Processes(2))
assert len(report.views) == 2
assert not report.failures, report.failures
"""


def test_a_batch_from_a_script_without_a_guard_runs_the_script_once(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    for number in (1, 2):
        write_tram_track(tmp_path / "images" / f"P_0000{number}_LCC.png", seed=number)
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    with within(600):
        done = subprocess.run(
            [sys.executable, "script.py"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "began.txt").read_text() == "once\n"
    assert len(list((tmp_path / "results").rglob("*_mask.png"))) == 2


def process_of(_: ViewTask) -> int:
    return os.getpid()


@pytest.mark.skipif(sys.platform == "win32", reason="ends a process by a POSIX signal")
def test_a_process_that_dies_while_it_has_nothing_to_do_is_replaced_before_the_next_image() -> None:
    header = MammogramHeader(path=Path("a.png"), file_format="png", rows=1, columns=1, bits=8)
    task = ViewTask(0, header, Path("a.png"), "exam", "a")
    lane = Lane(BatchSettings(None), EngineContext().Event())
    try:
        first = lane.submit(task, process_of).result()
        os.kill(first, signal.SIGKILL)
        with within(300):
            while psutil.pid_exists(first):
                time.sleep(0.01)
        assert lane.submit(task, process_of).result() != first
    finally:
        lane.close()


def test_the_main_module_is_there_again_after_a_process_began(monkeypatch: pytest.MonkeyPatch) -> None:
    main = sys.modules["__main__"]
    process = EngineContext().Process(target=abs, args=(1,))
    process.start()
    assert sys.modules["__main__"] is main
    process.join()
    assert process.exitcode == 0


class Kept:
    """Held by a module until the interpreter takes its modules down."""

    def __init__(self, taken_down: Path) -> None:
        self.taken_down = os.fspath(taken_down)
        self.mkdir = os.mkdir

    def __del__(self) -> None:
        self.mkdir(self.taken_down)


def last_words(queue: Queue[bytes], taken_down: Path) -> None:
    globals()["kept"] = Kept(taken_down)
    queue.put(bytes(10_000_000))  # more than a pipe takes at once


def test_a_process_that_is_done_sends_what_waits_and_ends_without_taking_itself_down(tmp_path: Path) -> None:
    context = EngineContext()
    queue: Queue[bytes] = context.Queue()
    process = context.Process(target=last_words, args=(queue, tmp_path / "taken_down"))
    process.start()
    with within(300):
        assert len(queue.get()) == 10_000_000
        process.join()
    assert process.exitcode == 0
    assert not (tmp_path / "taken_down").exists()


def failing() -> None:
    raise ValueError("this is wrong")


def test_a_process_that_fails_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    process = EngineContext().Process(target=failing)
    process.start()
    with within(300):
        process.join()
    assert process.exitcode == 1
    assert "this is wrong" in capfd.readouterr().err
