"""Samples are whole, the same each time, kept, and never put in the place of something else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from shared_core import Cancelled, make_sample
from shared_core.errors import OutputError, UsageError
from shared_core.reading.exam_grouping import find_exams
from shared_core.reading.reader import read_header
from shared_core.simulation import cohort, samples
from shared_core.simulation.__main__ import main
from shared_core.simulation.machine import HOLOGIC
from shared_core.simulation.samples import Sample


@pytest.fixture(scope="module", autouse=True)
def coarse_machine() -> Iterator[None]:
    """A detector of large elements: a sample in a second."""
    with pytest.MonkeyPatch.context() as patch:
        machine = replace(HOLOGIC, pitch_mm=0.53, field=(400, 300))
        patch.setattr(cohort, "machine_of", lambda style: machine)
        yield


@pytest.fixture(scope="module")
def exam(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return make_sample("exam", tmp_path_factory.mktemp("samples"))


def _bytes(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_exam_has_four_views_with_raw_images_and_calcium_in_both_breasts(exam: Sample) -> None:
    (found,) = find_exams([exam.images_dir]).exams
    assert found.missing_views == ()
    names = ["LCC", "RCC", "LMLO", "RMLO"]
    assert [path.stem for path in exam.images] == [path.stem for path in exam.raw] == names
    assert [path.stem for path in exam.truth] == names
    for image, raw, truth in zip(exam.images, exam.raw, exam.truth, strict=True):
        assert read_header(image).intent.value == "FOR PRESENTATION"
        assert read_header(raw).intent.value == "FOR PROCESSING"
        assert json.loads(truth.read_bytes())["truth"]["mass_mg"] > 20
        assert truth.with_name(f"{truth.stem}_band.png").is_file()


def test_series_is_the_same_patient_with_growing_calcium(exam: Sample, tmp_path: Path) -> None:
    done: list[tuple[int, int]] = []
    series = make_sample("series", tmp_path, progress=lambda *state: done.append(state))
    assert done == [(number, 12) for number in range(1, 13)]
    exams = find_exams([series.images_dir]).exams
    assert len(exams) == 3
    assert len({found.patient_id for found in exams}) == 1
    assert not series.raw
    masses = [json.loads(path.read_bytes())["truth"]["mass_mg"] for path in series.truth]
    assert [masses[view] < masses[view + 4] < masses[view + 8] for view in range(4)] == [True] * 4
    assert [path.read_bytes() for path in series.images[:4]] == [path.read_bytes() for path in exam.images]


def test_sample_is_kept_in_the_users_cache_and_not_made_again(
    exam: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENBAC_CACHE", str(tmp_path))
    first = make_sample("exam")
    assert first.folder == tmp_path / "samples" / "exam"
    assert _bytes(first.folder) == _bytes(exam.folder)
    before = first.images[0].stat()
    assert make_sample("exam", progress=lambda *_: pytest.fail("made again")) == first
    assert first.images[0].stat() == before
    assert [path.name for path in first.folder.parent.iterdir()] == ["exam"]


@pytest.mark.parametrize("change", ["version", "settings", "file lost"])
def test_sample_is_made_anew_where_it_would_be_another_one(
    change: str, exam: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(exam.folder, tmp_path / "exam")
    first = make_sample("exam", tmp_path, progress=lambda *_: pytest.fail("a copy is as good"))
    whole = _bytes(first.folder)
    if change == "version":
        monkeypatch.setattr(samples, "SOFTWARE_VERSION", "0.0.0")
    elif change == "settings":
        monkeypatch.setattr(samples, "_SEED", 25)
    else:
        first.truth[2].unlink()
    done: list[int] = []
    second = make_sample("exam", tmp_path, progress=lambda number, _: done.append(number))
    assert done == [1, 2, 3, 4]
    assert all(path.is_file() for path in (*second.images, *second.raw, *second.truth))
    assert (_bytes(second.folder) == whole) == (change == "file lost")
    assert [path.name for path in tmp_path.iterdir()] == ["exam"]


def test_cancelled_sample_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        make_sample("exam", tmp_path, cancelled=lambda: True)
    assert not list(tmp_path.iterdir())


def test_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "exam" / "mine.txt"
    mine.parent.mkdir()
    mine.write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="is not a sample of OpenBAC"):
        make_sample("exam", tmp_path)
    assert mine.read_text(encoding="utf-8") == "mine"


def test_place_where_nothing_can_be_written_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="choose another"):
        make_sample("exam", tmp_path / "file")


def test_unknown_sample_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="choose one of exam, series"):
        make_sample("scan", tmp_path)  # type: ignore[arg-type]


def test_a_program_is_told_how_far_it_is_and_where_the_images_are(
    exam: Sample, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["exam", "-o", str(tmp_path)]) == 0
    *views, end = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert views == [{"event": "image", "done": number, "total": 4} for number in range(1, 5)]
    assert end["event"] == "end"
    assert [Path(file).read_bytes() for file in end["images"]] == [path.read_bytes() for path in exam.images]


def test_a_program_is_told_why_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "exam").mkdir()
    assert main(["exam", "-o", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith(f"bac: {tmp_path / 'exam'} is there and is not a sample")
