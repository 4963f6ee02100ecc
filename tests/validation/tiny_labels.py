"""The study of image labels on drawn pictures: seconds, by the same command."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import cv2
import numpy as np
import pytest

from shared_core.networks.options import NetworkOptions
from shared_core.training.example import Identity, TrainingView, ViewSource
from shared_core.training.image_labels.recipe import PictureRecipe, label_recipe_toml
from tests.training.image_labels.drawn_breasts import drawn_breast, drawn_recipe, with_changes
from validation.methods import mobini
from validation.methods.mobini import Budget
from validation.methods.mobini_crops import CropBudget

PIXEL_MM = 0.5


@dataclass(frozen=True)
class DrawnBreasts:
    """Two views a patient, every other patient with BAC."""

    patients: int

    def __len__(self) -> int:
        return 2 * self.patients

    @property
    def description(self) -> dict[str, str]:
        return {"drawn": f"{self.patients} patients"}

    def identity(self, number: int) -> Identity:
        severity = "none" if number // 2 % 2 else "mild"
        patient = f"drawn-{number // 2:02d}"
        return Identity(patient, f"{patient}-{number}", "folder", (("severity", severity),))

    def load(self, number: int) -> TrainingView:
        image, length_mm = drawn_breast(300 + number, has_bac=number // 2 % 2 == 0)
        label = np.zeros(image.shape, np.bool_)
        if length_mm:
            label[60 : 60 + round(length_mm / PIXEL_MM), 60:64] = True
        return TrainingView(self.identity(number), image, label, image > 20, PIXEL_MM)


def write_crops(folder: Path) -> Path:
    """Of every fold a patient with vascular crops and one with others; the folder."""
    text = resources.files("shared_core.training.data").joinpath("real_bac_folds.json").read_text("utf-8")
    by_fold: dict[int, list[str]] = {}
    for name, fold in json.loads(text).items():
        if name.startswith("P_"):
            by_fold.setdefault(fold, []).append(name)
    lines = {}
    for fold in sorted(by_fold):
        vascular, other = by_fold[fold][:2]
        for side in ("LEFT", "RIGHT"):
            name = f"{vascular}_{side}_CC_VASCULAR_nan_1.jpg"
            _draw(folder / "vascular" / name, seed=fold, line=True)
            lines[name] = {"lines": [[[5, 30], [75, 50]]], "uncertain_lines": [], "other_calcification": []}
            lines[name]["confidence"] = "certain"  # type: ignore[assignment]  # as of JSON
            _draw(folder / "other-calcification" / f"{other}_{side}_CC_nan_1.jpg", seed=50 + fold, line=False)
    (folder / "lines.json").write_text(json.dumps(lines), encoding="utf-8")
    return folder


def write_all(folder: Path) -> tuple[Path, Path]:
    """Crops, and recipes as files; both folders."""
    base = drawn_recipe(3)
    recipes = folder / "recipes"
    recipes.mkdir(parents=True)
    small = with_changes(base, picture=PictureRecipe(64, 64), network_options=NetworkOptions(1, width=2))
    (recipes / "views.toml").write_text(label_recipe_toml(base), encoding="utf-8")
    (recipes / "crops.toml").write_text(label_recipe_toml(small), encoding="utf-8")
    return write_crops(folder / "real"), recipes


def use_tiny(monkeypatch: pytest.MonkeyPatch, recipes: Path) -> None:
    """Let the command run the tiny study."""
    asked = Budget(str(recipes / "views.toml"), 20, 1, PIXEL_MM, CropBudget(str(recipes / "crops.toml")))

    def budget(*, small: bool) -> Budget:
        return asked

    def source(asked: Budget, images: Path) -> tuple[ViewSource, int]:
        return DrawnBreasts(20), 30

    monkeypatch.setattr(mobini, "budget", budget)
    monkeypatch.setattr(mobini, "views_source", source)


def _draw(path: Path, *, seed: int, line: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng([seed, len(path.name), path.name.encode()[8]])
    cloud = cv2.GaussianBlur(random.normal(size=(80, 80)), (0, 0), 2)
    image = 110 + 20 * cloud / cloud.std() + random.normal(0, 4, (80, 80))
    if line:
        cv2.line(image, (5, 30), (75, 50), 230.0, 4)
    cv2.imwrite(str(path), image.clip(0, 255).astype(np.uint8))
