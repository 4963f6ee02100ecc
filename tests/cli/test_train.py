from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from shared_core.cli.main import main
from shared_core.cli.train_output import duration
from shared_core.weights.registry import load_card
from tests.pacs.drawn_exam import drawn_files

ROOT = Path(__file__).resolve().parents[2]
RECIPE = """
name = "tiny"
title = "A tiny try"
dropout = 0.0
spacing_mm = 0.14
epochs = {epochs}
[patches]
tile_px = 128
overlap_px = 16
least_negatives = 4
[sampling]
batch = 5
positives = {positives}
negatives_per_positive = 0.25
mine_every_epochs = 0
[augmentation]
scale = 0.0
turn_degrees = 0.0
noise = 0.0
blur_px = 0.0
brightness = 0.1
contrast = 0.1
gamma = 0.1
[optimisation]
learning_rate = 5e-3
weight_decay = 1e-4
[validation]
score = "dice-at-best-threshold"
every_epochs = 4
patience = 0
"""
DATA = "simulated:patients={patients},seed=3,pitch_mm={pitch},field=breast"
STATED_DICE = 0.25
"""On validation patches of simulated patients after half a minute."""


def recipe(folder: Path, *, epochs: int, positives: int = 40) -> str:
    path = folder / "tiny.toml"
    path.write_text(RECIPE.format(epochs=epochs, positives=positives), encoding="utf-8")
    return str(path)


def command(folder: Path, *more: str, epochs: int = 2) -> list[str]:
    data = DATA.format(patients=2, pitch=0.28)
    out = str(folder / "model")
    tiny = recipe(folder, epochs=epochs, positives=10)
    return ["train", tiny, "--data", data, "--out", out, "--threads", "1", "--device", "cpu", *more]


def test_a_tiny_simulated_set_reaches_the_stated_dice_and_the_model_analyses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = DATA.format(patients=6, pitch=0.14)
    out = tmp_path / "Tiny Model"
    arguments = ["train", recipe(tmp_path, epochs=12), "--data", data, "--out", str(out), "--threads", "1"]
    assert main(arguments) == 0
    shown = capsys.readouterr()
    assert "tiny-model" in shown.out
    assert "epoch 12: loss" in shown.err
    with (out / "log.csv").open(newline="") as file:
        best = max(float(row["dice"]) for row in csv.DictReader(file) if row["dice"])
    assert best >= STATED_DICE
    exam, results = tmp_path / "exam", tmp_path / "results"
    exam.mkdir()
    analyze = ["analyze", str(drawn_files(exam)[0]), "-o", str(results), "--no-pictures", "--workers", "0"]
    assert main([*analyze, "--model", str(out / "model.json")]) == 0
    with (results / "views.csv").open(newline="") as file:
        (view,) = csv.DictReader(file)
    assert view["model_name"] == "tiny-model"
    assert view["model_sha256"] == load_card(out / "model.json").sha256


WAITING = """
import sys, time
from shared_core.cli.main import main
from shared_core.cli.train_output import TrainingConsole
say = TrainingConsole.epoch
def say_and_wait(self, row):
    say(self, row)
    time.sleep(3600)
TrainingConsole.epoch = say_and_wait
sys.exit(main(sys.argv[1:]))
"""
"""Is never done before it is killed."""


def test_killed_and_resumed_it_ends_with_the_same_model(tmp_path: Path) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    whole.mkdir()
    killed.mkdir()
    assert main(command(whole, "--name", "own")) == 0
    arguments = command(killed, "--name", "own")
    process = subprocess.Popen(
        [sys.executable, "-c", WAITING, *arguments],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("epoch 1:"):
            break
    process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    process.wait()
    process.stderr.close()
    assert not (killed / "model" / "model.json").exists()
    assert main(arguments) == 1
    assert main([*arguments, "--resume"]) == 0
    for name in ("model.safetensors", "model.json", "log.csv"):
        assert (whole / "model" / name).read_bytes() == (killed / "model" / name).read_bytes(), name


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (["--from", "nothing"], "There is no model 'nothing'"),
        (["--replay", "simulated:"], "--replay is for fine-tuning"),
        (["--split", "no-split.json"], "no-split.json cannot be read"),
    ],
)
def test_mistakes_are_told_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: list[str], words: str
) -> None:
    assert main(command(tmp_path, *change)) == 1
    error = capsys.readouterr().err
    assert words in error
    assert "Traceback" not in error


def test_fine_tuning_needs_a_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["train", "scunet-fine-tune", "--data", "simulated:", "--out", str(tmp_path / "x")]
    assert main(arguments) == 1
    assert "Name it with --from MODEL" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("seconds", "words"), [(12.4, "12 s"), (100, "2 min"), (3600, "1 h 0 min"), (8130, "2 h 15 min")]
)
def test_time_left_is_told_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process")
def test_ctrl_c_ends_cleanly_and_can_be_resumed(tmp_path: Path) -> None:
    arguments = command(tmp_path, epochs=30)
    process = subprocess.Popen(
        [sys.executable, "-m", "shared_core", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("epoch 1:"):
            break
    process.send_signal(signal.SIGINT)
    rest = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 130
    assert "stopped" in rest
    assert "Traceback" not in rest
    assert (tmp_path / "model" / "state.pt").exists()
