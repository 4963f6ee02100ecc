"""``bac status`` tells what is in a folder of results."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from shared_core.cli.main import main
from shared_core.exporting.folder_lock import alone_in
from tests.tram_track import write_tram_track


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished exam, one that failed, one that is left, and a file in no exam."""
    folder = tmp_path_factory.mktemp("status")
    (folder / "in").mkdir()
    for number in (1, 2, 3):
        write_tram_track(folder / "in" / f"P_0000{number}_LCC.png", seed=number)
    (folder / "in" / "P_00009_LCC.png").write_bytes(b"\x89PNG\r\n\x1a\nhalf")
    cv2.imwrite(str(folder / "in" / "P_00002_LCC.png"), np.zeros((600, 400), np.uint8))
    out = folder / "out"
    main(["analyze", str(folder / "in"), "-o", str(out), "--no-pictures", "--workers", "0", "-q"])
    (out / "P_00003" / ".finished").unlink()
    return out


def test_what_is_done_failed_and_left_is_told(output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", str(output)]) == 0
    said = capsys.readouterr().out
    assert "1 of 3 exams finished, 1 with failures, 1 left (1 image)" in said
    assert "failed, unsupported: 1 image" in said
    assert "failed, in no exam: 1 file" in said
    assert "--resume goes on" in said


def test_a_program_reads_the_same(output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", str(output), "--json"]) == 0
    status = json.loads(capsys.readouterr().out)
    assert status["running"] is False
    assert status["seconds_left"] is None
    assert (status["exams_total"], status["exams_finished"], status["exams_failed"]) == (3, 1, 1)
    assert (status["exams_left"], status["images_total"], status["images_left"]) == (1, 3, 1)
    assert status["failures"] == {"unsupported": 1}


def test_while_a_run_works_the_time_to_go_is_told(output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with alone_in(output, who="run"):
        assert main(["status", str(output), "--json"]) == 0
        status = json.loads(capsys.readouterr().out)
        assert status["running"] is True
        assert status["seconds_left"] > 0
        assert main(["status", str(output)]) == 0
    assert "A run works in it, about" in capsys.readouterr().out


def test_a_folder_without_results_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", str(tmp_path)]) == 1
    assert "holds no results" in capsys.readouterr().err


def test_where_the_lock_cannot_be_opened_nobody_says_that_no_run_works(
    output: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr("shared_core.exporting.folder_lock.FileLock.acquire", refuse)
    assert main(["status", str(output), "--json"]) == 0
    status = json.loads(capsys.readouterr().out)
    assert (status["running"], status["seconds_left"]) == (None, None)
    assert main(["status", str(output)]) == 0
    assert "cannot be told" in capsys.readouterr().out
