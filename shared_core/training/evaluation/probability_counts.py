"""How often a model says which probability, and is right: pixel counts over fine steps of the logit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask

Counts = NDArray[np.int64]

LOWEST, HIGHEST, STEP = -8.0, 12.0, 0.1
EDGES: Final[NDArray[np.float64]] = np.asarray(
    np.linspace(LOWEST, HIGHEST, round((HIGHEST - LOWEST) / STEP) + 1), np.float64
)
"""Logits between the steps; the first and the last step reach to infinity."""
LOGITS: Final[NDArray[np.float64]] = np.concatenate(
    [[LOWEST - STEP / 2], (EDGES[:-1] + EDGES[1:]) / 2, [HIGHEST + STEP / 2]]
)
"""(steps,) the logit that stands for each."""
_PROBABILITY_EDGES: Final[NDArray[np.float64]] = 1 / (1 + np.exp(-EDGES))


@dataclass(frozen=True, eq=False)
class ProbabilityCounts:
    """Pixels by probability: a model that says 0.3 should be right three times out of ten."""

    bac: Counts
    """(steps,) pixels of the label."""
    other: Counts
    """(steps,) pixels beside it."""

    @property
    def all(self) -> Counts:
        """Pixels of both kinds."""
        return self.bac + self.other


def count_probabilities(probability: NDArray[np.float32], label: Mask, *, counted: Mask) -> ProbabilityCounts:
    """Count the pixels of one view that take part."""
    said, true = probability[counted], label[counted]
    steps = np.searchsorted(_PROBABILITY_EDGES, said, side="right")
    every = np.bincount(steps, minlength=LOGITS.size)
    bac = np.bincount(steps[true], minlength=LOGITS.size)
    return ProbabilityCounts(bac.astype(np.int64), (every - bac).astype(np.int64))


def summed(counts: Iterable[ProbabilityCounts]) -> ProbabilityCounts:
    """Of all views together."""
    total = ProbabilityCounts(np.zeros(LOGITS.size, np.int64), np.zeros(LOGITS.size, np.int64))
    for one in counts:
        total = ProbabilityCounts(total.bac + one.bac, total.other + one.other)
    return total
