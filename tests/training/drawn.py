"""Pictures that are learnt in seconds: bright curved bands on a cloudy ground."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.training.example import Identity, TrainingView
from shared_core.training.patch import PatchSet
from shared_core.training.recipe import (
    OptimisationRecipe,
    PatchRecipe,
    Recipe,
    SamplingRecipe,
    ValidationRecipe,
)

Pixels = NDArray[np.uint8]


def drawn_view(seed: int, side: int, *, bands: int, brightness: float = 60.0) -> tuple[Pixels, Pixels]:
    """An image and its label of 0 and 1."""
    rng = np.random.default_rng(seed)
    cloud = cv2.GaussianBlur(rng.normal(0, 1, (side, side)).astype(np.float32), (0, 0), 4)
    image = 100 + 15 * cloud / cloud.std() + rng.normal(0, 4, (side, side))
    label = np.zeros((side, side), np.uint8)
    for _ in range(bands):
        points = rng.uniform(0, side, (3, 2))
        t = np.linspace(0, 1, 40)[:, None]
        curve = (1 - t) ** 2 * points[0] + 2 * t * (1 - t) * points[1] + t**2 * points[2]
        cv2.polylines(label, [curve.astype(np.int32)], False, 1, 7)
    image += brightness * cv2.GaussianBlur(label.astype(np.float32), (0, 0), 1.0)
    return np.clip(image, 1, 255).astype(np.uint8), label


def drawn_patches(count: int, *, seed: int, side: int = 64) -> PatchSet:
    """Patches of which every third is without a band."""
    pairs = [drawn_view(1000 * seed + number, side, bands=number % 3) for number in range(count)]
    return PatchSet(
        np.stack([image for image, _ in pairs]),
        np.stack([label for _, label in pairs]),
        np.arange(count, dtype=np.int32),
        np.zeros((count, 2), np.int32),
    )


@dataclass(frozen=True)
class DrawnViews:
    """A source of such views, two a patient."""

    patients: int
    seed: int
    brightness: float = 60.0
    """Of the bands."""
    label_elsewhere: bool = False
    """Labels of another image: nothing can be learnt but wrong things."""
    name: str = "drawn"

    def __len__(self) -> int:
        return 2 * self.patients

    def identity(self, number: int) -> Identity:
        tags = (("severity", "mild"), ("style", "drawn"))
        return Identity(f"{self.name}-{number // 2}", f"{self.name}-view-{number}", "folder", tags)

    def load(self, number: int) -> TrainingView:
        seed = 1000 * self.seed + number
        image, label = drawn_view(seed, 128, bands=3, brightness=self.brightness)
        if self.label_elsewhere:
            label = np.ascontiguousarray(label[::-1, ::-1])
        return TrainingView(
            self.identity(number), image, label.astype(np.bool_), np.ones(label.shape, np.bool_), 0.07
        )

    @property
    def description(self) -> dict[str, str]:
        return {self.name: f"{self.patients} drawn patients, seed {self.seed}, {self.brightness:g} bright"}


def drawn_recipe(epochs: int = 6) -> Recipe:
    """A recipe that learns them in seconds."""
    return Recipe(
        name="drawn",
        title="drawn bands",
        dropout=0.1,
        epochs=epochs,
        patches=PatchRecipe(tile_px=64, overlap_px=16, least_negatives=2),
        sampling=SamplingRecipe(batch=6, mine_every_epochs=2, mined=6),
        optimisation=OptimisationRecipe(learning_rate=4e-3, ema_decay=0.8),
        validation=ValidationRecipe(patience=0),
    )


def with_optimisation(recipe: Recipe, **values: object) -> Recipe:
    """The same with other values in its section."""
    return replace(recipe, optimisation=replace(recipe.optimisation, **values))  # type: ignore[arg-type]
