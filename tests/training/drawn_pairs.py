"""Drawn views of both breasts: patients with two sides, with a projection missing, with one side alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared_core.mammogram import Laterality, View
from shared_core.reading.partners import BreastView
from shared_core.training.example import Identity, Sided, TrainingView
from shared_core.training.recipe import Recipe
from tests.training.drawn import drawn_recipe, drawn_view

EXAMS = (("LCC", "RCC"), ("LCC", "LMLO", "RCC"), ("LMLO",))
"""In turn."""


@dataclass(frozen=True)
class DrawnPairs:
    """Views of some patients; images of two sides have different heights and widths."""

    patients: int
    seed: int = 1
    name: str = "pair"

    @property
    def _views(self) -> list[tuple[int, str]]:
        return [(patient, name) for patient in range(self.patients) for name in EXAMS[patient % len(EXAMS)]]

    def __len__(self) -> int:
        return len(self._views)

    @property
    def description(self) -> dict[str, str]:
        return {self.name: f"{self.patients} drawn patients, seed {self.seed}"}

    def identity(self, number: int) -> Identity:
        patient, name = self._views[number]
        tags = (("projection", name[1:]), ("severity", "mild"))
        return Identity(f"{self.name}-{patient}", f"{self.name}-{patient}-{name}", "folder", tags)

    def sided(self, number: int) -> Sided:
        patient, name = self._views[number]
        return Sided(str(patient), BreastView(Laterality(name[0]), View(name[1:])))

    def load(self, number: int) -> TrainingView:
        _, name = self._views[number]
        image, label = drawn_view(1000 * self.seed + number, 128, bands=3)
        rows = 128 if name[0] == "L" else 112
        image, label = image[:rows, :96].copy(), label[:rows, :96].astype(bool)
        return TrainingView(self.identity(number), image, label, image > 0, 0.07)


def bilateral_recipe(epochs: int = 3) -> Recipe:
    """A recipe that learns pairs in seconds."""
    recipe = drawn_recipe(epochs)
    options = replace(recipe.network_options, channels=1, width=4)
    return replace(
        recipe, name="pairs", network="unet-full", network_options=options, spacing_mm=0.07, input="bilateral"
    )
