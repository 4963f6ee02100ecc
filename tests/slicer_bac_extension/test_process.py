"""The engine in a process of its own: a real command line, real children, none left when cancelled."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import psutil
import pytest
from BACSegmentationLib import engine, process
from BACSegmentationLib.process import EngineProcess, Event, ProcessError

from shared_core.records.written_views import read_written
from tests.tram_track import write_tram_track

LONGEST_S = 600.0


def begun(folder: Path, *arguments: str) -> EngineProcess:
    child = EngineProcess(arguments, engine_folder=engine.folder(), scratch=folder / "said")
    child.start()
    return child


def ended(child: EngineProcess) -> list[Event]:
    end = time.monotonic() + LONGEST_S
    events: list[Event] = []
    while child.exit_code is None:
        assert time.monotonic() < end
        events += child.events()
        time.sleep(0.05)
    return events + child.events()


def test_events_come_whole_and_results_are_read_back(tmp_path: Path) -> None:
    image = write_tram_track(tmp_path / "Äußere LCC.png")
    out = tmp_path / "out"
    options = ["--spacing-mm", "0.07", "--progress", "json", "--no-pictures"]
    child = begun(tmp_path, "analyze", str(image), "-o", str(out), *options)
    events = ended(child)
    assert child.exit_code == 0
    assert [event["event"] for event in events][:2] == ["reading", "images"]
    assert events[-1]["event"] == "end"
    assert child.results_folder == out
    assert list(read_written(out).views) == [str(image)]


def test_cause_of_an_error_is_the_engines_own_sentence(tmp_path: Path) -> None:
    image = write_tram_track(tmp_path / "LCC.png")
    card = tmp_path / "mine.json"
    card.write_text("{}")
    child = begun(tmp_path, "analyze", str(image), "-o", str(tmp_path / "out"), "--model", str(card))
    ended(child)
    assert child.exit_code == 2
    assert "mine.json" in child.error_text


def test_words_in_another_encoding_are_shown_all_the_same(tmp_path: Path) -> None:
    child = begun(tmp_path, "info", "nothing.dcm")
    ended(child)
    (tmp_path / "said" / "errors.txt").write_bytes(b"bac: K\xf6ln is not there.\n")
    assert child.error_text == "K\ufffdln is not there."


def test_cancel_leaves_no_process_of_the_whole_tree(tmp_path: Path) -> None:
    images = [str(write_tram_track(tmp_path / f"{side}CC.png", seed=n)) for n, side in enumerate("LR")]
    options = ["--workers", "2", "--progress", "json", "--no-pictures"]
    child = begun(tmp_path, "analyze", *images, "-o", str(tmp_path / "out"), *options)
    assert child.pid is not None
    end = time.monotonic() + LONGEST_S
    family: dict[int, psutil.Process] = {}
    # The workers, each with a Python of its own, and the process that keeps track of what they share.
    while len(family) < 3:
        assert time.monotonic() < end
        assert child.exit_code is None
        root = psutil.Process(child.pid)
        family = {one.pid: one for one in (root, *root.children(recursive=True))}
        time.sleep(0.02)
    child.cancel()
    _, alive = psutil.wait_procs(family.values(), timeout=LONGEST_S)
    assert alive == []
    assert child.exit_code is not None
    assert not (tmp_path / "out" / "views.csv").exists()


def test_launcher_between_is_ended_with_what_it_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PythonSlicer starts the Python proper as its child."""
    launcher = tmp_path / "PythonSlicer"
    launcher.write_text(f'#!/bin/sh\n"{sys.executable}" -c "import time; time.sleep(3600)" &\nwait\n')
    launcher.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert process.python() == str(launcher)
    child = begun(tmp_path, "analyze")
    assert child.pid is not None
    root = psutil.Process(child.pid)
    while not (below := root.children(recursive=True)):
        time.sleep(0.01)
    child.cancel()
    _, alive = psutil.wait_procs(below, timeout=LONGEST_S)
    assert alive == []


def test_slicer_itself_is_never_taken_for_a_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/opt/Slicer/bin/SlicerApp-real")
    monkeypatch.setattr(process.shutil, "which", lambda name: None)
    with pytest.raises(ProcessError, match="PythonSlicer was not found"):
        process.python()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
def test_an_engine_that_the_system_stopped_says_so_in_words(tmp_path: Path) -> None:
    (tmp_path / "killed.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    with EngineProcess([], engine_folder=tmp_path, scratch=tmp_path / "said", module="killed") as child:
        ended(child)
    assert child.why_ended == (
        "The engine was stopped by the system (signal 9); the memory may have been full."
    )


def test_what_is_half_written_waits_for_its_end(tmp_path: Path) -> None:
    child = EngineProcess(["info"], engine_folder=tmp_path, scratch=tmp_path)
    said = tmp_path / "progress.jsonl"
    said.write_text('{"event": "tile", "done"')
    assert child.events() == []
    said.write_text('{"event": "tile", "done": 1}\nnot JSON\n[1]\n')
    assert child.events() == [{"event": "tile", "done": 1}]
    assert child.events() == []
