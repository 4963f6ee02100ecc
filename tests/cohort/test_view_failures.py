"""Whatever happens to one view is that view's failure, with its true cause; the others go on."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared_core.cli.main import main
from shared_core.cohort.outcome import fault_words, process_ended
from shared_core.cohort.settings import ViewTask
from shared_core.mammogram import MammogramHeader
from shared_core.reading.unused import UnusedReason
from tests.time_limit import within
from tests.tram_track import write_tram_track

FAULTS = """
import os, signal, time
from shared_core.cohort import worker
analyze = worker.Worker.analyze
def fail(self, task, **options):
    kind = task.path.stem.split("_")[0]
    if kind == "raise":
        return 1 / 0
    if kind == "memory":
        raise MemoryError
    if kind == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "abort":
        os.abort()
    if kind == "leave":
        os._exit(3)
    while kind == "hang":
        time.sleep(0.01)
    if kind == "untold":
        return lambda: None
    return analyze(self, task, **options)
worker.Worker.analyze = fail
"""
"""By the name of the file."""
posix = pytest.mark.skipif(sys.platform == "win32", reason="ends processes by POSIX signals")


def batch(
    folder: Path, names: list[str], *options: str
) -> tuple[subprocess.CompletedProcess[str], dict[str, dict[str, str]]]:
    """Analyse files with these names; the answer, and the rows of ``unused.csv`` by file."""
    (folder / "in").mkdir()
    for number, name in enumerate(names):
        write_tram_track(folder / "in" / f"{name}_{number}_LCC.png", seed=number)
    (folder / "sitecustomize.py").write_text(FAULTS)
    asked = ["analyze", str(folder / "in"), "-o", str(folder / "out"), "--no-pictures", "--device", "cpu"]
    with within(900):
        answer = subprocess.run(
            [sys.executable, "-m", "shared_core", *asked, *options],
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(Path.cwd())])},
            capture_output=True,
            text=True,
            check=False,
        )
    with (folder / "out" / "unused.csv").open(encoding="utf-8", newline="") as file:
        return answer, {Path(row["file"]).name.split("_")[0]: row for row in csv.DictReader(file)}


@posix
@pytest.mark.parametrize("workers", ["1", "2"])
def test_each_way_to_fail_is_told_and_the_others_go_on(tmp_path: Path, workers: str) -> None:
    names = ["raise", "memory", "kill", "abort", "leave", "untold", "sound"]
    answer, rows = batch(tmp_path, names, "--workers", workers)
    assert answer.returncode == 1, answer.stderr
    assert "Traceback" not in answer.stderr
    assert {name: row["reason"] for name, row in rows.items()} == {
        "raise": "fault",
        "memory": "out-of-memory",
        "kill": "out-of-memory",
        "abort": "crashed",
        "leave": "crashed",
        "untold": "fault",
    }
    assert "ZeroDivisionError: division by zero" in rows["raise"]["text"]
    assert "memory ran out" in rows["kill"]["text"]
    assert "damaged" not in rows["kill"]["text"]
    assert "SIGABRT" in rows["abort"]["text"]
    assert "exit code 3" in rows["leave"]["text"]
    assert [path.name for path in (tmp_path / "out").rglob("*_mask.png")] == ["sound_6_LCC_mask.png"]


@posix
def test_a_view_that_hangs_is_left_out_after_its_time_also_with_one_worker(tmp_path: Path) -> None:
    answer, rows = batch(tmp_path, ["hang", "raise"], "--workers", "1", "--time-limit", "0.05")
    assert answer.returncode == 1, answer.stderr
    assert {name: row["reason"] for name, row in rows.items()} == {"hang": "time-limit", "raise": "fault"}
    assert "0.05 minutes" in rows["hang"]["text"]


def test_a_fault_in_this_process_is_a_failure_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fault(*_: object, **__: object) -> None:
        raise KeyError("breast")

    monkeypatch.setattr("shared_core.cohort.worker.analyze_view", fault)
    files = [str(write_tram_track(tmp_path / f"{side}CC.png")) for side in "LR"]
    assert main(["analyze", *files, "-o", str(tmp_path / "out"), "--workers", "0"]) == 1
    said = capsys.readouterr().err
    assert "KeyError: 'breast', test_view_failures.py line" in said
    assert (tmp_path / "out" / "views.csv").exists()


def test_an_exam_that_cannot_be_put_together_keeps_its_views(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fault(*_: object, **__: object) -> None:
        raise ValueError("no side")

    monkeypatch.setattr("shared_core.cohort.collector.measure_exam", fault)
    file = str(write_tram_track(tmp_path / "LCC.png"))
    asked = ["analyze", file, "-o", str(tmp_path / "out"), "--no-pictures"]
    assert main(asked) == 1
    assert "ValueError: no side" in capsys.readouterr().err
    rows = list(csv.DictReader((tmp_path / "out" / "views.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["status"] for row in rows] == ["ok"]
    monkeypatch.undo()
    assert main([*asked, "--resume", "-q"]) == 0


@pytest.mark.parametrize(
    ("code", "reason", "words"),
    [
        (-9, UnusedReason.OUT_OF_MEMORY, "memory ran out"),
        (-15, UnusedReason.CRASHED, "ended from outside (SIGTERM)"),
        (-11, UnusedReason.CRASHED, "crashed (SIGSEGV)"),
        (-77, UnusedReason.CRASHED, "crashed (signal 77)"),
        (1, UnusedReason.CRASHED, "crashed (exit code 1)"),
        (None, UnusedReason.CRASHED, "crashed"),
    ],
)
@posix
def test_how_a_process_died_says_why_the_view_failed(
    code: int | None, reason: UnusedReason, words: str
) -> None:
    header = MammogramHeader(path=Path("a.png"), file_format="png", rows=1, columns=1, bits=8)
    outcome = process_ended(ViewTask(0, header, Path("a.png"), "exam", "a"), code)
    assert outcome.reason is reason
    assert words in str(outcome.record.error)
    assert outcome.failed


def test_a_fault_is_told_by_its_kind_its_text_and_its_place() -> None:
    with pytest.raises(ValueError, match="seven") as raised:
        raise ValueError("seven")
    assert fault_words(raised.value).startswith("ValueError: seven, test_view_failures.py line ")
    assert fault_words(ValueError()) == "ValueError"
