"""``bac analyze`` where nobody names a model: which one runs, and that it is said everywhere."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from shared_core.cli.main import main
from shared_core.weights.registry import DEFAULT_MODEL, load_card
from tests.no_network import asked, without_network

PUBLISHED = "scunet-emory-2021"


@pytest.fixture(scope="module")
def images(film_or_drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small views of two exams."""
    film = cv2.imread(str(film_or_drawn), cv2.IMREAD_GRAYSCALE)
    small = cv2.resize(film, (300, 460), interpolation=cv2.INTER_AREA)
    folder = tmp_path_factory.mktemp("images")
    for number in (1, 2):
        cv2.imwrite(str(folder / f"case{number}_L_CC.png"), small[10 * number :])
    return folder


def _analyze(images: Path, output: Path, *more: str | Path) -> int:
    here = ["--no-pictures", "--workers", "0"]
    return main(["analyze", str(images), "-o", str(output), *here, *map(str, more)])


def _models(output: Path) -> set[str]:
    with (output / "views.csv").open(encoding="utf-8", newline="") as file:
        return {row["model_name"] for row in csv.DictReader(file)}


def _run(output: Path) -> dict[str, object]:
    run: dict[str, object] = json.loads((output / "run.json").read_bytes())
    return run


def test_default_model_runs_without_a_word_to_the_network(images: Path, tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from shared_core.cli.main import main\n"
        f"sys.exit(main(['analyze', {str(images)!r}, '-o', {str(tmp_path / 'out')!r}, '--no-pictures']))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", f"if __name__ == '__main__':\n exec({code!r})"],
        env=without_network(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert asked(tmp_path) == ""
    card = load_card(DEFAULT_MODEL)
    assert f"Model {DEFAULT_MODEL}, sha256 {card.sha256[:8]}" in answer.stderr
    run = _run(tmp_path / "out")
    assert run["model"]["name"] == DEFAULT_MODEL  # type: ignore[index]
    assert run["notices"] == []
    assert _models(tmp_path / "out") == {DEFAULT_MODEL}


def test_batch_goes_on_with_the_model_it_began_with_though_another_is_the_default_now(
    images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out"
    assert _analyze(images, output, "--model", PUBLISHED) == 0
    before = {path: path.read_bytes() for path in output.rglob("*") if path.is_file()}
    (output / "case2" / ".finished").unlink()
    capsys.readouterr()
    assert _analyze(images, output, "--resume") == 0
    said = capsys.readouterr().err
    assert f"Model {PUBLISHED}" in said
    assert "case2_L_CC.png: BAC" in said
    assert "case1_L_CC.png: BAC" not in said
    after = {path: path.read_bytes() for path in output.rglob("*") if path.is_file()}
    # What the person asked for stands in run.json: the model was named once and not the second time.
    assert {path for path in before if after[path] != before[path]} <= {output / "run.json"}


def test_other_model_in_a_begun_folder_is_refused_even_for_other_images(
    images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out"
    assert _analyze(images / "case1_L_CC.png", output) == 0
    capsys.readouterr()
    other = ["--resume", "--model", PUBLISHED]
    assert _analyze(images / "case2_L_CC.png", output, *other) == 2
    said = capsys.readouterr().err
    assert f"was begun with model {DEFAULT_MODEL}" in said
    assert "leave out --resume" in said
    assert not (output / "case2").exists()


def test_folder_begun_with_a_card_of_ones_own_wants_it_named(
    images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out"
    output.mkdir()
    model = {"name": "mine", "sha256": "0" * 64}
    (output / "run.json").write_text(json.dumps({"model": model}), encoding="utf-8")
    assert _analyze(images, output, "--resume") == 2
    assert "was begun with model mine, which this version does not have" in capsys.readouterr().err
