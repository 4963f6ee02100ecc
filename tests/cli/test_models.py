"""``bac models``: what it prints and its exit codes."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from shared_core.cli import models
from shared_core.weights.default_model import OFFLINE, PREFERRED
from shared_core.weights.location import bundled_folder
from shared_core.weights.registry import list_models, load_card

NAMES = [card.name for card in list_models()]
FETCHED = [card.name for card in list_models() if card.url]
BUNDLED = [card.name for card in list_models() if not card.url]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPENBAC_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("OPENBAC_WEIGHTS", raising=False)
    return tmp_path / "cache" / "weights"


def bac(*words: str | Path) -> int:
    parser = argparse.ArgumentParser(prog="bac")
    models.add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(["models", *map(str, words)])
    code: int = args.run(args)
    return code


def test_list_gives_one_line_a_model(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bac("list") == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [line[0] for line in lines] == NAMES
    assert all(line[3].startswith("MIT") for line in lines)
    status = {line[0]: line[1] for line in lines}
    assert status == dict.fromkeys(FETCHED, "missing") | dict.fromkeys(BUNDLED, "ok")
    roles = {line[0]: line[5] for line in lines}
    assert roles[PREFERRED].startswith("default")
    assert all("bundled" in roles[name] for name in BUNDLED)
    assert not any("bundled" in roles[name] for name in FETCHED)


def test_show_of_a_bundled_model_names_its_files_and_states_its_data(
    cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bac("show", OFFLINE) == 0
    printed = capsys.readouterr().out
    card = load_card(OFFLINE)
    assert card.sha256 in printed
    assert all(line in printed for line in (*card.made_by, *card.limitations))
    folder = bundled_folder(card)
    assert folder is not None
    assert all(str(path) in printed for path in folder.iterdir())
    assert (folder / "data_statement.md").read_text(encoding="utf-8").strip() in printed


def test_show_of_a_model_whose_weights_are_missing_says_so(
    cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bac("show", FETCHED[0]) == 1
    printed = capsys.readouterr().out
    assert "weights: none" in printed
    assert load_card(FETCHED[0]).url in printed


def test_fetch_of_a_bundled_model_needs_no_network(
    cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bac("fetch", OFFLINE) == 0
    assert bac("fetch", OFFLINE, "--weights", tmp_path) == 0
    assert capsys.readouterr().out.count(str(bundled_folder(load_card(OFFLINE)))) == 2


def test_verify_fails_where_weights_are_missing(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bac("verify", FETCHED[0]) == 1
    assert f"bac models fetch {FETCHED[0]}" in capsys.readouterr().out


def test_verify_passes_on_the_published_weights(
    cache: Path, published_weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bac("verify", "--weights", published_weights) == 0
    assert capsys.readouterr().out.count("sha256 is right") == len(NAMES)


def test_terminal_output_names_every_model(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert bac("list") == 0
    assert bac("verify") == 1
    printed = capsys.readouterr().out
    assert all(printed.count(name) >= 2 for name in NAMES)
    assert "Research use only" in printed


def test_fetch_of_weights_that_cannot_be_had_fails_with_one_line(
    cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = json.loads(
        (Path(models.__file__).parents[1] / "weights/cards/scunet-emory-2021.json").read_text("utf-8")
    )
    card = tmp_path / "mine.json"
    card.write_text(json.dumps({**content, "name": "mine", "url": ""}), encoding="utf-8")
    assert bac("fetch", card) == 1
    error = capsys.readouterr().err
    assert error.startswith("bac models: Model mine has no download address")
    assert error.count("\n") == 1


def test_fetch_returns_what_is_here(
    cache: Path, published_weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bac("fetch", FETCHED[0], "--weights", published_weights) == 0
    assert capsys.readouterr().out.startswith(f"{FETCHED[0]}\tok\t{published_weights}")


def test_unknown_model_is_wrong_usage(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bac("verify", "scunet") == 2
    assert "did you mean 'scunet-emory-2021'" in capsys.readouterr().err


def test_missing_action_is_wrong_usage() -> None:
    with pytest.raises(SystemExit) as caught:
        bac()
    assert caught.value.code == 2
