"""A batch on the workers of a scheduler that somebody else started, on whatever they do."""

from __future__ import annotations

import csv
import json
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import dask
import pytest
from distributed import Client

from shared_core.cli.main import main
from shared_core.cohort.cluster.station import Order, close_station, station_for
from shared_core.cohort.exam_mark import MARK
from shared_core.cohort.settings import BatchSettings, ViewTask
from shared_core.errors import Cancelled
from shared_core.mammogram import MammogramHeader
from shared_core.version import SOFTWARE_VERSION
from tests.cohort.cluster_processes import scheduler, worker
from tests.imported_network import imported_card
from tests.time_limit import within
from tests.tram_track import write_tram_track

ON_THE_WORKERS = """
import os, signal, time
from pathlib import Path
from shared_core.cohort import worker
from shared_core.reading import content
analyze, opened = worker.Worker.analyze, Path.open
def fail(self, task, *, cancelled=None, **options):
    kind = task.path.stem.split("_")[0]
    if kind == "raise":
        return 1 / 0
    if kind == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "lose":
        os.kill(os.getppid(), signal.SIGKILL)
    while kind == "wait" and not cancelled():
        time.sleep(0.01)
    return analyze(self, task, cancelled=cancelled, **options)
def blind(self, *args, **options):
    if "unseen" in self.parts:
        raise FileNotFoundError(self)
    return opened(self, *args, **options)
worker.Worker.analyze, Path.open = fail, blind
"""
"""By the name of the file; what lies in a folder of that name is not there for them."""
ANOTHER_VERSION = "import shared_core.version; shared_core.version.SOFTWARE_VERSION = '9.9.9'"
OTHER_LIBRARY = "import cv2; cv2.__version__ = '0.1'"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="ends processes by POSIX signals")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A quick one."""
    return str(imported_card(tmp_path_factory.mktemp("model")))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A scheduler that tries what was lost with its worker no second time, and a worker; its file."""
    folder = tmp_path_factory.mktemp("cluster")
    python_path = starting(folder, ON_THE_WORKERS)
    with (
        scheduler(folder, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0") as file,
        worker(file, folder, PYTHONPATH=python_path),
    ):
        with Client(scheduler_file=str(file), set_as_default=False) as client:
            client.wait_for_workers(1, timeout=300)
        yield file


def starting(folder: Path, program: str) -> str:
    """The `PYTHONPATH` of a process that runs a program before anything else."""
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(program)
    return os.pathsep.join([str(folder), str(Path.cwd())])


def views(folder: Path, *names: str) -> Path:
    """An exam for each name, of one small view."""
    folder.mkdir()
    for number, name in enumerate(names):
        write_tram_track(folder / f"{name}_{number}_LCC.png", seed=number)
    return folder


def rows(folder: Path, table: str) -> dict[str, dict[str, str]]:
    """Rows of a table by the first word of the name of the file."""
    with (folder / table).open(encoding="utf-8", newline="") as file:
        return {Path(row["file"]).name.split("_")[0]: row for row in csv.DictReader(file)}


def asked(source: Path, output: Path, model: str, *options: object) -> list[str]:
    named = ["analyze", str(source), "-o", str(output), "--model", model, "--no-pictures"]
    return [*named, *map(str, options)]


def test_each_way_to_fail_is_told_with_its_cause_and_the_others_go_on(
    cluster: Path, model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = views(tmp_path / "in", "raise", "kill", "lose", "first")
    with within(600):
        assert main(asked(source, tmp_path / "out", model, "--scheduler", cluster, "--progress", "json")) == 1
    said, errors = capsys.readouterr()
    assert errors == ""
    events = [json.loads(line) for line in said.splitlines()]
    assert [event["done"] for event in events if event["event"] == "image"] == [1, 2, 3, 4]
    assert str(source / "first_3_LCC.png") in {event["file"] for event in events if event["event"] == "tile"}
    assert events[-1]["event"] == "end"
    failed = rows(tmp_path / "out", "unused.csv")
    assert {name: row["reason"] for name, row in failed.items()} == {
        "raise": "fault",
        "kill": "out-of-memory",
        "lose": "crashed",
    }
    assert "ZeroDivisionError: division by zero" in failed["raise"]["text"]
    assert "the worker that analysed this file was lost (tcp://" in failed["lose"]["text"]
    done = {name for name, row in rows(tmp_path / "out", "views.csv").items() if row["status"] == "ok"}
    assert done == {"first"}


def test_told_to_stop_a_batch_keeps_what_is_finished_and_the_workers_are_free_again(
    cluster: Path, model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    views(tmp_path / "in", "first", "wait")
    # As relative paths, from a folder that is not that of the workers.
    monkeypatch.chdir(tmp_path)
    source, output = Path("in"), Path("out")
    batch = subprocess.Popen(
        [sys.executable, "-m", "shared_core", *asked(source, output, model, "--scheduler", cluster)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stderr=subprocess.PIPE,
        text=True,
    )
    with within(600):
        while not list(output.glob(f"*/{MARK}")):
            assert batch.poll() is None
            time.sleep(0.05)
        batch.send_signal(signal.SIGTERM)
        _, said = batch.communicate()
    assert batch.returncode == 143, said
    assert "What was finished before is kept" in said
    assert "Traceback" not in said
    assert list(rows(output, "views.csv")) == ["first"]
    (source / "wait_1_LCC.png").rename(source / "later_1_LCC.png")
    with within(600):
        assert main(asked(source, output, model, "-q", "--scheduler", cluster, "--resume")) == 0
    assert main(asked(source, Path("alone"), model, "-q", "--workers", "0")) == 0
    for table in ("views.csv", "exams.csv"):
        assert (output / table).read_bytes() == (Path("alone") / table).read_bytes()


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (ANOTHER_VERSION, f"has OpenBAC 9.9.9, and here it is {SOFTWARE_VERSION}"),
        (OTHER_LIBRARY, "would give other results (opencv: "),
    ],
)
def test_a_worker_with_other_software_is_refused_before_anything_is_written(
    program: str, said: str, cluster: Path, model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = views(tmp_path / "in", "first")
    python_path = starting(tmp_path / "other", program)
    with worker(cluster, tmp_path, "--no-nanny", PYTHONPATH=python_path), within(300):
        with Client(scheduler_file=str(cluster), set_as_default=False) as client:
            client.wait_for_workers(2, timeout=300)
        assert main(asked(source, tmp_path / "out", model, "--scheduler", cluster)) == 1
    answer = capsys.readouterr().err
    assert "bac: Worker tcp://127.0.0.1:" in answer
    assert said in answer
    assert not (tmp_path / "out").exists()
    with Client(scheduler_file=str(cluster), set_as_default=False) as client, within(300):
        while len(client.nthreads()) != 1:
            time.sleep(0.05)


def test_images_that_the_workers_cannot_read_are_told_and_fail_nothing(
    cluster: Path, model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = views(tmp_path / "unseen", "first", "second")
    with within(300):
        assert main(asked(source, tmp_path / "out", model, "--scheduler", cluster)) == 1
    said = capsys.readouterr().err
    assert "bac: Worker tcp://127.0.0.1:" in said
    assert "cannot read the images" in said
    assert "first_0_LCC.png" in said
    assert not (tmp_path / "out").exists()


def test_without_workers_a_batch_waits_with_few_views_on_their_way_until_its_scheduler_is_lost(
    model: str, tmp_path: Path
) -> None:
    source = views(tmp_path / "in", *["view"] * 12)
    with scheduler(tmp_path) as file:
        command = asked(source, tmp_path / "out", model, "--scheduler", file)
        batch = subprocess.Popen(
            [sys.executable, "-m", "shared_core", *command],
            env={**os.environ, "PYTHONPATH": str(Path.cwd())},
            stderr=subprocess.PIPE,
            text=True,
        )
        assert batch.stderr is not None
        with within(300):
            while "No worker is at" not in (line := batch.stderr.readline()):
                assert line, "it ended"
            with Client(scheduler_file=str(file), set_as_default=False) as client:
                there = 0
                while there < 8:
                    there = client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks))
                time.sleep(0.5)
                there = client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks))
    with within(300):
        _, said = batch.communicate()
    assert there == 8
    assert batch.returncode == 1, said
    assert "Traceback" not in said
    assert "is lost" in said
    assert "--resume" in said
    assert (tmp_path / "out" / "views.csv").exists()


