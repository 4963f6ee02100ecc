"""CONTRIBUTING.md is followed to the letter: what it says to do for a new quantity is done to a copy."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.quantity_recipe import commands, follow

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The engine and its documentation with the quantity of the recipe."""
    folder = tmp_path_factory.mktemp("clone")
    for name in ("shared_core", "scripts", "docs/schema"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for page in (ROOT / "docs").glob("*.md"):
        shutil.copy(page, folder / "docs")
    follow(folder)
    return folder


def _run(folder: Path, *arguments: str) -> None:
    answer = subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr


def test_a_quantity_by_the_recipe_is_in_results_and_reference(copy: Path) -> None:
    (script,) = (words for words in map(str.split, commands()) if words[2].startswith("scripts."))
    _run(copy, *script[1:])
    assert "| `mean_part_px` | px | `am_px` / `parts_count`" in (copy / "docs" / "results.md").read_text(
        "utf-8"
    )
    assert "`MEANPART`" in (copy / "docs" / "dicom.md").read_text("utf-8")
    assert "mean_part_px" in (copy / "docs" / "schema" / "view.json").read_text("utf-8")

    breast = cv2.circle(np.zeros((1024, 800), np.uint8), (0, 512), 480, 1, -1)
    image = breast * np.random.default_rng(0).integers(90, 150, breast.shape).astype(np.uint8)
    mask = np.zeros_like(image)
    mask[400:410, 40:60] = mask[600:610, 40:80] = 255
    cv2.imwrite(str(copy / "LCC.png"), image)
    cv2.imwrite(str(copy / "drawn.png"), mask)
    _run(copy, "-m", "shared_core", "measure", "LCC.png", "drawn.png", "-o", "results")
    (row,) = csv.DictReader((copy / "results" / "views.csv").open(encoding="utf-8", newline=""))
    assert float(row["mean_part_px"]) == (200 + 400) / 2
    (record,) = (copy / "results").rglob("LCC*.json")
    assert json.loads(record.read_text("utf-8"))["metrics"]["mean_part_px"] == 300
