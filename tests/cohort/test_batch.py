"""Batches: crashes, cancelling, names of files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from shared_core.cohort.batch import make_tasks, run_batch, unique_stem
from shared_core.cohort.place import Here, Place
from shared_core.cohort.pool import Processes, default_workers
from shared_core.cohort.settings import BatchSettings
from shared_core.reading.exam_grouping import find_exams
from tests.pacs.drawn_exam import drawn_files

CRASH = """
import os
from shared_core.cohort import worker
analyze = worker.Worker.analyze
def crash(self, task, **options):
    if "crash" in task.path.name:
        os.abort()
    return analyze(self, task, **options)
worker.Worker.analyze = crash
"""
WAIT = """
import time
from shared_core.cohort import worker
analyze = worker.Worker.analyze
def wait(self, task, *, cancelled=None, **options):
    while task.number > 2 and not cancelled():
        time.sleep(0.01)
    return analyze(self, task, cancelled=cancelled, **options)
worker.Worker.analyze = wait
"""
"""The last views are never done before the batch is cancelled."""


@pytest.fixture(scope="module")
def four_views(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A small exam."""
    return drawn_files(tmp_path_factory.mktemp("exam"))


@given(names=st.lists(st.text(max_size=12), max_size=20))
def test_stems_are_safe_and_unique_where_case_does_not_count(names: list[str]) -> None:
    taken: set[str] = set()
    stems = [unique_stem(name, taken) for name in names]
    assert len({stem.lower() for stem in stems}) == len(stems)
    assert all(stem and not set(stem) & set('/\\:*?"<>|\0\n ') for stem in stems)


def test_there_is_always_one_worker() -> None:
    assert default_workers(0) == 1
    assert default_workers(1) == 1
    assert 1 <= default_workers(1000) <= (os.cpu_count() or 1)


def test_file_that_crashes_its_process_fails_alone(four_views: list[Path], tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for number, file in enumerate(four_views[:3]):
        name = "crash.dcm" if number == 1 else file.name
        (source / name).write_bytes(file.read_bytes())
    (tmp_path / "sitecustomize.py").write_text(CRASH)
    answer = subprocess.run(
        [sys.executable, "-m", "shared_core", "analyze", str(source), "-o", str(tmp_path / "out")]
        + ["--workers", "2", "--no-pictures"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(Path.cwd())])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1, answer.stderr
    assert "Traceback" not in answer.stderr
    failures = (tmp_path / "out" / "failures.csv").read_text(encoding="utf-8").splitlines()
    assert len(failures) == 2
    assert "crash.dcm" in failures[1]
    assert "crashed" in failures[1]
    assert len(list((tmp_path / "out").rglob("*_mask.png"))) == 2


@pytest.mark.parametrize("place", [Here(), Processes(1, apart=True), Processes(2)])
def test_cancelled_batch_keeps_what_is_finished(
    four_views: list[Path], tmp_path: Path, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(WAIT)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(Path.cwd())]))
    listing = find_exams(four_views)
    settings = BatchSettings(tmp_path / "out", pictures=False, device="cpu")
    done: list[str] = []
    report = run_batch(
        listing,
        settings,
        arguments={},
        place=place,
        view_done=lambda outcome: done.append(outcome.task.path.name),
        cancelled=lambda: bool(done),
    )
    assert report.cancelled
    assert 1 <= len(report.views) < 4
    assert (tmp_path / "out" / "views.csv").exists()
    assert not report.exams


def test_each_image_gets_a_task_with_its_exam(cbis_dicoms: Path) -> None:
    listing = find_exams([cbis_dicoms])
    tasks = make_tasks(listing.exams)
    assert len(tasks) == 8
    assert len({task.exam_key for task in tasks}) == 2
    assert len({(task.exam_key, task.stem) for task in tasks}) == 8