def test_a_scheduler_that_is_not_there_is_told(
    model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("shared_core.cohort.cluster.connection._ANSWERS_WITHIN_S", 0.5)
    source = views(tmp_path / "in", "first")
    for where, said in (
        ("tcp://127.0.0.1:9", "No scheduler answers at tcp://127.0.0.1:9"),
        ("nonsense://127.0.0.1:9", "No scheduler answers at nonsense://127.0.0.1:9"),
        ("tls://127.0.0.1:9", "The scheduler at tls://127.0.0.1:9 speaks TLS alone"),
        ("nowhere.json", "nowhere.json: there is no such file"),
        (__file__, "test_cluster.py: there is no such file of a scheduler"),
    ):
        assert main(asked(source, tmp_path / "out", model, "--scheduler", where)) == 1
        assert said in capsys.readouterr().err
    with dask.config.set({"distributed.comm.require-encryption": True}):
        assert main(asked(source, tmp_path / "out", model, "--scheduler", "local")) == 1
        assert "Dask is configured to speak TLS alone" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_what_a_killed_batch_left_on_a_worker_goes_with_the_next_batch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    header = MammogramHeader(path=Path("a.png"), file_format="png", rows=1, columns=1, bits=8)
    sample = ViewTask(0, header, Path("a.png"), "exam", "a")
    orders = [
        pickle.dumps(Order(name, BatchSettings(None), {}, Path.cwd(), sample, told=False))
        for name in ("killed", "next")
    ]
    left = station_for(orders[0], None)
    assert station_for(orders[0], None) is left
    monkeypatch.setattr("shared_core.cohort.cluster.station._FORGOTTEN_S", -1.0)
    station_for(orders[1], None)
    assert station_for(orders[0], None) is not left
    for order in orders:
        close_station(order)
        with pytest.raises(Cancelled):
            station_for(order, None)


def test_workers_of_a_cluster_are_not_ours_to_number(model: str, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as stop:
        main(asked(tmp_path, tmp_path / "out", model, "--scheduler", "tcp://h:1", "--workers", "2"))
    assert stop.value.code == 2
