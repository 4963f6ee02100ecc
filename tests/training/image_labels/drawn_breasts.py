"""Small drawn breasts, with a bright curved line or without: learnt in seconds, and all files on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.networks.options import NetworkOptions
from shared_core.training.image_labels.recipe import (
    LabelRecipe,
    PictureRecipe,
    SplitRecipe,
    label_recipe_toml,
)
from shared_core.training.recipe import OptimisationRecipe

SHAPE = (240, 130)
PIXEL_MM = 0.5


def drawn_breast(seed: int, *, has_bac: bool) -> tuple[NDArray[np.uint8], float]:
    """A half ellipse of cloudy tissue, and the length in mm of the bright line in it."""
    random = np.random.default_rng(seed)
    rows, columns = SHAPE
    grey = np.zeros(SHAPE, np.float32)
    axes = (int(columns * random.uniform(0.65, 0.9)), int(rows * random.uniform(0.36, 0.46)))
    cv2.ellipse(grey, (0, rows // 2), axes, 0, 0, 360, 90, -1)
    # No two are alike: the check for one picture under two names compares fine structure.
    cloud = cv2.GaussianBlur(random.normal(size=SHAPE), (0, 0), 4)
    grey += np.where(grey > 0, cloud * 22 / cloud.std(), 0).astype(np.float32)
    length_mm = 0.0
    if has_bac:
        start = np.array([random.uniform(8, 30), random.uniform(70, 100)])
        end = start + np.array([random.uniform(25, 60), random.uniform(20, 60)])
        cv2.line(grey, start.astype(int).tolist(), end.astype(int).tolist(), 220.0, 3)
        length_mm = float(np.hypot(*(end - start))) * PIXEL_MM
    return cv2.GaussianBlur(grey, (0, 0), 0.8).clip(0, 255).astype(np.uint8), length_mm


def write_breasts(
    folder: Path, patients: int = 20, *, lengths: bool = True, unknown_ages: Sequence[int] = (3,)
) -> Path:
    """Two views a patient, every other patient with BAC, and the table of labels; its path."""
    folder.mkdir(parents=True, exist_ok=True)
    images = folder / "images"
    images.mkdir()
    head = ["file", "patient", "age", "label", *(["length_mm"] if lengths else [])]
    lines = [",".join(head)]
    for patient in range(patients):
        has_bac = patient % 2 == 0
        for side in ("L", "R"):
            image, length_mm = drawn_breast(100 * patient + (side == "R"), has_bac=has_bac)
            name = f"p{patient:02d}_{side}CC.png"
            cv2.imwrite(str(images / name), image)
            age = "" if patient in unknown_ages else str(45 + patient)
            cells = [name, f"P{patient:02d}", age, str(int(has_bac))]
            lines.append(",".join([*cells, *([f"{length_mm:.1f}"] if lengths else [])]))
    table = folder / "labels.csv"
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return table


def drawn_recipe(epochs: int = 3) -> LabelRecipe:
    """A recipe that learns them in seconds."""
    return LabelRecipe(
        name="drawn-labels",
        title="drawn breasts",
        learns_from="image labels",
        network="vgg16-bn",
        epochs=epochs,
        batch=6,
        picture=PictureRecipe(96, 48),
        split=SplitRecipe(validation=0.2, test=0.2, prevalence=0.5),
        optimisation=OptimisationRecipe(learning_rate=4e-3, schedule="cosine"),
        network_options=NetworkOptions(3, width=4),
    )


def write_recipe(folder: Path, recipe: LabelRecipe | None = None) -> Path:
    """The same as a file for the command line."""
    path = folder / "drawn.toml"
    path.write_text(label_recipe_toml(recipe or drawn_recipe()), encoding="utf-8")
    return path


def with_changes(recipe: LabelRecipe, **values: object) -> LabelRecipe:
    """The same with other values."""
    return replace(recipe, **values)  # type: ignore[arg-type]
