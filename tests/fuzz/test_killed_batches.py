"""Batches and their workers are killed again and again: in the end all is as if nothing had been."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shared_core.cli.main import main
from tests.time_limit import within
from tests.tram_track import write_tram_track

KILLS = int(os.environ.get("FUZZ_KILLS", "2"))
SEED = int(os.environ.get("FUZZ_SEED", "20"))
EXAMS, VIEWS = 4, ("LCC", "RCC")

pytestmark = pytest.mark.skipif(not Path("/proc").exists(), reason="finds the workers in /proc")


def test_killed_again_and_again_a_batch_ends_as_one_that_was_left_alone(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    for exam in range(EXAMS):
        for seed, view in enumerate(VIEWS):
            write_tram_track(source / f"P_0000{exam}_{view}.png", seed=2 * exam + seed)
    asked = ["analyze", str(source), "--no-pictures", "--device", "cpu", "-q"]
    assert main([*asked, "-o", str(tmp_path / "alone"), "--workers", "0"]) == 0
    draw = random.Random(SEED)
    outputs = [tmp_path / "killed_1"]
    for _ in range(KILLS):
        output = outputs[-1]
        if _killed_once([*asked, "-o", str(output), "--workers", "2", "--resume"], output, draw):
            outputs.append(tmp_path / f"killed_{len(outputs) + 1}")
    assert main([*asked, "-o", str(outputs[-1]), "--workers", "0", "--resume"]) == 0
    theirs = _files(tmp_path / "alone")
    for output in outputs:
        ours = _files(output)
        assert sorted(ours) == sorted(theirs)
        assert [name for name in sorted(ours) if ours[name] != theirs[name]] == []
    print(f"{KILLS} kills, {len(outputs)} batches, each in the end as the one that was left alone")


def _killed_once(asked: list[str], output: Path, draw: random.Random) -> bool:
    """After so many more files are there the batch, or one of its workers, gets kill -9.

    Gives whether the batch came to its end: then there is nothing left to kill.
    """
    before = _count(output)
    more, whom = draw.randint(0, 5), draw.choice(["batch", "worker"])
    batch = subprocess.Popen(
        [sys.executable, "-m", "shared_core", *asked], env={**os.environ, "PYTHONPATH": str(Path.cwd())}
    )
    with within(900):
        while batch.poll() is None and _count(output) < before + more:
            time.sleep(0.01)
        if whom == "worker":
            for worker in _children(batch.pid)[:1]:
                os.kill(worker, signal.SIGKILL)
            # What it worked on is tried again: there is nothing to resume.
            assert batch.wait() == 0
            return True
        workers = _children(batch.pid)
        batch.kill()
        batch.wait()
        while any(_alive(worker) for worker in workers):
            time.sleep(0.01)
        return batch.returncode == 0


def _children(process: int) -> list[int]:
    try:
        words = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return []
    spawned = (int(word) for word in words)
    return [child for child in spawned if b"spawn_main" in _command(child)]


def _command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def _alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _count(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*")) if folder.is_dir() else 0


def _files(folder: Path) -> dict[str, bytes]:
    there = (path for path in folder.rglob("*") if path.is_file())
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in there}
    found["run.json"] = found["run.json"].replace(str(folder).encode(), b"OUT")
    return found
