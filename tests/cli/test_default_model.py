"""``bac analyze`` where nobody names a model: which one runs, and that it is said everywhere."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

import shared_core.weights.default_model as rule
from shared_core import load_model
from shared_core.cli.main import main
from shared_core.weights.default_model import OFFLINE
from shared_core.weights.registry import load_card
from tests.no_network import asked, without_network

FILM = "cbis-ddsm-P_00646-LCC.png"
PUBLISHED = "scunet-emory-2021"


@pytest.fixture(scope="module")
def images(real_mammograms: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small views of two exams."""
    film = cv2.imread(str(real_mammograms / FILM), cv2.IMREAD_GRAYSCALE)
    small = cv2.resize(film, (300, 460), interpolation=cv2.INTER_AREA)
    folder = tmp_path_factory.mktemp("images")
    for number in (1, 2):
        cv2.imwrite(str(folder / f"case{number}_L_CC.png"), small[10 * number :])
    return folder


@pytest.fixture(autouse=True)
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No weights in the cache, and a proxy that nobody answers at; the published model is preferred."""
    monkeypatch.setenv("OPENBAC_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("OPENBAC_WEIGHTS", raising=False)
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    _prefer(PUBLISHED, monkeypatch)


def _prefer(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule, "PREFERRED", name)
    monkeypatch.setattr(rule, "_decided", {})


def _analyze(images: Path, output: Path, *more: str | Path) -> int:
    here = ["--no-pictures", "--workers", "1"]
    return main(["analyze", str(images), "-o", str(output), *here, *map(str, more)])


def _models(output: Path) -> set[str]:
    with (output / "views.csv").open(encoding="utf-8", newline="") as file:
        return {row["model_name"] for row in csv.DictReader(file)}


def _run(output: Path) -> dict[str, object]:
    run: dict[str, object] = json.loads((output / "run.json").read_bytes())
    return run


@pytest.mark.parametrize("workers", ["1", "2"])
def test_without_weights_and_network_the_bundled_model_runs_and_all_say_so(
    workers: str, images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _analyze(images, tmp_path / "out", "--workers", workers) == 0
    said = capsys.readouterr().err
    card = load_card(OFFLINE)
    assert f"Model {OFFLINE}, sha256 {card.sha256[:8]}" in said
    run = _run(tmp_path / "out")
    assert run["model"]["name"] == OFFLINE  # type: ignore[index]
    assert _models(tmp_path / "out") == {OFFLINE}


def test_published_model_runs_where_its_weights_are_here_and_without_a_warning(
    images: Path, published_weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _analyze(images, tmp_path / "out", "--weights", published_weights) == 0
    said = capsys.readouterr().err
    assert f"Model {PUBLISHED}, sha256 {load_card(PUBLISHED).sha256[:8]}\n" in said
    assert OFFLINE not in said
    assert _run(tmp_path / "out")["notices"] == []
    assert _models(tmp_path / "out") == {PUBLISHED}


def test_model_that_was_named_is_never_replaced(
    images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _analyze(images, tmp_path / "out", "--model", PUBLISHED) == 1
    told = capsys.readouterr().err
    assert "cannot be downloaded (no connection" in told, told
    assert not (tmp_path / "out" / "run.json").exists()


def test_bundled_model_as_the_preferred_one_runs_without_a_word_to_the_network(
    images: Path, tmp_path: Path
) -> None:
    code = (
        "import sys\n"
        "import shared_core.weights.default_model as rule\n"
        "rule.PREFERRED = rule.OFFLINE\n"
        "from shared_core.cli.main import main\n"
        f"sys.exit(main(['analyze', {str(images)!r}, '-o', {str(tmp_path / 'out')!r}, '--no-pictures']))"
    )
    environment = without_network(tmp_path) | {"OPENBAC_CACHE": str(tmp_path / "cache")}
    answer = subprocess.run(
        [sys.executable, "-c", f"if __name__ == '__main__':\n exec({code!r})"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert asked(tmp_path) == ""
    assert f"Model {OFFLINE}" in answer.stderr
    assert "bac: " not in answer.stderr
    assert _run(tmp_path / "out")["notices"] == []


def test_batch_goes_on_with_the_model_it_began_with_though_the_other_can_be_had_now(
    images: Path,
    published_weights: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    output = tmp_path / "out"
    assert _analyze(images, output) == 0
    before = {path: path.read_bytes() for path in output.rglob("*") if path.is_file()}
    (output / "case2" / ".finished").unlink()
    _prefer(PUBLISHED, monkeypatch)
    capsys.readouterr()
    monkeypatch.setenv("OPENBAC_WEIGHTS", str(published_weights))
    assert _analyze(images, output, "--resume") == 0
    said = capsys.readouterr().err
    assert f"Model {OFFLINE}" in said
    assert "case2_L_CC.png: BAC" in said
    assert "case1_L_CC.png: BAC" not in said
    assert {path: path.read_bytes() for path in output.rglob("*") if path.is_file()} == before


def test_batch_begun_with_the_published_model_refuses_where_that_is_gone(
    images: Path,
    published_weights: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    output = tmp_path / "out"
    assert _analyze(images, output, "--weights", published_weights) == 0
    (output / "case2" / ".finished").unlink()
    _prefer(PUBLISHED, monkeypatch)
    capsys.readouterr()
    assert _analyze(images, output, "--resume") == 1
    assert f"The weights of model {PUBLISHED} cannot be downloaded" in capsys.readouterr().err
    assert _models(output) == {PUBLISHED}


def test_other_model_in_a_begun_folder_is_refused_even_for_other_images(
    images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out"
    assert _analyze(images / "case1_L_CC.png", output) == 0
    capsys.readouterr()
    other = ["--resume", "--model", PUBLISHED]
    assert _analyze(images / "case2_L_CC.png", output, *other) == 2
    said = capsys.readouterr().err
    assert f"was begun with model {OFFLINE}" in said
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


def test_python_follows_the_same_rule_and_warns(published_weights: Path) -> None:
    with pytest.warns(UserWarning, match=f"the default model {PUBLISHED} are not on this machine"):
        model = load_model()
    assert (model.card.name, bool(model.note)) == (OFFLINE, True)
    model = load_model(weights_dir=published_weights)
    assert (model.card.name, model.note) == (PUBLISHED, "")
