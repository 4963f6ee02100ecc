"""Progress of `bac analyze` as a program reads it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import pytest

from shared_core.cli.main import main
from shared_core.records.written_views import measurement_of, read_written
from tests.tram_track import write_tram_track

Run = tuple[Path, list[dict[str, Any]], subprocess.CompletedProcess[str]]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def run(
    tmp_path_factory: pytest.TempPathFactory,
) -> Run:
    folder = tmp_path_factory.mktemp("views")
    paths = [write_tram_track(folder / "LCC.png"), write_tram_track(folder / "RÄCC ü.png", seed=1)]
    (folder / "broken.png").write_bytes(paths[0].read_bytes()[:500])
    answer = subprocess.run(
        [sys.executable, "-m", "shared_core", "analyze", *map(str, sorted(folder.iterdir()))]
        + ["-o", str(folder / "out"), "--progress", "json", "--no-pictures", "--spacing-mm", "0.07"]
        + ["--workers", "2"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    return folder, [json.loads(line) for line in answer.stdout.splitlines()], answer


def test_every_line_of_output_is_an_event_and_standard_error_stays_for_errors(
    run: Run,
) -> None:
    _, events, answer = run
    assert answer.returncode == 1  # the broken one
    assert answer.stderr == ""
    kinds = [event["event"] for event in events]
    assert kinds[0] == "reading"
    assert kinds[-1] == "end"
    assert set(kinds) == {"reading", "images", "tile", "image", "end"}


def test_tiles_and_images_count_up_to_their_totals(
    run: Run,
) -> None:
    folder, events, _ = run
    images = next(event for event in events if event["event"] == "images")
    assert images["total"] == 2
    assert set(images["files"]) == {str(folder / "LCC.png"), str(folder / "RÄCC ü.png")}
    for file in images["files"]:
        tiles = [event for event in events if event["event"] == "tile" and event["file"] == file]
        assert [tile["done"] for tile in tiles] == list(range(1, tiles[0]["total"] + 1))
    done = [event for event in events if event["event"] == "image"]
    assert [event["done"] for event in done] == [1, 2]
    assert all(event["error"] is None for event in done)


def test_written_results_are_read_back_with_their_failures(
    run: Run,
) -> None:
    folder, _, _ = run
    written = read_written(folder / "out")
    assert set(written.views) == {str(folder / "LCC.png"), str(folder / "RÄCC ü.png")}
    assert list(written.failures) == [str(folder / "broken.png")]
    view = written.views[str(folder / "LCC.png")]
    numbers = measurement_of(view.record)
    mask = cv2.imread(str(view.mask), cv2.IMREAD_UNCHANGED) > 0
    assert numbers.am_px == int(mask.sum()) > 100
    assert numbers.bac_area_mm2 == pytest.approx(numbers.am_px * 0.0049)
    assert numbers.pm is not None


def test_run_json_does_not_know_how_it_was_watched(
    run: Run,
) -> None:
    folder, _, _ = run
    asked = json.loads((folder / "out" / "run.json").read_text(encoding="utf-8"))["arguments"]
    assert "progress" not in asked


def test_two_things_on_standard_output_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["analyze", str(tmp_path), "--json", "--progress", "json"])
    assert ended.value.code == 2
    assert "leave one out" in capsys.readouterr().err
