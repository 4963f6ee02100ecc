"""Small views and sources for the tests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from shared_core.exporting.png import encode_png
from shared_core.mammogram import Laterality, View
from shared_core.simulation.randomness import power_law_noise
from shared_core.training.data.simulated import SimulatedViews
from shared_core.training.example import Identity, TrainingView
from shared_core.weights.registry import DEFAULT_MODEL, load_card

COARSE_MM = 0.28
COARSE_CARD = replace(load_card(DEFAULT_MODEL), input_spacing_mm=COARSE_MM)
"""The default model, had it been trained on pixels of 0.28 mm."""


def coarse_views(**changes: object) -> SimulatedViews:
    """Simulated left CC views of 0.28 mm."""
    asked = SimulatedViews(
        seed=4,
        patients=6,
        views=((Laterality.LEFT, View.CC),),
        look_alikes=(),
        pitch_mm=COARSE_MM,
        whole_field=False,
        card=COARSE_CARD,
    )
    return replace(asked, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class MadeViews:
    """Views of noise with a band, one patient each."""

    count: int = 5
    shape: tuple[int, int] = (200, 150)
    patients: int = 5

    def __len__(self) -> int:
        return self.count

    def identity(self, number: int) -> Identity:
        severity = "none" if number % 2 else "mild"
        return Identity(f"p{number % self.patients}", f"v{number}", "folder", (("severity", severity),))

    def load(self, number: int) -> TrainingView:
        rng = np.random.default_rng(number)
        label = np.zeros(self.shape, bool)
        if number % 2 == 0:
            label[60:66, 20:100] = True
        valid = np.zeros(self.shape, bool)
        valid[10:-10, :120] = True
        ignore = np.zeros(self.shape, bool)
        ignore[60:66, 20:30] = True
        image = rng.integers(1, 256, self.shape).astype(np.uint8)
        return TrainingView(self.identity(number), image, label, valid, ignore=ignore)

    @property
    def description(self) -> dict[str, str]:
        return {"made": f"{self.count} views of {self.shape}"}


def breast_picture(shape: tuple[int, int] = (600, 400)) -> np.ndarray:
    """8-bit picture that looks like a breast to the preprocessing: chest wall at the left."""
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]]
    reach = np.hypot((rows - shape[0] / 2) / (0.42 * shape[0]), columns / (0.75 * shape[1]))
    texture = power_law_noise(np.random.default_rng(1), shape, beta=2.5, grid_mm=0.28, longest_mm=20)
    inside = np.clip((1 - reach) * 20, 0, 1)
    return np.clip(inside * (100 + 30 * texture), 0, 255).astype(np.uint8)


def write_png(path: Path, picture: np.ndarray) -> Path:
    """Write a picture, folders made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode_png(np.ascontiguousarray(picture)))
    return path
