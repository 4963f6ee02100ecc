"""``bac demo``, the whole way without a network, and what it says where weights are missing."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import pytest

from shared_core.cli.main import main
from shared_core.weights.registry import DEFAULT_MODEL, load_card
from tests.no_network import asked, without_network


@dataclass(frozen=True)
class Run:
    """What a run of the demo left."""

    code: int
    printed: str
    said: str
    output: Path
    asked: str
    """What would have reached the network."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """With an empty cache, in processes that note and refuse whatever would reach the network."""
    folder = tmp_path_factory.mktemp("demo")
    output = folder / "out"
    environment = without_network(folder) | {"OPENBAC_CACHE": str(folder / "cache")}
    answer = subprocess.run(
        [sys.executable, "-m", "shared_core", "demo", "-o", str(output), "--workers", "2"],
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return Run(answer.returncode, answer.stdout, answer.stderr, output, asked(folder))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_demo_runs_offline_with_the_bundled_model_and_names_it(demo: Run) -> None:
    assert demo.code == 0, demo.said
    assert demo.asked == ""
    card = load_card(DEFAULT_MODEL)
    assert f"Model {card.name}, sha256 {card.sha256[:8]}" in demo.said
    assert {row["model_sha256"] for row in _rows(demo.output / "views.csv")} == {card.sha256}


def test_demo_finds_most_of_the_calcium_and_says_so(demo: Run) -> None:
    assert demo.code == 0
    rows = _rows(demo.output / "truth.csv")
    assert [row["view"] for row in rows] == ["LCC", "RCC", "LMLO", "RMLO"]
    for row in rows:
        assert float(row["dice"]) > 0.7
        for what in ("area_mm2", "length_mm", "mass_ha_mg"):
            assert float(row[f"measured_{what}"]) == pytest.approx(float(row[f"true_{what}"]), rel=0.35)
        low, high = (float(row[f"measured_mass_{end}_mg"]) for end in ("low", "high"))
        assert low < float(row["measured_mass_ha_mg"]) < high
        assert int(row["measured_vessels_count"]) >= 2
        assert f"{float(row['dice']):.2f}" in demo.printed


def test_demo_numbers_are_those_of_the_views(demo: Run) -> None:
    measured = {row["laterality"] + row["view"]: row for row in _rows(demo.output / "views.csv")}
    for row in _rows(demo.output / "truth.csv"):
        view = measured[row["view"]]
        assert float(row["measured_area_mm2"]) == pytest.approx(float(view["bac_area_mm2"]))
        assert row["measured_length_mm"] == view["calcified_length_mm"]


def test_demo_names_pictures_that_are_there(demo: Run) -> None:
    named = [Path(line.strip()) for line in demo.printed.splitlines() if line.strip().endswith(".png")]
    assert sorted(path.name for path in named) == [
        *("LCC_overlay.png", "LMLO_overlay.png", "RCC_overlay.png", "RMLO_overlay.png"),
        "exam_sheet.png",
    ]
    for path in named:
        picture = cv2.imread(str(path))
        assert picture is not None
        assert picture.std() > 10


def test_demo_of_a_model_without_weights_says_what_to_do_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENBAC_CACHE", str(tmp_path / "cache"))
    card = tmp_path / "mine.json"
    own = replace(load_card("scunet-emory-2021"), name="mine", sha256="0" * 64)
    card.write_text(json.dumps(asdict(own)), encoding="utf-8")
    assert main(["demo", "-o", str(tmp_path / "out"), "--model", str(card)]) == 1
    said = capsys.readouterr().err
    assert f"{tmp_path / own.weights_file} is not there" in said
    assert len(said.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "cache" / "samples").exists()


def test_demo_of_an_unknown_model_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["demo", "--model", "nonesuch"])
    assert stop.value.code == 2
    assert "nonesuch" in capsys.readouterr().err
