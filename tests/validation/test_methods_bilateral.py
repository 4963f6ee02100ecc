"""Both breasts or each alone, by one command: the page, killed and gone on with, what a false pixel is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shared_core.training.recipe import recipe_toml
from tests.training.drawn_pairs import DrawnPairs, bilateral_recipe

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("openvino", reason="OpenVINO is not installed")

from tests.validation.tiny_bilateral import use_tiny
from validation.methods.__main__ import main
from validation.methods.bilateral import EDGE_MM, edge_of, false_px
from validation.methods.kept_views import KeptViews

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recipe") / "tiny.toml"
    path.write_text(recipe_toml(replace(bilateral_recipe(2), input="view")), encoding="utf-8")
    return path


def arguments(page: Path) -> list[str]:
    return ["bilateral", "--small", "--out", str(page / "out"), "-o", str(page / "page.md")]


@pytest.fixture(scope="module")
def once(recipe: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a page that was written in one go."""
    page = tmp_path_factory.mktemp("once")
    with pytest.MonkeyPatch.context() as patched:
        use_tiny(patched, recipe)
        assert main(arguments(page)) == 0
    return page


def test_one_command_compares_single_views_with_both_breasts(once: Path) -> None:
    text = (once / "page.md").read_text(encoding="utf-8")
    # Of three patients in turn: two views with partners, three, and one alone.
    assert "- With a partner: simulated, 15 of 18 views." in text
    assert f"| false px a view, within {EDGE_MM:g} mm of the image's border | simulated | 9 |" in text
    assert "| Dice of views with BAC | simulated | 9 |" in text


PROGRAM = """
import os, signal, sys
from pathlib import Path
import pytest
from tests.validation.tiny_bilateral import use_tiny
from validation.methods import bilateral
from validation.methods.__main__ import main
patched = pytest.MonkeyPatch()
use_tiny(patched, Path(sys.argv[1]))
def told(name, row):
    if (name, row["epoch"]) == (bilateral.BILATERAL, 1):
        os.kill(os.getpid(), signal.SIGKILL)
patched.setattr(bilateral, "_told", told)
sys.exit(main(sys.argv[2:]))
"""


def test_killed_in_the_bilateral_model_it_goes_on_to_the_same_page(
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
    use_tiny(monkeypatch, recipe)
    assert main(arguments(tmp_path)) == 0
    assert (tmp_path / "page.md").read_bytes() == (once / "page.md").read_bytes()


def test_false_pixels_at_the_border_are_counted_apart(tmp_path: Path) -> None:
    source = KeptViews(DrawnPairs(1), tmp_path)
    view = replace(source.load(0), label=np.zeros((128, 96), np.bool_), spacing_mm=0.5)
    mask = np.zeros((128, 96), np.bool_)
    mask[:2, 40:50] = True
    mask[60:63, 40:50] = True
    assert false_px(view, mask) == (20.0, 30.0)
    edge = edge_of(view)
    assert edge[:10].all()
    assert not edge[10:-10, 10:-10].any()
    # Beside BAC nothing is false.
    assert false_px(replace(view, label=mask), mask) == (0.0, 0.0)


def test_kept_views_are_those_that_were_loaded(tmp_path: Path) -> None:
    plain, kept = DrawnPairs(2), KeptViews(DrawnPairs(2), tmp_path)
    for number in (0, 0, 3):
        one, other = plain.load(number), kept.load(number)
        for name in ("image_u8", "label", "valid"):
            assert np.array_equal(getattr(one, name), getattr(other, name))
        assert (one.identity, one.spacing_mm, other.ignore) == (other.identity, other.spacing_mm, None)
        assert kept.sided(number) == plain.sided(number)
