"""A batch that was killed goes on, and ends as if it had never been."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import cv2
import pytest

from shared_core.cli.main import main
from shared_core.cohort import resume
from shared_core.cohort.exam_mark import MARK
from shared_core.cohort.resume import how_made
from shared_core.cohort.settings import BatchSettings
from shared_core.quantification.measurement import MeasurementSettings
from shared_core.version import SOFTWARE_VERSION

ROOT = Path(__file__).resolve().parents[2]
HANG = """
import os, pathlib, time
from shared_core.cohort import worker
write = worker.write_bytes
def hang(path, content):
    if path.parent.name == "case3" and path.name.endswith("_overlay.png"):
        # As write_bytes leaves it where its process is killed.
        (path.parent / ".0123456789abcdef.part").write_bytes(content[:100])
        pathlib.Path(os.environ["HANGING"]).write_text(str(os.getpid()))
        time.sleep(600)
    write(path, content)
worker.write_bytes = hang
"""
Analyze = Callable[..., int]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills processes by POSIX signals")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory, film_or_drawn: Path) -> Path:
    """Three exams of two small views each."""
    film = cv2.imread(str(film_or_drawn), cv2.IMREAD_GRAYSCALE)
    small = cv2.resize(film, (300, 460), interpolation=cv2.INTER_AREA)
    folder = tmp_path_factory.mktemp("source")
    for number in (1, 2, 3):
        picture = small[10 * number :]
        cv2.imwrite(str(folder / f"case{number}_R_CC.png"), picture)
        cv2.imwrite(str(folder / f"case{number}_L_CC.png"), picture[:, ::-1].copy())
    return folder


@pytest.fixture(scope="module")
def options(source: Path) -> list[str]:
    # In this process, where they need not be killed: starting others takes longer than six small views.
    weights = ["--workers", "0"]
    return ["analyze", str(source), "--model", "scunet-emory-2021", *weights]


@pytest.fixture(scope="module")
def uninterrupted(options: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("whole")
    assert main([*options, "-o", str(output), "-q"]) == 0
    return output


@pytest.fixture(scope="module")
def killed(options: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of a batch that got kill -9 while it wrote the last exam."""
    folder = tmp_path_factory.mktemp("killed")
    output, hanging = folder / "out", folder / "hanging"
    (folder / "sitecustomize.py").write_text(HANG, encoding="utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]),
        "HANGING": str(hanging),
    }
    batch = subprocess.Popen(
        [sys.executable, "-m", "shared_core", *options, "-o", str(output), "--workers", "2", "-q"],
        env=environment,
    )
    _wait(
        lambda: hanging.exists() and all((output / key / MARK).exists() for key in ("case1", "case2")),
    )
    worker = int(hanging.read_text(encoding="utf-8"))
    assert batch.poll() is None
    batch.kill()
    batch.wait()
    _wait(lambda: not _alive(worker))
    return output


@pytest.fixture
def output(killed: Path, tmp_path: Path) -> Path:
    """A copy of the killed batch."""
    return Path(shutil.copytree(killed, tmp_path / "out"))


