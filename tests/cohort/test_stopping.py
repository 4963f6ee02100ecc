"""A batch that is told to stop keeps what is finished, says so, and goes on to the same end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import pytest

from shared_core.cli.main import main
from shared_core.cohort.batch import run_batch
from shared_core.cohort.exam_mark import MARK
from shared_core.cohort.outcome import ViewOutcome
from shared_core.cohort.place import Here
from shared_core.cohort.pool import Processes
from shared_core.cohort.settings import BatchSettings, ViewTask
from shared_core.cohort.worker import Worker
from shared_core.exporting.folder_lock import alone_in, is_taken
from shared_core.reading.exam_grouping import find_exams
from tests.time_limit import within
from tests.tram_track import write_tram_track

WAIT = """
import time
from shared_core.cohort import worker
analyze = worker.Worker.analyze
def wait(self, task, *, cancelled=None, **options):
    while task.number > 0 and not cancelled():
        time.sleep(0.01)
    while "deaf" in task.path.name:
        time.sleep(0.01)
    return analyze(self, task, cancelled=cancelled, **options)
worker.Worker.analyze = wait
"""
"""Views but the first are never done before the batch is stopped; one does not even listen then."""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="stops processes by POSIX signals")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Two exams of one view each."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in (1, 2):
        write_tram_track(folder / f"P_0000{number}_LCC.png", seed=number)
    return folder


def hearing() -> None:
    """A job in the background of a shell is started deaf to Ctrl-C, and so would be what it starts."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def begun(source: Path, output: Path) -> subprocess.Popen[str]:
    """A batch whose first exam is finished, and whose second is under way."""
    (output.parent / "sitecustomize.py").write_text(WAIT)
    python_path = os.pathsep.join([str(output.parent), str(Path.cwd())])
    asked = ["analyze", str(source), "-o", str(output), "--no-pictures", "--workers", "1"]
    batch = subprocess.Popen(
        [sys.executable, "-m", "shared_core", *asked],
        env={**os.environ, "PYTHONPATH": python_path},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=hearing,
    )
    with within(600):
        while not list(output.glob(f"*/{MARK}")):
            assert batch.poll() is None
            time.sleep(0.05)
    return batch


@pytest.mark.parametrize(
    ("sent", "code", "whole_group"),
    [
        (signal.SIGTERM, 143, False),
        (signal.SIGTERM, 143, True),
        (signal.SIGHUP, 129, False),
        (signal.SIGINT, 130, True),
    ],
)
def test_a_signal_stops_a_batch_as_ctrl_c_does(
    source: Path, tmp_path: Path, sent: signal.Signals, code: int, whole_group: bool
) -> None:
    batch = begun(source, tmp_path / "out")
    if whole_group:  # as job schedulers do
        os.killpg(batch.pid, sent)
    else:
        batch.send_signal(sent)
    with within(600):
        _, said = batch.communicate()
    assert batch.returncode == code, said
    assert "Traceback" not in said
    assert "What was finished before is kept" in said
    rows = (tmp_path / "out" / "views.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 2
    again = ["analyze", str(source), "-o", str(tmp_path / "out"), "--no-pictures", "--workers", "0", "-q"]
    assert main([*again, "--resume"]) == 0
    assert len((tmp_path / "out" / "views.csv").read_text(encoding="utf-8").splitlines()) == 3


def test_a_view_that_does_not_listen_is_killed_in_the_end(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared_core.cohort.pool._STOPS_WITHIN_S", 0.5)
    (source / "P_00002_LCC.png").rename(source / "P_00002_deaf_LCC.png")
    (tmp_path / "sitecustomize.py").write_text(WAIT)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(Path.cwd())]))
    done: list[str] = []
    with within(600):
        report = run_batch(
            find_exams([source]),
            BatchSettings(tmp_path / "out", pictures=False, device="cpu"),
            arguments={},
            place=Processes(1),
            view_done=lambda outcome: done.append(outcome.task.path.name),
            cancelled=lambda: bool(done),
        )
    assert report.cancelled
    assert done == ["P_00001_LCC.png"]


def test_a_second_run_in_the_same_folder_is_refused_and_changes_nothing(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out"
    asked = ["analyze", str(source), "-o", str(output), "--no-pictures", "--workers", "0", "-q"]
    with alone_in(output, who="run"):
        assert is_taken(output)
        assert main(asked) == 1
    assert "another run works in it" in capsys.readouterr().err
    assert [path.name for path in output.iterdir()] == [".lock"]
    assert not is_taken(output)
    assert main(asked) == 0


SENT_TO_ITSELF = """
import signal, sys
from shared_core.cli.signals import stopping_by_signals
signal.signal(signal.SIGHUP, signal.SIG_IGN)
signal.signal(signal.SIGUSR2, signal.SIG_DFL)
signal.SIGBREAK = signal.SIGUSR2
sent = signal.Signals(int(sys.argv[1]))
signal.signal(sent, signal.SIG_DFL)
with stopping_by_signals() as received:
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    assert received.exit_code(1) == 1
    try:
        signal.raise_signal(sent)
    except KeyboardInterrupt:
        print("interrupted")
assert signal.getsignal(sent) is signal.SIG_DFL
sys.exit(received.exit_code(130))
"""
"""In a process of its own: a signal that is not heard ends it."""


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(signal.SIGTERM, id="by a job scheduler"),
        pytest.param(signal.SIGUSR2, id="by a Windows console that closes, for whose signal another stands"),
    ],
)
def test_a_signal_to_stop_interrupts_and_those_that_are_ignored_stay_so(sent: signal.Signals) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", SENT_TO_ITSELF, str(int(sent))], capture_output=True, text=True, check=False
    )
    assert answer.stdout == "interrupted\n", answer.stderr
    assert answer.returncode == 128 + sent


class WithDeadWorkers:
    """Each exam has the half of a file, by a worker that was killed over it."""

    def outcomes(
        self, tasks: Sequence[ViewTask], worker: Worker, **options: Any
    ) -> Generator[ViewOutcome, None, None]:
        for outcome in Here().outcomes(tasks, worker, **options):
            assert worker.settings.output_dir is not None
            (worker.settings.output_dir / outcome.task.exam_key / ".0123456789abcdef.part").write_bytes(b"ha")
            yield outcome


def test_what_a_killed_worker_left_half_written_is_gone_when_its_exam_is_finished(
    source: Path, tmp_path: Path
) -> None:
    settings = BatchSettings(tmp_path / "out", model="openbac-1", device="cpu", pictures=False)
    report = run_batch(find_exams([source]), settings, arguments={}, place=WithDeadWorkers())
    assert len(report.views) == 2
    assert list((tmp_path / "out").rglob(".*.part")) == []
