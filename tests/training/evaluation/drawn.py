"""Views in memory whose arteries and answers are drawn, so that every score is known."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from shared_core.errors import UsageError
from shared_core.training.evaluation.row import ViewRow, score_view
from shared_core.training.example import Identity, TrainingView
from shared_core.weights.card import ModelCard
from shared_core.weights.registry import load_card

CARD: ModelCard = load_card("scunet-emory-2021")
SHAPE = (600, 400)
SPACING_MM = 0.07


def band(row: int, start: int, stop: int, *, width: int = 20) -> np.ndarray:
    """A horizontal band."""
    mask = np.zeros(SHAPE, bool)
    mask[row - width // 2 : row + width // 2, start:stop] = True
    return mask


def view(
    label: np.ndarray,
    *,
    patient: str = "P1",
    name: str = "V1",
    ignore: np.ndarray | None = None,
    spacing_mm: float | None = SPACING_MM,
    tags: tuple[tuple[str, str], ...] = (),
) -> TrainingView:
    """A view on a grey texture."""
    image = np.random.default_rng(0).integers(60, 120, label.shape).astype(np.uint8)
    valid = np.zeros(label.shape, bool)
    valid[10:-10, 10:-10] = True
    identity = Identity(patient, name, "simulated", tags)
    return TrainingView(identity, image, label, valid, spacing_mm, ignore)


def answer(*parts: tuple[np.ndarray, float]) -> np.ndarray:
    """A probability map; later parts lie above earlier ones."""
    values = np.full(SHAPE, 0.001, np.float32)
    for mask, probability in parts:
        values[mask] = probability
    return values


def row(
    label: np.ndarray,
    *parts: tuple[np.ndarray, float],
    number: int = 0,
    card: ModelCard = CARD,
    **of_view: object,
) -> ViewRow:
    """Score a drawn answer."""
    shown = view(label, **of_view)  # type: ignore[arg-type]
    return score_view(number, shown, answer(*parts), card)[0]


NOTHING = np.zeros(SHAPE, bool)


@dataclass(frozen=True)
class DrawnViews:
    """A source of a few views; numbers in `broken` cannot be loaded."""

    views: tuple[TrainingView, ...] = field(repr=False)
    broken: tuple[int, ...] = field(default=(), repr=False)
    loaded: list[int] = field(default_factory=list, repr=False)
    """Numbers that were asked for."""

    def __len__(self) -> int:
        return len(self.views)

    def identity(self, number: int) -> Identity:
        return self.views[number].identity

    def load(self, number: int) -> TrainingView:
        if number in self.broken:
            raise UsageError(f"view {number} is broken; mend it.")
        self.loaded.append(number)
        return self.views[number]

    @property
    def description(self) -> dict[str, str]:
        return {"drawn views": str(len(self))}
