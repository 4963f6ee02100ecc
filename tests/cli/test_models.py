"""``bac models``: what it prints and its exit codes."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from shared_core.cli.options import models
from shared_core.weights.location import bundled_folder
from shared_core.weights.registry import DEFAULT_MODEL, list_models, load_card

NAMES = [card.name for card in list_models()]


def bac(*words: str | Path) -> int:
    parser = argparse.ArgumentParser(prog="bac")
    models.add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(["models", *map(str, words)])
    code: int = args.run(args)
    return code


def test_list_gives_one_line_a_model(capsys: pytest.CaptureFixture[str]) -> None:
    assert bac("list") == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [line[0] for line in lines] == NAMES
    assert all(line[3].startswith("MIT") for line in lines)
    status = {line[0]: line[1] for line in lines}
    assert status == dict.fromkeys(NAMES, "ok")
    roles = {line[0]: line[5] for line in lines}
    assert roles == dict.fromkeys(NAMES, "bundled") | {DEFAULT_MODEL: "default, bundled"}


def test_show_of_a_bundled_model_names_its_files_and_states_its_data(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert bac("show", DEFAULT_MODEL) == 0
    printed = capsys.readouterr().out
    card = load_card(DEFAULT_MODEL)
    assert card.sha256 in printed
    assert all(line in printed for line in (*card.made_by, *card.limitations))
    folder = bundled_folder(card)
    assert folder is not None
    assert all(str(path) in printed for path in folder.iterdir())
    assert (folder / "data_statement.md").read_text(encoding="utf-8").strip() in printed


def test_show_of_the_published_model_names_its_checkpoint_and_licence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert bac("show", "scunet-emory-2021") == 0
    printed = capsys.readouterr().out
    card = load_card("scunet-emory-2021")
    assert all(text in printed for text in (card.url, card.licence, *card.made_by, "LICENSE"))


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A card without its weights."""
    card = replace(load_card("scunet-emory-2021"), name="mine", sha256="0" * 64, url="")
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(asdict(card)), encoding="utf-8")
    return path


def test_missing_weights_fail_and_are_named_with_their_place(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for action in ("show", "verify"):
        assert bac(action, own) == 1
        assert f"{own.parent / 'model.safetensors'} is not there" in capsys.readouterr().out


def test_verify_passes_on_all_models_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert bac("verify") == 0
    assert capsys.readouterr().out.count("sha256 is right") == len(NAMES)


def test_terminal_output_names_every_model(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert bac("list") == 0
    assert bac("verify") == 0
    printed = capsys.readouterr().out
    assert all(printed.count(name) >= 2 for name in NAMES)
    assert "Research use only" in printed


def test_unknown_model_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert bac("verify", "scunet") == 2
    assert "did you mean 'scunet-emory-2021'" in capsys.readouterr().err


def test_missing_action_is_wrong_usage() -> None:
    with pytest.raises(SystemExit) as caught:
        bac()
    assert caught.value.code == 2
