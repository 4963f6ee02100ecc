"""Two folds through the command line, and what their ensemble says of an image."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from shared_core.cli.main import main
from shared_core.errors import Cancelled, ModelError
from shared_core.inference.engine import segment, segment_steps
from shared_core.inference.model import load_model
from shared_core.preprocessing.prepare import prepare
from shared_core.reading.reader import read_mammogram
from shared_core.training.folds import run
from shared_core.training.starting_model import Start
from shared_core.weights.registry import load_card
from shared_core.weights.seen_views import seen_before
from tests.training.pseudo_labels.drawn_files import annotated, unlabelled
from tests.training.pseudo_labels.test_rounds import PAPER as ROUNDS

TINY = """
name = "tiny"
title = "drawn bands"
network = "scunet"
dropout = 0.1
epochs = 2
[patches]
tile_px = 64
overlap_px = 8
least_negatives = 1
[sampling]
batch = 4
mine_every_epochs = 0
[optimisation]
learning_rate = 4e-3
[validation]
share = 0.3
patience = 0
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("drawn")


def command(data: Path, out: Path, *more: str) -> list[str]:
    (data / "tiny.toml").write_text(TINY, encoding="utf-8")
    spec = annotated(data / "labelled", 4)
    arguments = ["train", str(data / "tiny.toml"), "--data", spec, "--out", str(out), "--name", "own"]
    return [*arguments, "--threads", "1", "--quiet", "--folds", "2", *more]


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "folds"
    assert main(command(data, out)) == 0
    return out


def test_every_view_is_judged_once_by_a_model_that_did_not_see_its_patient(trained: Path) -> None:
    with (trained / "folds.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["fold"] for row in rows] == ["1", "2", "all"]
    assert [int(row["views"]) for row in rows] == [4, 4, 8]
    assert rows[2]["patients"] == "4"
    assert all(0 <= float(row["jaccard_mean"]) < float(row["dice_mean"]) <= 1 for row in rows)
    held_out = set()
    for number in (1, 2):
        split = json.loads((trained / f"fold-{number}" / "split.json").read_bytes())
        assert not {*split["train"], *split["validation"]} & set(split["test"])
        held_out |= set(split["test"])
    assert len(held_out) == 4


def test_the_ensemble_says_the_mean_and_the_spread_of_its_members(trained: Path, data: Path) -> None:
    image = data / "labelled" / "images" / "woman-0" / "view-0.png"
    ensemble = load_model(trained / "model.json")
    prepared = prepare(read_mammogram(image), ensemble.card.preprocessing)
    members = [
        segment(prepared, load_model(trained / f"fold-{number}" / "model.json")).values for number in (1, 2)
    ]
    found = segment(prepared, ensemble)
    assert found.spread is not None
    np.testing.assert_allclose(found.values, np.mean(members, axis=0), atol=1e-6)
    np.testing.assert_allclose(found.spread, np.std(members, axis=0, ddof=1), atol=1e-6)
    assert found.spread.max() > 0.01
    steps = list(segment_steps(prepared, ensemble))
    assert [step.done for step in steps] == list(range(1, steps[-1].total + 1))
    with pytest.raises(Cancelled):
        segment(prepared, ensemble, cancelled=lambda: True)


def test_the_spread_is_written_beside_the_probability(trained: Path, data: Path, tmp_path: Path) -> None:
    image = data / "labelled" / "images" / "woman-0" / "view-0.png"
    model = str(trained / "model.json")
    arguments = ["analyze", str(image), "-o", str(tmp_path / "r"), "--model", model, "--workers", "1"]
    assert main([*arguments, "--probability", "--no-pictures", "--quiet"]) == 0
    (path,) = (tmp_path / "r").rglob("*_spread.png")
    spread = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert spread.dtype == np.uint16
    assert spread.max() > 600
    record = path.with_name("view-0.json")
    assert json.loads(record.read_bytes())["model"]["model_sha256"] == load_card(model).sha256


def test_the_card_names_its_members_and_says_that_nobody_is_left_to_judge_it(trained: Path) -> None:
    card = load_card(trained / "model.json")
    assert card.members == 2
    assert [line.split(":")[0] for line in card.made_by] == ["member_1", "member_2"]
    assert "nobody is left to judge the ensemble" in card.limitations[0]
    assert len(card.seen[0].taught) == 4


def test_the_card_knows_the_patients_of_the_pool_who_taught(data: Path, tmp_path: Path) -> None:
    (data / "rounds.toml").write_text(ROUNDS.replace("rounds = 2", "rounds = 1"), encoding="utf-8")
    arguments = command(data, tmp_path / "own", "--pool", unlabelled(data / "pool", 2))
    assert main(["train", str(data / "rounds.toml"), *arguments[2:]]) == 0
    taken = set()
    for table in (tmp_path / "own").glob("fold-*/taken.csv"):
        with table.open(newline="") as file:
            taken |= {row["patient"] for row in csv.DictReader(file)}
    assert taken
    seen = load_card(tmp_path / "own" / "model.json").seen
    assert set(seen_before(seen, taken, ()).taught) == taken


def test_an_ensemble_cannot_be_begun_from(trained: Path) -> None:
    with pytest.raises(ModelError, match="it is an ensemble; begin from one of its members"):
        Start.load(trained / "model.json")


def test_weights_with_other_members_than_the_card_says_are_refused(trained: Path, tmp_path: Path) -> None:
    content = json.loads((trained / "model.json").read_bytes())
    (tmp_path / "model.safetensors").write_bytes((trained / "model.safetensors").read_bytes())
    (tmp_path / "model.json").write_text(json.dumps({**content, "members": 3}), encoding="utf-8")
    with pytest.raises(ModelError, match="do not hold the 3 networks of model own"):
        load_model(tmp_path / "model.json")


def test_stopped_between_folds_it_ends_with_the_same_bytes(
    trained: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "own"

    def fails(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(run, "evaluate_models", fails)
        assert main(command(data, out)) == 130
    assert (out / "fold-1" / "model.json").exists()
    assert not (out / "model.json").exists()
    assert main(command(data, out, "--resume")) == 0
    for name in ("model.safetensors", "model.json", "folds.csv", "fold-2/model.json"):
        assert (out / name).read_bytes() == (trained / name).read_bytes(), name


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--split", "split.json"], "--folds deals the patients itself"),
        (["--folds", "5"], "4 patients cannot be dealt into 5 folds"),
    ],
)
def test_folds_that_cannot_be_are_refused_in_one_sentence(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], words: str
) -> None:
    assert main(command(data, tmp_path / "out", *more)) == 1
    assert words in capsys.readouterr().err
