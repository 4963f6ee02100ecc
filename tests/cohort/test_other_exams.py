"""One folder of results and several runs: rows of earlier ones are kept or the run is refused, never lost."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from shared_core.cli.main import main
from tests.tram_track import write_tram_track

SETTINGS = ["--no-pictures", "--workers", "0", "-q"]


def analyze(source: Path, output: Path, *more: str) -> int:
    return main(["analyze", str(source), "-o", str(output), *SETTINGS, *more])


def table(output: Path, name: str = "views.csv", column: str = "file") -> list[str]:
    with (output / name).open(encoding="utf-8", newline="") as file:
        return [Path(row[column]).name for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two folders of images, each with one exam and a damaged file, and results of the first."""
    folder = tmp_path_factory.mktemp("two")
    for number in (1, 2):
        (folder / f"in{number}").mkdir()
        write_tram_track(folder / f"in{number}" / f"P_0000{number}_LCC.png", seed=number)
        (folder / f"in{number}" / f"P_0001{number}_LCC.png").write_bytes(b"\x89PNG\r\n\x1a\nhalf")
    assert analyze(folder / "in1", folder / "out") == 1
    return folder


@pytest.fixture
def work(made: Path, tmp_path: Path) -> Path:
    """A copy."""
    return Path(shutil.copytree(made / "out", tmp_path / "out"))


def test_other_exams_are_refused_unless_they_are_to_stay(
    made: Path, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path.name: path.read_bytes() for path in work.glob("*.csv")}
    assert analyze(made / "in2", work) == 1
    said = capsys.readouterr().err
    assert "holds results of exams that are not among these images (P_00001)" in said
    assert "--add" in said
    assert {path.name: path.read_bytes() for path in work.glob("*.csv")} == before


@pytest.mark.parametrize("how", ["--add", "--resume"])
def test_rows_of_earlier_runs_stay(made: Path, work: Path, how: str) -> None:
    assert analyze(made / "in2", work, how) == 1
    assert table(work) == [f"P_0000{n}_LCC.png" for n in (1, 2)] + [f"P_0001{n}_LCC.png" for n in (1, 2)]
    assert table(work, "exams.csv", "key") == ["P_00001", "P_00002"]
    assert table(work, "failures.csv") == ["P_00011_LCC.png", "P_00012_LCC.png"]
    assert table(work, "unused.csv") == ["P_00011_LCC.png", "P_00012_LCC.png"]
    run = json.loads((work / "run.json").read_bytes())
    assert [Path(file).name for file in run["files"]] == ["P_00001_LCC.png", "P_00002_LCC.png"]
    assert [Path(path).name for path in run["arguments"]["paths"]] == ["in1", "in2"]
    exams = json.loads((work / "exams.json").read_bytes())
    assert [exam["key"] for exam in exams] == ["P_00001", "P_00002"]
    assert not (work / "P_00001" / ".ended").exists()


def test_the_same_images_are_analysed_anew_as_ever(made: Path, work: Path) -> None:
    before = {path.name: path.read_bytes() for path in work.glob("*.csv")}
    assert analyze(made / "in1", work) == 1
    assert {path.name: path.read_bytes() for path in work.glob("*.csv")} == before


def test_exams_that_were_made_otherwise_are_not_mixed_in(
    made: Path, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert analyze(made / "in2", work, "--add", "--threshold", "0.61") == 1
    assert "was made with different settings (threshold" in capsys.readouterr().err
    assert table(work, "exams.csv", "key") == ["P_00001"]


def test_an_exam_under_another_key_is_not_there_twice(tmp_path: Path) -> None:
    """A second exam under its key gives both another one."""
    source, output = tmp_path / "in", tmp_path / "out"
    (source / "a").mkdir(parents=True)
    write_tram_track(source / "a" / "P_00001_LCC.png", seed=1)
    assert analyze(source, output) == 0
    assert table(output, "exams.csv", "key") == ["P_00001"]
    (source / "b").mkdir()
    write_tram_track(source / "b" / "P_00001_LCC.png", seed=2)
    assert analyze(source, output, "--resume") == 0
    keys = table(output, "exams.csv", "key")
    assert len(keys) == 2
    assert "P_00001" not in keys


def test_an_export_with_corrections_is_not_written_over(
    made: Path, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (work / "P_00001" / ".finished").unlink()
    before = {path: path.read_bytes() for path in work.rglob("*") if path.is_file()}
    for how in ([], ["--add"], ["--resume"]):
        assert analyze(made / "in2", work, *how) == 1
        assert "cannot keep (P_00001), such as an export with corrections" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in work.rglob("*") if path.is_file()} == before
    assert analyze(made / "in1", work) == 1, "those that are asked for are made again"


def test_adding_needs_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["analyze", "x.png", "--json", "--add"])
    assert stop.value.code == 2
    assert "-o OUT" in capsys.readouterr().err
