"""Whole runs through the command line, on drawn pictures that are learnt in seconds."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import pytest

from shared_core.cli.main import main
from shared_core.training.data.patch_store import PatchStore
from shared_core.training.pseudo_labels import pseudo_patches, teaching
from shared_core.training.recipe import Recipe, load_recipe
from shared_core.weights.registry import load_card
from tests.training.pseudo_labels.drawn_files import annotated, drawn_file, unlabelled

ROOT = Path(__file__).resolve().parents[3]
TINY = """
name = "tiny"
title = "drawn bands"
network = "scunet"
dropout = 0.1
epochs = 3
[patches]
tile_px = 64
overlap_px = 8
least_negatives = 1
[sampling]
batch = 4
negatives_per_positive = 0.25
mine_every_epochs = 0
[augmentation]
flips = {flips}
quarter_turns = false
scale = 0.0
turn_degrees = 0.0
noise = 0.0
blur_px = 0.0
[loss]
kind = "bce+jaccard"
jaccard_weight = 1.0
[optimisation]
learning_rate = 4e-3
weight_decay = 0.0
[validation]
share = 0.3
score = "jaccard-at-half"
patience = 0
[pseudo_labels]
rounds = 2
crop_px = 48
portion = 0.2
erosion_px = 3
epochs = 1
learning_rate = 1e-3
ranked = "{ranked}"
entropy = "{entropy}"
validation_share = {validating}
"""
PAPER = TINY.format(flips="false", ranked="every-round", entropy="binary", validating=0.0)
CODE = TINY.format(flips="true", ranked="once", entropy="positive-term", validating=0.1)


class Drawn:
    """Files of a run, and its command."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data, self.pool = annotated(folder / "labelled", 3), unlabelled(folder / "pool", 2)

    def command(self, out: Path, recipe: str = PAPER, *more: str) -> list[str]:
        path = self.folder / "tiny.toml"
        path.write_text(recipe, encoding="utf-8")
        sources = ["--data", self.data, "--pool", self.pool, "--name", "own", "--quiet"]
        return ["train", str(path), *sources, "--out", str(out), "--threads", "1", *more]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    return Drawn(tmp_path_factory.mktemp("drawn"))


