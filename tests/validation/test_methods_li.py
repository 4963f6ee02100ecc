"""The Hausdorff loss with and without, by one command: the page, killed and gone on with, nobody twice."""

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
from shared_core.statistics.bootstrap import paired_bootstrap
from shared_core.training.recipe import load_recipe, recipe_toml
from tests.training.drawn import DrawnViews, drawn_recipe

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("openvino", reason="OpenVINO is not installed")

from tests.validation.tiny_li import use_tiny
from validation.methods.__main__ import main
from validation.methods.li import SMALL_RECIPE, refuse_taught
from validation.methods.li_page import _verdict
from validation.methods.li_scores import Compared, branches

ROOT = Path(__file__).resolve().parents[2]
PICTURE = "methods-li-branches.jpg"


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two epochs with the Hausdorff loss, of which the second has it."""
    small = load_recipe(SMALL_RECIPE)
    tiny = replace(
        drawn_recipe(3),
        network="unet-full",
        network_options=replace(small.network_options, width=4),
        loss=replace(small.loss, hausdorff_from_epoch=2),
        validation=replace(small.validation, every_epochs=1),
        spacing_mm=0.07,
    )
    path = tmp_path_factory.mktemp("recipe") / "tiny.toml"
    path.write_text(recipe_toml(tiny), encoding="utf-8")
    return path


def arguments(page: Path) -> list[str]:
    return ["li", "--small", "--out", str(page / "out"), "-o", str(page / "page.md")]


@pytest.fixture(scope="module")
def once(recipe: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a page that was written in one go."""
    page = tmp_path_factory.mktemp("once")
    with pytest.MonkeyPatch.context() as patched:
        use_tiny(patched, recipe)
        assert main(arguments(page)) == 0
    return page


def test_one_command_compares_both_losses_on_held_out_patients(once: Path) -> None:
    text = (once / "page.md").read_text(encoding="utf-8")
    assert "**A small budget**" in text
    for score in ("Dice", "95 % Hausdorff distance, mm", "thin branches (< 1 mm)"):
        assert f"| {score}" in text
    # Until the term begins both are one model; then it has a weight.
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith(("| 1 |", "| 2 |", "| 3 |"))]
    assert rows[0][1] == rows[0][2]
    assert rows[0][3].startswith("0.00") or float(rows[0][3].strip(" |")) > 0
    assert float(rows[2][3].strip(" |")) > 0
    assert f"(validation/{PICTURE})" in text
    assert cv2.imread(str(once / "validation" / PICTURE)) is not None


PROGRAM = """
import os, signal, sys
from pathlib import Path
import pytest
from tests.validation.tiny_li import use_tiny
from validation.methods import li
from validation.methods.__main__ import main
patched = pytest.MonkeyPatch()
use_tiny(patched, Path(sys.argv[1]))
def told(name, row):
    if (name, row["epoch"]) == (li.WITH, 2):
        os.kill(os.getpid(), signal.SIGKILL)
patched.setattr(li, "_told", told)
sys.exit(main(sys.argv[2:]))
"""


def test_killed_in_the_second_model_it_goes_on_to_the_same_page(
    recipe: Path, once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(recipe), *arguments(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert not (tmp_path / "page.md").exists()
    assert not (tmp_path / "out" / "li" / "with" / "model.json").exists()
    use_tiny(monkeypatch, recipe)
    assert main(arguments(tmp_path)) == 0
    for name in ("page.md", f"validation/{PICTURE}"):
        assert (tmp_path / name).read_bytes() == (once / name).read_bytes(), name


def test_a_patient_who_teaches_judges_nobody() -> None:
    with pytest.raises(UsageError, match="Patient drawn-0 teaches, and is held out"):
        refuse_taught(DrawnViews(4, 1), DrawnViews(2, 5), "drawn")
    refuse_taught(DrawnViews(4, 1), DrawnViews(2, 5, name="others"), "drawn")


def test_widths_of_branches_are_measured_along_their_lines() -> None:
    label = np.zeros((80, 200), bool)
    label[20:26, 10:190] = True
    label[50:70, 10:190] = True
    line, width = branches(label, 0.1)
    thin, wide = line[:, 0] < 40, line[:, 0] >= 40
    assert np.median(width[thin]) == pytest.approx(0.6, abs=0.1)
    assert np.median(width[wide]) == pytest.approx(2.0, abs=0.1)
    assert thin.sum() > 150
    assert branches(np.zeros_like(label), 0.1)[0].shape == (0, 2)


def test_the_page_says_which_way_a_score_is_better() -> None:
    base = np.linspace(1, 3, 12)
    worse = paired_bootstrap(base + 0.5 + 0.01 * np.sin(np.arange(12)), base, resamples=2000)
    assert _verdict(Compared("set", "hausdorff95", 12, 2, 2.5, worse, "mm")) == "worse with the term"
    assert _verdict(Compared("set", "dice", 12, 2, 2.5, worse)) == "better with the term"
    same = paired_bootstrap(base + np.sin(np.arange(12)), base + np.cos(np.arange(12)), resamples=2000)
    assert "no difference" in _verdict(Compared("set", "dice", 12, 2, 2.5, same))
    assert "fewer than 8" in _verdict(Compared("set", "dice", 1, 2, 2.5, None))


def test_the_small_recipe_differs_in_size_alone() -> None:
    small, paper = load_recipe(SMALL_RECIPE), load_recipe("li-2025")
    assert small.loss.kind == paper.loss.kind
    assert small.network == paper.network
    # The unit of the distances, in mm, is of the same order.
    assert (
        0.25
        < small.loss.hausdorff_scale_px
        * small.spacing_mm
        / (paper.loss.hausdorff_scale_px * paper.spacing_mm)
        < 2
    )
