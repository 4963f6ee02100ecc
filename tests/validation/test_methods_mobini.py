"""Image labels by one command: what the page says, killed and gone on with, and no patient on two sides."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from shared_core.errors import UsageError
from shared_core.training.data.data_check import DataCheck
from shared_core.training.image_labels.labelled_images import LabelledImages
from shared_core.training.image_labels.recipe import load_label_recipe
from shared_core.training.image_labels.table import LabelledFile

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("openvino", reason="OpenVINO is not installed")

from tests.validation.tiny_labels import use_tiny, write_all, write_crops
from validation.methods import mobini_crops
from validation.methods.__main__ import main
from validation.methods.crop_scores import within_folds_auc
from validation.methods.heat_maps import surest
from validation.methods.mobini import CROPS_RECIPE, VIEWS_RECIPE
from validation.methods.mobini_crops import fold_split, run_crops

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ("methods-mobini-views.jpg", "methods-mobini-crops.jpg")


def arguments(real: Path, out: Path, page: Path) -> list[str]:
    return [
        *("mobini", "--small", "--real", str(real), "--images", str(real)),
        *("--out", str(out), "-o", str(page / "page.md")),
    ]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_all(tmp_path_factory.mktemp("labels"))


@pytest.fixture(scope="module")
def once(folders: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a page that was written in one go."""
    page = tmp_path_factory.mktemp("once")
    with pytest.MonkeyPatch.context() as patched:
        use_tiny(patched, folders[1])
        assert main(arguments(folders[0], page / "out", page)) == 0
    return page


def test_one_command_writes_scores_with_intervals_and_pictures(once: Path) -> None:
    text = (once / "page.md").read_text(encoding="utf-8")
    assert "**A small budget**" in text
    assert "20 crops of 10 patients (CBIS-DDSM, film; 5 patients have vascular ones)" in text
    assert text.count("| 4 | 2 | 2 | 1 |") == 5
    assert "| network | " in text
    assert "| area of the crop, px | 0.50 | 0.50 to 0.50 |" in text
    assert "rho of area and length" in text
    assert "the test side was scored once" in text
    for name in PICTURES:
        picture = cv2.imread(str(once / "validation" / name))
        assert picture is not None
        assert f"(validation/{name})" in text


PROGRAM = """
import os, signal, sys
from pathlib import Path
import pytest
from tests.validation.tiny_labels import use_tiny
from validation.methods import mobini_crops
from validation.methods.__main__ import main
patched = pytest.MonkeyPatch()
use_tiny(patched, Path(sys.argv[1]))
def told(fold, row):
    if (fold, row["epoch"]) == (1, 2):
        os.kill(os.getpid(), signal.SIGKILL)
patched.setattr(mobini_crops, "_told", told)
sys.exit(main(sys.argv[2:]))
"""


def test_killed_within_a_fold_it_goes_on_to_the_same_page(
    folders: tuple[Path, Path], once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, recipes = folders
    command = arguments(real, tmp_path / "out", tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    killed = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(recipes), *command], cwd=ROOT, env=environment, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert not (tmp_path / "page.md").exists()
    assert (tmp_path / "out" / "mobini" / "crops" / "fold-1").is_dir()
    assert not (tmp_path / "out" / "mobini" / "crops" / "fold-2").exists()
    use_tiny(monkeypatch, recipes)
    assert main(command) == 0
    for name in ("page.md", *(f"validation/{name}" for name in PICTURES)):
        assert (tmp_path / name).read_bytes() == (once / name).read_bytes(), name


def test_a_patient_of_two_folds_is_refused() -> None:
    rows = [
        LabelledFile(Path(f"{number}.png"), f"{number}.png", f"P{number // 4}", None, number % 2 == 0)
        for number in range(20)
    ]
    source = LabelledImages(tuple(rows), ("table",))
    folds = np.arange(20) // 4
    split = fold_split(source, folds, 1, DataCheck(()), seed=1)
    assert (split.test, split.validation, len(split.train)) == (("P1",), ("P2",), 3)
    folds[4] = 0
    with pytest.raises(UsageError, match="P1 stands on two sides"):
        fold_split(source, folds, 1, DataCheck(()), seed=1)


def test_one_picture_under_two_names_is_refused(
    tmp_path: Path, folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = write_crops(tmp_path / "real")
    one, *_, other = sorted((real / "other-calcification").iterdir())
    other.write_bytes(one.read_bytes())
    with pytest.raises(UsageError, match="nearly the same picture"):
        run_crops(
            tmp_path / "out",
            real,
            mobini_crops.CropBudget(str(folders[1] / "crops.toml")),
            machine=mobini_crops.Machine(),
        )


def test_a_part_without_its_folder_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mobini", "--out", str(tmp_path), "-o", str(tmp_path / "page.md")]) == 1
    assert "needs --images" in capsys.readouterr().err


def test_only_scores_of_one_model_are_compared() -> None:
    truth = np.array([True, False, True, False])
    folds = np.array([0, 0, 1, 1])
    # The second model gives everything more; within a fold both are right.
    assert within_folds_auc(truth, np.array([0.2, 0.1, 0.9, 0.8]), folds) == 1
    assert within_folds_auc(truth, np.array([0.1, 0.2, 0.9, 0.8]), folds) == 0.5
    assert np.isnan(within_folds_auc(truth, np.ones(4), np.array([0, 1, 2, 3])))


def test_the_surest_answers_come_first() -> None:
    found = [(True, 0.6), (True, 0.9), (False, 0.95), (True, 0.1), (True, 0.3)]
    assert surest(found, has_bac=True, positive=True) == [1, 0]
    assert surest(found, has_bac=True, positive=False) == [3, 4]
    assert surest(found, has_bac=False, positive=True) == [2]


def test_its_recipes_keep_the_paper_s_rule() -> None:
    paper = load_label_recipe("mobini-2023")
    for path in (VIEWS_RECIPE, CROPS_RECIPE):
        own = load_label_recipe(path)
        assert (own.positive_from, own.heat_threshold) == (paper.positive_from, paper.heat_threshold)
        assert own.changes == paper.changes
        assert own.split.prevalence == paper.split.prevalence
        assert replace(own.network_options, width=None).channels == 1
