"""Two models on the same views: what differs, how surely, and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from shared_core.errors import UsageError
from shared_core.statistics.clusters import (
    EstimateDifference,
    clustered_ratio_difference,
    clustered_statistic_difference,
)
from shared_core.training.evaluation.row import ViewRow
from shared_core.training.evaluation.scores import SCORES, MedianScore, RatioScore

COMPARED: Final = (
    "dice_pooled",
    "dice_mean",
    "jaccard_mean",
    "vessel_recall",
    "false_parts_mean",
    "false_px_mean",
    "false_px_median",
    "false_mm2_mean",
    "false_mm2_median",
)
ALPHA: Final = 0.05
LEAST_PATIENTS: Final = 6
"""Fewer that all differ alike can do so by chance (sign test of 5: P = 0.06), whatever a bootstrap says."""


@dataclass(frozen=True)
class ScoreDifference:
    """First model less the second, on the same views, patients drawn together (paired bootstrap)."""

    name: str
    title: str
    difference: EstimateDifference
    better: str
    """``first``, ``second``, or ``neither`` where the interval holds 0 or there are too few patients."""


def differences(
    first: Sequence[ViewRow], second: Sequence[ViewRow], *, seed: int = 0
) -> tuple[ScoreDifference, ...]:
    """Compare two models on the same views; a `UsageError` where they are not the same."""
    if [(row.number, row.identity) for row in first] != [(row.number, row.identity) for row in second]:
        raise UsageError("Two models can only be compared on the same views; score both on them again.")
    pairs = [(one, other) for one, other in zip(first, second, strict=True) if one.kind != "open"]
    found = [_difference(SCORES[name], pairs, seed) for name in COMPARED]
    return tuple(difference for difference in found if difference is not None)


def in_words(difference: ScoreDifference, names: tuple[str, str]) -> str:
    """One sentence."""
    low, high = difference.difference.limits
    if difference.difference.clusters < LEAST_PATIENTS:
        return (
            f"{difference.title}: {difference.difference.difference:+.3g} ({names[0]} less {names[1]}); "
            f"{difference.difference.clusters} patients are too few to tell whether that is chance."
        )
    numbers = f"{difference.difference.difference:+.3g} [{low:+.3g} to {high:+.3g}], P {_p(difference)}"
    if difference.better == "neither":
        return f"{difference.title}: no difference can be told between {names[0]} and {names[1]} ({numbers})."
    winner = names[0] if difference.better == "first" else names[1]
    return f"{difference.title}: {winner} is better ({names[0]} less {names[1]}: {numbers})."


def _p(difference: ScoreDifference) -> str:
    p = difference.difference.p
    return f"= {p:.3f}" if p >= 0.001 else "< 0.001"


def _difference(
    score: RatioScore | MedianScore, pairs: Sequence[tuple[ViewRow, ViewRow]], seed: int
) -> ScoreDifference | None:
    if isinstance(score, RatioScore):
        one, other = (tuple(zip(*(score.sums(pair[k]) for pair in pairs), strict=True)) for k in (0, 1))
        if not pairs or not sum(one[1]) or not sum(other[1]):
            return None
        patients = [pair[0].identity.patient_id for pair in pairs]
        found = clustered_ratio_difference((one[0], one[1]), (other[0], other[1]), patients, seed=seed)
    else:
        known = [
            (first, second, pair[0].identity.patient_id)
            for pair in pairs
            if (first := score.value(pair[0])) is not None and (second := score.value(pair[1])) is not None
        ]
        if not known:
            return None
        firsts, seconds, patients = (list(part) for part in zip(*known, strict=True))
        found = clustered_statistic_difference(
            firsts, seconds, patients, lambda sample: float(np.median(sample)), seed=seed
        )
    return ScoreDifference(score.name, score.title, found, _better(found, score.better))


def _better(found: EstimateDifference, wanted: str) -> str:
    low, high = found.limits
    if found.clusters < LEAST_PATIENTS or not (low > 0 or high < 0):
        return "neither"
    return "first" if (low > 0) is (wanted == "more") else "second"