def _wait(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 600
    while not done():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    # A zombie that nobody has waited for yet is dead as well.
    status = Path(f"/proc/{process}/stat")
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def _go_on(options: list[str], output: Path, capsys: pytest.CaptureFixture[str], *more: str) -> set[str]:
    """Resume; return the names of the images that were analysed."""
    capsys.readouterr()
    assert main([*options, "-o", str(output), "--resume", *more]) == 0
    lines = capsys.readouterr().err.splitlines()
    return {line.split()[1].rstrip(":") for line in lines if line.startswith("[")}


def _same_results(output: Path, uninterrupted: Path) -> None:
    ours, theirs = _files(output), _files(uninterrupted)
    for files, folder in ((ours, output), (theirs, uninterrupted)):
        # What was asked for names the folder of the results.
        files["run.json"] = files["run.json"].replace(str(folder).encode(), b"OUT")
    assert set(ours) == set(theirs)
    assert [name for name in sorted(ours) if ours[name] != theirs[name]] == []


def test_killed_batch_goes_on_and_ends_like_an_uninterrupted_one(
    options: list[str], output: Path, uninterrupted: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not (output / "views.csv").exists()
    assert not (output / "case3" / MARK).exists()
    assert list((output / "case3").glob(".*.part"))
    assert _go_on(options, output, capsys) == {"case3_L_CC.png", "case3_R_CC.png"}
    _same_results(output, uninterrupted)


def test_finished_batch_is_only_read_again(
    options: list[str], uninterrupted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = Path(shutil.copytree(uninterrupted, tmp_path / "out"))
    (output / "exams.csv").unlink()
    mark = (output / "case1" / MARK).stat().st_mtime_ns
    assert _go_on(options, output, capsys) == set()
    assert (output / "case1" / MARK).stat().st_mtime_ns == mark
    _same_results(output, uninterrupted)


@pytest.mark.parametrize("harm", ["half a mask", "no sheet", "half a mark", "no record"])
def test_results_that_are_not_whole_are_made_again(
    harm: str,
    options: list[str],
    uninterrupted: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    output = Path(shutil.copytree(uninterrupted, tmp_path / "out"))
    harmed = output / "case2"
    if harm == "half a mask":
        mask = harmed / "case2_L_CC_mask.png"
        mask.write_bytes(mask.read_bytes()[:-20])
    elif harm == "no sheet":
        (harmed / "exam_sheet.png").unlink()
    elif harm == "half a mark":
        (harmed / MARK).write_bytes((harmed / MARK).read_bytes()[:300])
    else:
        (harmed / "case2_R_CC.json").unlink()
    assert _go_on(options, output, capsys) == {"case2_L_CC.png", "case2_R_CC.png"}
    _same_results(output, uninterrupted)


def test_changed_and_added_images_are_analysed(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    images = Path(shutil.copytree(source, tmp_path / "images"))
    (images / "case3_R_CC.png").rename(tmp_path / "later.png")
    (images / "case2_R_CC.png").unlink()
    options = ["analyze", str(images), "--no-pictures", "--workers", "0"]
    # Where nothing was done yet, there is nothing to complain of.
    assert len(_go_on(options, tmp_path / "out", capsys)) == 4
    assert _go_on(options, tmp_path / "out", capsys) == set()
    (tmp_path / "later.png").rename(images / "case3_R_CC.png")
    state = (images / "case2_L_CC.png").stat()
    os.utime(images / "case2_L_CC.png", ns=(state.st_atime_ns, state.st_mtime_ns + 1))
    analysed = _go_on(options, tmp_path / "out", capsys)
    assert analysed == {"case2_L_CC.png", "case3_L_CC.png", "case3_R_CC.png"}
    with (tmp_path / "out" / "views.csv").open(encoding="utf-8", newline="") as file:
        assert [Path(row["file"]).name for row in csv.DictReader(file)] == sorted(
            path.name for path in images.iterdir()
        )


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--threshold", "0.65"], "threshold: 0.5 then, 0.65 now"),
        (["--spacing-mm", "0.1"], "spacing_mm: None then, [0.1, 0.1] now"),
        (["--no-pictures"], "pictures: True then, False now"),
        (["--quality", "exclude"], "quality: None then, exclude now"),
        (["--tam-threshold", "150"], "intensity_threshold: 100 then, 150 now"),
        (
            ["--model", "scunet-emory-2021-published"],
            "begun with model scunet-emory-2021 (sha256 ed7eaf76), and scunet-emory-2021-published",
        ),
    ],
)
def test_other_settings_are_refused_and_nothing_is_touched(
    more: list[str], said: str, options: list[str], output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = _files(output)
    assert main([*options, "-o", str(output), "--resume", *more]) == 2
    answer = capsys.readouterr().err
    assert said in answer
    assert "leave out --resume" in answer
    assert _files(output) == before


DECIDE = {
    "threshold": 0.3,
    "spacing_mm": 0.1,
    "measurement": MeasurementSettings(intensity_threshold=120),
    "quality": "off",
    "pictures": False,
    "probability": True,
    "dicom": ("seg",),
    "model": "scunet-emory-2021-published",
}
"""Settings that decide on the results of an exam, each with another value than usual."""
NEED_MORE = {"device", "backend", "precision", "calibration"}
"""These do as well, where there is another one."""
DO_NOT = {"output_dir", "threads", "csv", "time_limit_min"}
"""These have no say in the results of an exam."""


def test_each_setting_that_decides_on_results_is_compared() -> None:
    assert {field.name for field in fields(BatchSettings)} == {*DECIDE, *NEED_MORE, *DO_NOT}
    usual = BatchSettings(None)
    for name, value in DECIDE.items():
        assert how_made(replace(usual, **{name: value})) != how_made(usual), name


def test_another_version_is_refused(
    options: list[str], output: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resume, "SOFTWARE_VERSION", "9.9.9")
    assert main([*options, "-o", str(output), "--resume"]) == 2
    assert f"openbac: {SOFTWARE_VERSION} then, 9.9.9 now" in capsys.readouterr().err


def test_exam_with_a_failed_view_is_tried_again(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    images = tmp_path / "images"
    images.mkdir()
    shutil.copy(source / "case1_L_CC.png", images)
    dark = cv2.imread(str(images / "case1_L_CC.png"), cv2.IMREAD_GRAYSCALE) // 255
    cv2.imwrite(str(images / "case1_R_CC.png"), dark)
    options = ["analyze", str(images), "-o", str(tmp_path / "out")]
    options += ["--workers", "0"]
    assert main([*options, "-q"]) == 1
    assert not (tmp_path / "out" / "case1" / MARK).exists()
    tables = {path.name: path.read_bytes() for path in (tmp_path / "out").glob("*.csv")}
    capsys.readouterr()
    assert main([*options, "--resume"]) == 1
    assert "case1_R_CC.png: failed" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").glob("*.csv")} == tables


def test_run_without_resume_takes_the_marks_away_before_it_begins(
    options: list[str], output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("shared_core.cohort.worker.Worker.analyze", stop)
    assert main([*options, "-o", str(output), "-q"]) == 130
    assert not list(output.rglob(MARK))


def test_mark_says_what_was_read(source: Path, uninterrupted: Path) -> None:
    mark = json.loads((uninterrupted / "case1" / MARK).read_bytes())
    files = [source / "case1_L_CC.png", source / "case1_R_CC.png"]
    assert sorted(entry["file"] for entry in mark["inputs"]) == [str(file) for file in files]
    assert {entry["size_bytes"] for entry in mark["inputs"]} == {file.stat().st_size for file in files}


def test_resume_needs_a_folder(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["analyze", str(source), "--json", "--resume"])
    assert stop.value.code == 2
    assert "-o OUT" in capsys.readouterr().err
