"""bac train on labels of whole images: learnt, stopped and gone on with, refused, and used by bac analyze."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from shared_core.cli.main import main
from shared_core.pipeline import analyze_view
from shared_core.weights.registry import load_card
from tests.training.image_labels.drawn_breasts import drawn_recipe, write_breasts, write_recipe

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("openvino", reason="OpenVINO is not installed")

from shared_core.training.image_labels.fitting import COLUMNS

ROOT = Path(__file__).resolve().parents[3]
EPOCHS = 8


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Drawn breasts, their table and a recipe."""
    folder = tmp_path_factory.mktemp("labels")
    write_breasts(folder / "data")
    write_recipe(folder, drawn_recipe(EPOCHS))
    return folder


def arguments(folder: Path, out: Path, *more: str) -> list[str]:
    data = folder / "data"
    spec = f"labels:{data / 'labels.csv'},images={data / 'images'},spacing_mm=0.5"
    recipe = str(folder / "drawn.toml")
    return ["train", recipe, "--data", spec, "--out", str(out), "--threads", "1", "-q", *more]


@pytest.fixture(scope="module")
def trained(folder: Path) -> Path:
    """A whole run, by the command line."""
    out = folder / "once"
    assert main(arguments(folder, out)) == 0
    return out


def test_drawn_lines_are_learnt_and_the_folder_says_how_well(trained: Path) -> None:
    document = json.loads((trained / "training.json").read_text(encoding="utf-8"))
    test = document["test"]
    assert test["auc"]["value"] >= 0.9
    assert set(test["table_2"]) == {"accuracy", "balanced_accuracy", "precision", "sensitivity", "f1"}
    assert test["auc"]["low"] is None  # four patients say nothing about others
    assert sum(test["counts"].values()) == test["views"] == 8
    assert test["length"]["n"] == 8
    with (trained / "log.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [int(row["epoch"]) for row in rows] == list(range(1, EPOCHS + 1))
    best = max(rows, key=lambda row: float(row["auc_pr"]))
    assert float(rows[document["best_epoch"] - 1]["auc_pr"]) == float(best["auc_pr"])
    assert cv2.imread(str(trained / "test_curves.png")) is not None


def test_the_card_tells_what_it_is_and_whom_it_has_seen(trained: Path) -> None:
    card = load_card(trained / "model.json")
    split = json.loads((trained / "split.json").read_text(encoding="utf-8"))
    assert (card.mask_style, card.network, card.threshold) == ("heat-map", "vgg16-bn", 0.3)
    assert card.heat_map is not None
    assert (card.heat_map.rows, card.heat_map.columns) == (96, 48)
    assert card.limitations[0].startswith("On its test side (8 views of 4 patients, scored once): AUC")
    assert "No pixel was labelled." in card.training_data
    assert "began_from: random weights" in card.made_by
    assert len(card.seen[0].taught) == len(split["train"])
    # Two images a patient; those of the test side have taught nothing.
    assert len(card.seen[0].images) == 2 * len((*split["train"], *split["validation"]))


def test_the_finished_model_says_the_same_to_bac_analyze(folder: Path, trained: Path) -> None:
    with (trained / "test_views.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    model = str(trained / "model.json")
    for row in rows:
        result = analyze_view(folder / "data" / "images" / row["file"], model=model, spacing_mm=0.5)
        measured = result.measurement
        assert measured.bac_probability == pytest.approx(float(row["bac_probability"]), rel=1e-5)
        assert measured.am_px == int(row["area_px"])
        assert (measured.am_px > 0) == (float(row["bac_probability"]) >= 0.5)
        # The study of its heat maps has an area; results have none, as it is none of calcium.
        assert measured.bac_area_mm2 is None
        assert measured.pixel_area_mm2 is not None
        assert measured.am_px * measured.pixel_area_mm2 == pytest.approx(float(row["area_mm2"]), rel=1e-5)


PROGRAM = """
import sys, time
from shared_core.cli import train_output
from shared_core.cli.main import main
from shared_core.training import epochs
epochs.SAVE_SECONDS = 0.0
last = tuple(map(int, sys.argv[1:3]))
class Waiting(train_output.TrainingConsole):
    def step(self, now):
        if (now.epoch, now.step) >= last:
            print("waits", flush=True)
            time.sleep(3600)
from shared_core.cli import train
train.TrainingConsole = Waiting
sys.exit(main(sys.argv[3:]))
"""


def test_killed_in_the_middle_of_an_epoch_it_goes_on_to_the_same_files(folder: Path, trained: Path) -> None:
    out = folder / "killed"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "2", "3", *arguments(folder, out)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "waits\n"
    process.kill()
    process.wait()
    process.stdout.close()
    assert not (out / "model.json").exists()
    # The same name, as it stands on the card.
    assert main(arguments(folder, out, "--resume", "--name", "killed", "--workers", "2")) == 0
    for name in ("model.safetensors", "graph.safetensors", "log.csv", "training.json", "test_views.csv"):
        assert (out / name).read_bytes() == (trained / name).read_bytes(), name


def test_a_finished_run_is_not_begun_again_and_changed_labels_are_seen(
    folder: Path, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments(folder, trained)) != 0
    assert "already holds a training run" in capsys.readouterr().err
    copy = tmp_path / "copy"
    shutil.copytree(folder / "data", copy / "data")
    shutil.copy(folder / "drawn.toml", copy)
    shutil.copytree(trained, copy / "out")
    table = copy / "data" / "labels.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",45,1", ",46,1"), encoding="utf-8")
    assert main(arguments(copy, copy / "out", "--resume", "--name", trained.name)) != 0
    assert "The data changed since the run" in capsys.readouterr().err


def test_one_picture_under_two_names_is_refused_before_anything_is_learnt(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "leak"
    shutil.copytree(folder / "data", copy / "data")
    shutil.copy(folder / "drawn.toml", copy)
    images = copy / "data" / "images"
    first = cv2.imread(str(images / "p00_LCC.png"), cv2.IMREAD_GRAYSCALE)
    for patient in range(2, 20, 2):
        brighter = np.clip(first * 1.1, 0, 255).astype(np.uint8)
        cv2.imwrite(str(images / f"p{patient:02d}_LCC.png"), brighter[:, ::-1])
    assert main(arguments(copy, copy / "out")) != 0
    assert "is nearly the same picture as" in capsys.readouterr().err
    assert not (copy / "out" / "model.json").exists()
    assert main(arguments(copy, copy / "checked", "--check")) != 0
    assert not (copy / "checked").exists()


def test_a_given_split_with_a_leak_or_without_one_kind_is_refused(
    folder: Path, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    split = json.loads((trained / "split.json").read_text(encoding="utf-8"))
    own = tmp_path / "split.json"

    def refused(**sides: list[str]) -> str:
        own.write_text(json.dumps({**split, **sides}), encoding="utf-8")
        assert main(arguments(folder, tmp_path / "out", "--split", str(own))) != 0
        shutil.rmtree(tmp_path / "out")
        return capsys.readouterr().err

    assert "stands on two sides of the split" in refused(validation=[*split["validation"], split["train"][0]])
    assert "is on no side of the split" in refused(test=split["test"][1:])
    plain = [name for name in split["validation"] if int(name[1:]) % 2]
    bac = [name for name in split["validation"] if name not in plain]
    assert "validation side of the split needs images with BAC and without; it has 0 with" in refused(
        validation=plain, train=[*split["train"], *bac]
    )


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--from", "openbac-1"], "may have learnt from masks; leave out --from"),
        (["--replay", "simulated:patients=1"], "--replay is for recipes that learn from masks"),
        (["--hours", "1"], "--hours is for recipes that learn from masks"),
        (["--initial", "vgg16.pth"], "starts from random weights and takes none"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], message: str
) -> None:
    assert main(arguments(folder, tmp_path / "out", *more)) != 0
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_paper_s_recipe_without_a_file_names_the_alternative(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = arguments(folder, tmp_path / "out")
    command[1] = "mobini-2023"
    # The data can be checked without it.
    assert main([*command, "--check"]) == 0
    assert main(command) != 0
    said = capsys.readouterr().err
    assert "the recipe mobini-2023-scratch needs none" in said
    assert "Name your file of them with --initial" in said


def test_a_recipe_for_masks_takes_no_initial(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["train", "scunet-guo2021", "--data", "simulated:patients=2", "--out", str(tmp_path / "out")]
    assert main([*command, "--initial", "vgg16.pth"]) != 0
    assert "--initial is for mobini-2023" in capsys.readouterr().err


def test_a_run_that_learns_nothing_writes_no_model(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from shared_core.training.image_labels import fitting

    monkeypatch.setattr(
        fitting._Trainer, "_validate", lambda _: dict.fromkeys(("auc", "auc_pr", "validation_loss"), 0.5)
    )
    assert main(arguments(folder, tmp_path / "out", "--epochs", "1")) != 0
    assert "no better than chance on the validation side, so no model was written" in capsys.readouterr().err
    assert not (tmp_path / "out" / "model.json").exists()
