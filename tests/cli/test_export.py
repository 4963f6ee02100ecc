"""``bac analyze --dicom`` and ``bac export`` as a person runs them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pydicom
import pytest

from shared_core.cli.main import main
from shared_core.cohort.exam_mark import MARK
from shared_core.dicom_objects import codes
from shared_core.reading.mask import read_mask_file
from tests.dicom_objects.conftest import simulated_files
from tests.dicom_objects.content import below, recorded, values

pytest.importorskip("highdicom", reason="the extra dicom is not installed")

KINDS = "seg,sr,tid1500,gsps"
KEY = "SIM-0000-0001_20210304"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small simulated views."""
    folder = tmp_path_factory.mktemp("source")
    for file in simulated_files(folder, "hologic")[2:]:
        file.unlink()
    return folder


@pytest.fixture(scope="module")
def analysed(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("analysed") / "out"
    assert main([*_asked(source, output), "--probability"]) == 0
    return output


@pytest.fixture
def results(analysed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(analysed, tmp_path / "out"))


def _asked(source: Path, output: Path) -> list[str]:
    return ["analyze", str(source), "-o", str(output), "--dicom", KINDS, "--workers", "0", "-q"]


def _objects(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*.dcm")}


def _times(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder.rglob("*.dcm")}


def test_analysing_writes_the_objects_of_each_exam(analysed: Path) -> None:
    folder = analysed / KEY / "dicom"
    assert set(_objects(analysed)) == {
        *(f"{view}{end}.dcm" for view in ("LCC", "LMLO") for end in ("_seg", "_probability", "_gsps")),
        *("cad_report.dcm", "measurements.dcm", "exam_measurements.dcm"),
    }
    (measurements,) = below(pydicom.dcmread(folder / "measurements.dcm"), codes.IMAGING_MEASUREMENTS)
    groups = below(measurements, codes.MEASUREMENT_GROUP)
    for view, group in zip(("LCC", "LMLO"), groups, strict=True):
        record = json.loads((analysed / KEY / f"{view}.json").read_text(encoding="utf-8"))
        mask = read_mask_file(folder / f"{view}_seg.dcm")
        assert (mask.mask == read_mask_file(analysed / KEY / f"{view}_mask.png").mask).all()
        (source,) = below(group, codes.SEGMENTATION_SOURCE)
        assert source.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == mask.source_uids[0]
        expected = recorded("view", record["metrics"])
        assert expected.items() <= values(group).items()


def test_exporting_the_results_gives_the_same_objects(analysed: Path, tmp_path: Path) -> None:
    for number, result in enumerate((analysed, analysed / KEY)):
        output = tmp_path / str(number)
        assert main(["export", str(result), "--dicom", KINDS, "-o", str(output), "-q"]) == 0
        assert _objects(output / KEY) == _objects(analysed)


def test_resuming_takes_whole_objects_over_and_makes_lost_ones_again(source: Path, results: Path) -> None:
    before, times = _objects(results), _times(results)
    again = [*_asked(source, results), "--probability", "--resume"]
    assert main(again) == 0
    assert _times(results) == times
    (results / KEY / "dicom" / "LCC_seg.dcm").unlink()
    # As a killed run leaves it.
    (results / KEY / ".0123456789abcdef.part").mkdir()
    (results / KEY / ".0123456789abcdef.part" / "LCC_seg.dcm").write_bytes(b"half")
    assert main(again) == 0
    assert _objects(results) == before
    assert (results / KEY / MARK).is_file()
    assert not list(results.rglob("*.part*"))


def test_a_run_without_objects_leaves_none_of_an_earlier_one(source: Path, results: Path) -> None:
    assert main(["analyze", str(source), "-o", str(results), "--workers", "0", "-q"]) == 0
    assert _objects(results) == {}
    assert not (results / KEY / "dicom").exists()


def test_objects_that_cannot_be_written_are_told_and_the_results_kept(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / KEY / "dicom").mkdir(parents=True)
    (tmp_path / KEY / "dicom" / "mine.txt").write_text("mine")
    assert main(_asked(source, tmp_path)[:-1]) == 1
    assert f"not all of {KEY} was written" in " ".join(capsys.readouterr().err.split())
    assert "mine.txt" in {path.name for path in tmp_path.rglob("*")}
    assert "holds something else" in (tmp_path / "exams.csv").read_text(encoding="utf-8")
    assert (tmp_path / KEY / "LCC.json").is_file()
    assert not (tmp_path / KEY / MARK).exists()


def test_a_moved_image_is_told_and_found(
    source: Path, results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (results / KEY).glob("*.json"):
        record = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps({**record, "file": f"gone/{path.stem}.dcm"}), encoding="utf-8")
    (results / "views.csv").unlink()
    asked = ["export", str(results), "--dicom", "sr", "-o", str(tmp_path / "new")]
    assert main(asked) == 1
    said = capsys.readouterr().err
    assert said.startswith(
        f"bac: {KEY}: gone/LCC.dcm: the image that LCC.json was measured on is no longer there"
    )
    assert not (tmp_path / "new").exists()
    assert main([*asked, "--images", str(source)]) == 0
    assert "cad_report.dcm" in _objects(tmp_path / "new")
    assert "1 object of 2 views" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["export", "{results}", "--dicom", "rtss"], "no DICOM object 'rtss'"),
        (["export", "{results}"], "--dicom"),
        (["analyze", "{source}", "--json", "--dicom", "sr"], "-o OUT"),
        (["analyze", "{source}", "-o", "x", "--dicom", "sc", "--no-pictures"], "--no-pictures"),
    ],
)
def test_wrong_usage_is_one_sentence(
    arguments: list[str], words: str, source: Path, analysed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([argument.format(source=source, results=analysed) for argument in arguments])
    assert stopped.value.code == 2
    assert words in capsys.readouterr().err


def test_a_folder_without_results_is_wrong_usage(
    source: Path, analysed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(source), "--dicom", "sr"]) == 2
    assert "holds no results" in capsys.readouterr().err
    assert main(["export", str(analysed), "--dicom", "sr", "--images", str(tmp_path / "no")]) == 2
    assert "is no folder" in capsys.readouterr().err
