"""A script that runs a batch needs no main guard: nothing in it runs a second time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared_core.cohort.processes import EngineContext
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


def test_the_main_module_is_there_again_after_a_process_began(monkeypatch: pytest.MonkeyPatch) -> None:
    main = sys.modules["__main__"]
    process = EngineContext().Process(target=abs, args=(1,))
    process.start()
    assert sys.modules["__main__"] is main
    process.join()
    assert process.exitcode == 0
