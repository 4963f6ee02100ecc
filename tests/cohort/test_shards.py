"""A cohort on several machines gives the bytes of one."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest
from hypothesis import given, strategies as st

from shared_core.cli.main import main
from shared_core.cohort.batch_plan import PLAN
from shared_core.cohort.exam_mark import MARK
from shared_core.cohort.shard import Shard
from shared_core.errors import UsageError
from tests.cohort.cluster_processes import spawned
from tests.imported_network import imported_card
from tests.time_limit import within
from tests.tram_track import tram_track

HERE = ["--workers", "0"]
EXAMS = 20


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Exams of two small views, one of them black, and a damaged file; analysed whole and in shards."""
    folder = tmp_path_factory.mktemp("cohort")
    (folder / "in").mkdir()
    for number in range(2 * EXAMS):
        grey = cv2.resize(tram_track(seed=number), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        cv2.imwrite(str(folder / "in" / f"P_{number // 2:05d}_{'LR'[number % 2]}CC.png"), grey)
    cv2.imwrite(str(folder / "in" / "P_00003_LCC.png"), np.zeros((300, 200), np.uint8))
    (folder / "in" / "P_00099_LCC.png").write_bytes(b"\x89PNG\r\n\x1a\nhalf")
    imported_card(folder)
    assert analyze(folder, "whole", *HERE) == 1
    for number in (1, 2, 3):
        analyze(folder, f"shard{number}", "--shard", f"{number}/3", *HERE)
    return folder


def analyze(folder: Path, output: str, *more: str) -> int:
    return main(["analyze", str(folder / "in"), "-o", str(folder / output), *model(folder), "-q", *more])


def model(folder: Path) -> list[str]:
    """A quick one."""
    return ["--model", str(folder / "lines" / "model.json")]


def merge(folder: Path, *shards: str, output: Path) -> int:
    return main(["merge", *(str(folder / shard) for shard in shards), "-o", str(output), "-q"])


def files(folder: Path) -> dict[str, bytes]:
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    # What was asked for names the folder of the results.
    found["run.json"] = found["run.json"].replace(str(folder).encode(), b"OUT")
    return found


def test_shards_together_are_what_one_run_writes(cohort: Path, tmp_path: Path) -> None:
    assert merge(cohort, "shard2", "shard1", "shard3", output=tmp_path / "out") == 1
    ours, theirs = files(tmp_path / "out"), files(cohort / "whole")
    assert sorted(ours) == sorted(theirs)
    assert [name for name in sorted(ours) if ours[name] != theirs[name]] == []


def test_a_cluster_whose_workers_are_killed_in_between_gives_what_one_run_writes(
    cohort: Path, tmp_path: Path
) -> None:
    killed: list[str] = []

    def kill() -> None:
        """A process that a worker has for its images, and a worker."""
        for after, which in ((2, "process"), (6, "worker")):
            while len(list((tmp_path / "out").glob(f"*/{MARK}"))) < after:
                time.sleep(0.01)
            victims: list[psutil.Process] = []
            while not victims:
                workers = spawned(os.getpid())
                of_workers = [child for worker in workers for child in spawned(worker.pid)]
                victims = workers if which == "worker" else of_workers
            victims[0].kill()
            killed.append(which)

    threading.Thread(target=kill, daemon=True).start()
    with within(600):
        assert analyze(cohort, str(tmp_path / "out"), "--scheduler", "local", "--workers", "2") == 1
    assert killed == ["process", "worker"]
    ours, theirs = files(tmp_path / "out"), files(cohort / "whole")
    assert sorted(ours) == sorted(theirs)
    assert [name for name in sorted(ours) if ours[name] != theirs[name]] == []


def test_merging_again_goes_on_where_it_was(cohort: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    merge(cohort, "shard1", "shard2", "shard3", output=output)
    whole = files(output)
    shutil.rmtree(output / "P_00002")
    (output / "exams.csv").unlink()
    before = (output / "P_00001" / ".finished").stat().st_ino
    assert merge(cohort, "shard1", "shard2", "shard3", output=output) == 1
    assert files(output) == whole
    assert (output / "P_00001" / ".finished").stat().st_ino == before


def test_what_was_merged_can_be_gone_on_with(cohort: Path, tmp_path: Path) -> None:
    merge(cohort, "shard1", "shard2", "shard3", output=tmp_path / "out")
    before = files(tmp_path / "out")
    assert analyze(cohort, str(tmp_path / "out"), *HERE, "--resume") == 1
    assert files(tmp_path / "out") == before


def test_half_a_table_that_a_killed_run_left_goes_also_where_all_is_finished(
    cohort: Path, tmp_path: Path
) -> None:
    merge(cohort, "shard1", "shard2", "shard3", output=tmp_path / "out")
    before = files(tmp_path / "out")
    (tmp_path / "out" / ".0123456789abcdef.part").write_bytes(b"half")
    assert analyze(cohort, str(tmp_path / "out"), *HERE, "--resume") == 1
    assert files(tmp_path / "out") == before


def test_each_shard_has_tables_of_its_own(cohort: Path) -> None:
    keys = [json.loads((cohort / f"shard{n}" / "exams.json").read_bytes()) for n in (1, 2, 3)]
    assert sorted(exam["key"] for some in keys for exam in some) == [f"P_{n:05d}" for n in range(EXAMS)]


@pytest.mark.parametrize(
    ("shards", "said"),
    [
        (["shard1", "shard3"], "Of 3 shards 2 is missing"),
        (["shard1", "shard2", "shard2"], "is the same shard as"),
        (["shard1", "whole", "shard3"], "holds no results of a shard"),
        (["shard1", "nowhere", "shard3"], "holds no results of a shard"),
    ],
)
def test_what_does_not_make_a_whole_is_refused(
    shards: list[str], said: str, cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert merge(cohort, *shards, output=tmp_path / "out") == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("harm", ["unfinished", "another model", "other options", "another cohort"])
def test_a_shard_that_does_not_fit_is_refused(
    harm: str, cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shard = Path(shutil.copytree(cohort / "shard2", tmp_path / "shard2"))
    run = json.loads((shard / "run.json").read_bytes())
    if harm == "unfinished":
        (shard / "P_00001" / ".finished").unlink()
    elif harm == "another model":
        run["model"]["sha256"] = "0" * 64
    elif harm == "other options":
        run["arguments"]["threshold"] = 0.9
    else:
        plan = json.loads((shard / PLAN).read_bytes())
        (shard / PLAN).write_text(json.dumps({**plan, "order": [*plan["order"], "P_77777"]}))
    (shard / "run.json").write_text(json.dumps(run))
    assert merge(cohort, "shard1", str(shard), "shard3", output=tmp_path / "out") == 1
    said = {
        "unfinished": "1 of its 7 exams are not analysed yet",
        "another model": "with different model",
        "other options": "with different options",
        "another cohort": "of another cohort",
    }[harm]
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "a/b", "1/0", "-1/3", "1/2/3"])
def test_a_shard_that_cannot_be_is_wrong_usage(text: str) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["analyze", "x.png", "-o", "out", f"--shard={text}"])
    assert stop.value.code == 2


@given(of=st.integers(1, 9), count=st.integers(0, 40))
def test_every_exam_is_in_one_shard(of: int, count: int) -> None:
    parts = [Shard(number, of).part(range(count)) for number in range(1, of + 1)]
    assert sorted(item for part in parts for item in part) == list(range(count))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    with pytest.raises(UsageError):
        Shard(of + 1, of)
