"""Scores of a network on patches at every threshold, from counts of its probabilities."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from shared_core.training.patch import IGNORED
from shared_core.training.recipe import ScoreKind, ValidationRecipe

STEPS = 1000
"""Thresholds are told apart to a thousandth."""

Counts = NDArray[np.int64]


def _no_counts() -> Counts:
    return np.zeros(STEPS + 1, np.int64)


@dataclass
class PixelCounts:
    """How many pixels got which probability, in thousandths, by what is true of them."""

    bac: Counts = field(default_factory=_no_counts)
    beside: Counts = field(default_factory=_no_counts)
    """Background in patches with BAC."""
    clear: Counts = field(default_factory=_no_counts)
    """Background in patches without BAC."""

    def add(self, probabilities: NDArray[np.float32], labels: NDArray[np.uint8]) -> None:
        """Count one patch, (rows, columns) each."""
        steps = np.minimum((probabilities * STEPS).astype(np.int64), STEPS)
        truth = labels == 1
        background = ~truth & (labels != IGNORED)
        self.bac += np.bincount(steps[truth], minlength=STEPS + 1)
        into = self.beside if truth.any() else self.clear
        into += np.bincount(steps[background], minlength=STEPS + 1)

    def plus(self, other: PixelCounts) -> PixelCounts:
        """Of both together."""
        return PixelCounts(self.bac + other.bac, self.beside + other.beside, self.clear + other.clear)

    def scores(self, recipe: ValidationRecipe) -> PatchScores:
        """Choose the threshold that the recipe's score asks for, and score there."""
        dice, share = self._dice(), self._false_share()
        step = _chosen_step(recipe.score, dice, share, recipe.false_area_share)
        scores = self.at(step / STEPS)
        if recipe.score == "jaccard-at-half":
            return replace(scores, score=scores.jaccard)
        return replace(scores, score=scores.recall) if recipe.score == "recall-at-false-area" else scores

    def at(self, threshold: float) -> PatchScores:
        """Scores at a threshold; the score is the Dice."""
        step = min(max(round(threshold * STEPS), 0), STEPS)
        dice = self._dice()
        found = int(self.bac[step:].sum())
        marked = found + int(self.beside[step:].sum()) + int(self.clear[step:].sum())
        return PatchScores(
            score=float(dice[step]),
            threshold=step / STEPS,
            dice=float(dice[step]),
            recall=found / max(int(self.bac.sum()), 1),
            precision=found / max(marked, 1),
            false_share=float(self._false_share()[step]),
            best_dice=float(dice.max()),
        )

    def _dice(self) -> NDArray[np.float64]:
        """At every step."""
        found, false_beside, false_clear = (_above(part) for part in (self.bac, self.beside, self.clear))
        dice = 2 * found / np.maximum(found + false_beside + false_clear + self.bac.sum(), 1)
        return np.asarray(dice)

    def _false_share(self) -> NDArray[np.float64]:
        return np.asarray(_above(self.clear) / max(int(self.clear.sum()), 1))


@dataclass(frozen=True)
class PatchScores:
    """Pooled over all pixels of all patches, at the stated threshold."""

    score: float
    """What the recipe says that the best weights are told by."""
    threshold: float
    dice: float
    recall: float
    precision: float
    false_share: float
    """Share of the pixels of patches without BAC that is marked."""
    best_dice: float
    """At the threshold where it is highest."""

    @property
    def jaccard(self) -> float:
        """That of the same overlap."""
        return self.dice / (2 - self.dice)


def _above(counts: Counts) -> Counts:
    """Count of pixels at or above each step."""
    return np.asarray(counts[::-1].cumsum()[::-1])


def _chosen_step(kind: ScoreKind, dice: NDArray[np.float64], share: NDArray[np.float64], limit: float) -> int:
    if kind in ("dice-at-half", "jaccard-at-half"):
        return STEPS // 2
    inner = slice(1, STEPS)  # a card's threshold lies between 0 and 1
    if kind == "dice-at-best-threshold":
        return 1 + int(np.argmax(dice[inner]))
    allowed = np.flatnonzero(share[inner] <= limit)
    return 1 + int(allowed[0]) if len(allowed) else STEPS - 1
