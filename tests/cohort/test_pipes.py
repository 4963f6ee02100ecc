"""A pipe in the place of a file is refused with a sentence: reading it would wait for ever."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from shared_core.cli.main import main
from shared_core.cohort.batch import run_batch
from shared_core.cohort.place import Here
from shared_core.cohort.settings import BatchSettings
from shared_core.reading.exam_grouping import find_exams
from shared_core.reading.unused import UnusedReason
from tests.time_limit import within
from tests.tram_track import write_tram_track

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="has no pipes in folders")


@pytest.fixture
def pipe(tmp_path: Path) -> str:
    os.mkfifo(tmp_path / "pipe.json")
    return str(tmp_path / "pipe.json")


@pytest.mark.parametrize("option", ["", "--facts", "--model", "--calibration", "--scheduler"])
def test_a_pipe_that_a_person_names_is_refused(
    option: str, pipe: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_tram_track(tmp_path / "LCC.png")
    given = [pipe] if not option else [str(tmp_path / "LCC.png"), option, pipe]
    with within(60):
        try:
            code = main(["analyze", *given, "-o", str(tmp_path / "out")])
        except SystemExit as stop:
            code = int(str(stop.code))
    assert code in (1, 2)
    said = capsys.readouterr().err
    assert "pipe.json" in said
    assert "a device or a pipe" in said or "file of a scheduler" in said
    assert not [one for one in tmp_path.glob("out/*") if one.is_dir()]


def test_an_image_that_became_a_pipe_after_the_folder_was_listed_is_a_failure_of_its_own(
    tmp_path: Path,
) -> None:
    for number in (1, 2):
        write_tram_track(tmp_path / f"P_0000{number}_LCC.png", seed=number)
    listing = find_exams([tmp_path])
    (tmp_path / "P_00001_LCC.png").unlink()
    os.mkfifo(tmp_path / "P_00001_LCC.png")
    with within(300):
        report = run_batch(listing, BatchSettings(None, device="cpu"), arguments={}, place=Here())
    assert [(file.path.name, file.reason) for file in report.unused] == [
        ("P_00001_LCC.png", UnusedReason.NOT_OPENED)
    ]
    assert "a device or a pipe" in report.unused[0].text
    assert [record.status for record in report.views if record.status == "ok"] == ["ok"]