@pytest.fixture(scope="module")
def trained(drawn: Drawn, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "paper"
    assert main(drawn.command(out)) == 0
    return out


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_round_has_a_row_and_the_best_one_is_the_model(trained: Path) -> None:
    rounds = rows(trained / "rounds.csv")
    assert [row["round"] for row in rounds] == ["0", "1", "2"]
    assert rounds[0]["eligible"] == rounds[0]["taken"] == ""
    left = int(rounds[1]["pool_patches"])
    for number, row in enumerate(rounds[1:], 1):
        assert int(row["taken"]) == int(0.2 * int(row["eligible"])) > 0
        assert 0 < float(row["entropy_lowest_bits"]) <= float(row["entropy_highest_bits"])
        assert int(row["pool_patches"]) == left
        left -= int(row["taken"])
        assert int(row["pseudo_labels"]) == 2 * sum(int(one["taken"]) for one in rounds[1 : number + 1])
    jaccards = [float(row["validation_jaccard"]) for row in rounds]
    (chosen,) = [row["round"] for row in rounds if row["chosen"] == "yes"]
    assert jaccards[int(chosen)] == max(jaccards) > 0.3
    said = dict(line.split(": ", 1) for line in load_card(trained / "model.json").made_by)
    assert said["base"].startswith("own-base, validation Jaccard ")
    assert said["chosen_round"].startswith(f"{chosen} of 2")
    assert load_card(trained / "base" / "model.json").name == "own-base"
    weights = (trained / "rounds" / f"{int(chosen):02d}" / "weights.safetensors") if int(chosen) else None
    if weights is not None:
        assert weights.read_bytes() == (trained / "model.safetensors").read_bytes()


def test_what_was_taken_is_listed_and_shown_and_taken_once(trained: Path) -> None:
    taken = rows(trained / "taken.csv")
    places = {(row["view"], row["row_px"], row["column_px"]) for row in taken}
    assert len(places) == len(taken) > 3
    assert {row["patient"] for row in taken} <= {"woman-100", "woman-101"}
    assert all(float(row["marked_area"]) > 0.007 for row in taken)
    first = [float(row["entropy_bits"]) for row in taken if row["round"] == "1"]
    assert first == sorted(first)
    for number in ("01", "02"):
        picture = cv2.imread(str(trained / "rounds" / number / "taken.png"))
        # Outlines are orange: more red than blue.
        assert (picture[:, :, 2].astype(int) - picture[:, :, 0] > 100).sum() > 50


def test_the_card_has_seen_the_patients_whose_patches_were_taken(trained: Path) -> None:
    card = load_card(trained / "model.json")
    assert "Pseudo-labels: " in card.training_data
    assert any("nobody corrected" in one for one in card.limitations)
    base = load_card(trained / "base" / "model.json")
    assert len(card.seen[0].taught) > len(base.seen[0].taught)


def test_the_preset_of_the_code_ranks_once_and_validates_with_pseudo_labels(
    drawn: Drawn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranked: list[int] = []
    rank = teaching.pool_scores

    def noted(network: Any, pool: Any, numbers: Any, *more: Any, **options: Any) -> Any:
        ranked.append(len(numbers))
        return rank(network, pool, numbers, *more, **options)

    monkeypatch.setattr(teaching, "pool_scores", noted)
    assert main(drawn.command(tmp_path / "code", CODE)) == 0
    rounds = rows(tmp_path / "code" / "rounds.csv")
    assert ranked == [int(rounds[1]["pool_patches"])]
    crops = [2 * sum(int(one["taken"]) for one in rounds[1 : number + 1]) for number in (1, 2)]
    assert [int(row["pseudo_validating"]) for row in rounds[1:]] == [count // 10 for count in crops]
    taken = rows(tmp_path / "code" / "taken.csv")
    # By one ranking, the second round takes what comes next.
    assert [float(row["entropy_bits"]) for row in taken] == sorted(
        float(row["entropy_bits"]) for row in taken
    )


class Killed(BaseException):
    """As if the process ended here."""


def test_stopped_anywhere_it_ends_with_the_same_model(
    drawn: Drawn, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "own"
    process = subprocess.Popen(
        [sys.executable, "-c", WAITING, *drawn.command(out)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "waits\n"
    process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    process.wait()
    process.stdout.close()
    assert (out / "rounds" / "01" / "state.pt").exists()
    assert not (out / "rounds" / "02").exists()

    def fails(*_: Any, **__: Any) -> None:
        raise Killed

    add = PatchStore.add

    def adds_one(store: PatchStore, *more: Any) -> None:
        if store.views == 1:
            raise Killed
        add(store, *more)

    resume = drawn.command(out, PAPER, "--resume")
    for owner, name, end in (
        (pseudo_patches, "write_sheet", fails),
        (PatchStore, "add", adds_one),
        (teaching, "keep_result", fails),
        (teaching, "write_logs", fails),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, end)
            with pytest.raises(Killed):
                main(resume)
    assert main(resume) == 0
    for path in sorted(trained.rglob("*")):
        place = path.relative_to(trained)
        if path.is_file() and "tensorboard" not in place.parts and place.name != "plan.json":
            assert path.read_bytes() == (out / place).read_bytes(), place


WAITING = """
import sys, time
from shared_core.cli.main import main
from shared_core.training import epochs
from shared_core.training.fit import _Trainer
epochs.SAVE_SECONDS = 0.0
save = _Trainer._save
def save_and_wait(self):
    save(self)
    if "rounds" in str(self.path) and self.run.step == 3:
        print("waits", flush=True)
        time.sleep(3600)
_Trainer._save = save_and_wait
sys.exit(main(sys.argv[1:]))
"""
"""Is never done with the first round before it is killed, in the middle of an epoch."""


def test_a_pool_in_which_nothing_passes_leaves_the_base_model(drawn: Drawn, tmp_path: Path) -> None:
    recipe = PAPER.replace("portion = 0.2", "portion = 0.2\nleast_area = 0.99").replace(
        "epochs = 4", "epochs = 2"
    )
    out = tmp_path / "out"
    assert main(drawn.command(out, recipe)) == 0
    rounds = rows(out / "rounds.csv")
    assert [(row["round"], row["eligible"], row["taken"]) for row in rounds] == [
        ("0", "", ""),
        ("1", "0", "0"),
    ]
    assert rounds[1]["validation_jaccard"] == ""
    assert (out / "model.safetensors").read_bytes() == (out / "base" / "model.safetensors").read_bytes()


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(arguments) == 1
    (line,) = capsys.readouterr().err.strip().splitlines()[-1:]
    return line


def test_a_patient_of_the_pool_who_validates_is_refused(
    drawn: Drawn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pool = tmp_path / "pool"
    for number in range(3):
        drawn_file(pool / f"woman-{number}" / "later.png", 900 + number, bands=3)
    command = drawn.command(tmp_path / "out")
    command[command.index(drawn.pool)] = f"images:{pool},patient=folder:1"
    line = refused(command, capsys)
    assert "of the pool is of patient woman-" in line
    assert "validation side of the split; take the patient out of the pool" in line
    assert not (tmp_path / "out" / "patches").exists()
    assert main([*command, "--check"]) == 1
    assert "of the pool is of patient woman-" in " ".join(capsys.readouterr().out.split())


def test_a_picture_of_a_validating_patient_saved_again_under_another_name_is_refused(
    drawn: Drawn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pool = tmp_path / "pool"
    for number in range(3):
        source = drawn.folder / "labelled" / "images" / f"woman-{number}" / "view-0.png"
        image = cv2.imread(str(source), cv2.IMREAD_GRAYSCALE)
        (pool / f"stranger-{number}").mkdir(parents=True)
        cv2.imwrite(str(pool / f"stranger-{number}" / "a.png"), cv2.convertScaleAbs(image, alpha=0.9, beta=0))
    command = drawn.command(tmp_path / "out")
    command[command.index(drawn.pool)] = f"images:{pool},patient=folder:1"
    line = refused(command, capsys)
    assert "of the pool is nearly the same picture as woman-" in line
    assert "correlation" in line


@pytest.mark.parametrize(
    ("recipe", "pool", "words"),
    [
        ("ibrahim-2025", None, "name them with --pool"),
        ("li-2025", "pool", "--pool is for recipes with pseudo-labels"),
        ("ibrahim-2025", "no-such-folder:x", "must begin with images:, simulated:"),
    ],
)
def test_a_pool_and_a_recipe_that_do_not_fit_are_told_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], recipe: str, pool: str | None, words: str
) -> None:
    command = ["train", recipe, "--data", "simulated:patients=2", "--out", str(tmp_path / "out")]
    assert words in refused([*command, *(() if pool is None else ("--pool", pool))], capsys)


def test_hours_and_images_without_labels_are_refused_where_they_do_not_count(
    drawn: Drawn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "--hours does not count" in refused(drawn.command(tmp_path / "a", PAPER, "--hours", "1"), capsys)
    command = drawn.command(tmp_path / "b")
    command[command.index(drawn.data)] = drawn.pool
    assert "must begin with simulated:" in refused(command, capsys)
    shutil.rmtree(tmp_path / "a", ignore_errors=True)


def test_presets_differ_as_the_paper_and_its_code_do() -> None:
    paper, code = load_recipe("ibrahim-2025"), load_recipe("ibrahim-2025-code")
    own, released = paper.pseudo_labels, code.pseudo_labels
    assert (own.ranked, own.entropy, own.validation_share) == ("every-round", "binary", 0.0)
    assert (released.ranked, released.entropy, released.validation_share) == ("once", "positive-term", 0.1)
    assert (paper.loss.kind, code.loss.kind, own.loss) == ("bce", "bce+jaccard", "bce+jaccard")
    assert not paper.augmentation.flips
    assert (code.augmentation.flips, code.augmentation.turn_degrees, code.augmentation.noise) == (True, 15, 5)
    for recipe in (paper, code):
        _has_what_both_share(recipe)


def _has_what_both_share(recipe: Recipe) -> None:
    own = recipe.pseudo_labels
    assert (own.rounds, own.least_area, own.portion, own.most) == (10, 0.007, 0.03, 180)
    assert (own.erosion_px, own.crops, own.crop_px) == (5, 2, 356)
    assert (own.learning_rate, own.epochs, own.patience) == (1e-4, 20, 5)
    assert (recipe.network, recipe.network_options.channels) == ("ibrahim-unet", 1)
    assert (recipe.optimisation.learning_rate, recipe.optimisation.weight_decay) == (1e-3, 0)
    assert (recipe.sampling.batch, recipe.epochs, recipe.validation.patience) == (32, 50, 10)
    assert recipe.patches.tile_px - recipe.patches.overlap_px == 386
    assert (recipe.loss.jaccard_weight, recipe.validation.score) == (0.1, "jaccard-at-half")
