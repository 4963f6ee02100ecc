"""The score tables of Guo et al. 2021: five scores, mean ± SD over patches and over images that hold BAC.

Patches and images without BAC do not count: there recall is not defined, and accuracy would be near 1 for any
model. Their test, the paired t of each image's score, takes images of a patient as independent; the bootstrap
beside it draws patients.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import UsageError
from shared_core.statistics.bootstrap import BootstrapDifference, paired_bootstrap
from shared_core.statistics.clusters import EstimateDifference, clustered_ratio_difference
from shared_core.statistics.hypothesis_tests import HypothesisTest, holm, paired_t
from shared_core.statistics.overlap import MeanScore, Score, mean_scores
from shared_core.training.evaluation.row import ViewRow, whole_overlap

Level = Literal["patches", "images"]
LEVELS: Final[tuple[Level, ...]] = ("patches", "images")
TESTED: Final[tuple[Score, ...]] = ("dice", "jaccard")
"""Dice is the paper's F1."""


@dataclass(frozen=True)
class GuoScores:
    """Of one model at one level."""

    level: Level
    count: int
    """Patches, or images, that hold BAC."""
    scores: tuple[MeanScore, ...]


@dataclass(frozen=True)
class GuoDifference:
    """A score of the images of one model, compared with the reference model on the same images."""

    model: str
    score: Score
    test: HypothesisTest
    p_holm: float
    """Of the paired t, corrected for all models that the score was compared for."""
    clustered: EstimateDifference
    """Model less reference, patients drawn together."""
    paired: BootstrapDifference | None
    """The same of each patient's mean (Ibrahim 2025); None below two patients."""


def guo_scores(rows: Sequence[ViewRow]) -> tuple[GuoScores, ...]:
    """Both levels, by `LEVELS`."""
    counted = {
        "patches": [patch.overlap for row in rows for patch in row.patches if patch.label_px],
        "images": [whole_overlap(row) for row in rows if row.kind == "BAC"],
    }
    return tuple(GuoScores(level, len(counted[level]), mean_scores(counted[level])) for level in LEVELS)


def guo_differences(
    reference: Sequence[ViewRow], others: Mapping[str, Sequence[ViewRow]], *, seed: int = 0
) -> tuple[GuoDifference, ...]:
    """Compare models with a reference on the images that hold BAC, score by score.

    Empty where fewer than two such images are there. A `UsageError` where models were scored on other images.
    """
    places = [(row.number, row.identity) for row in reference]
    if any([(row.number, row.identity) for row in rows] != places for rows in others.values()):
        raise UsageError("Models can only be compared on the same views; score all on them again.")
    positive = [place for place, row in enumerate(reference) if row.kind == "BAC"]
    if len(positive) < 2:
        return ()
    patients = [reference[place].identity.patient_id for place in positive]
    found: list[GuoDifference] = []
    for score in TESTED:
        base = np.array([whole_overlap(reference[place]).score(score) for place in positive])
        tests, differences, paired = [], [], []
        for rows in others.values():
            own = np.array([whole_overlap(rows[place]).score(score) for place in positive])
            tests.append(paired_t(own, base))
            ones = np.ones_like(own)
            paired.append(_of_patients(own, base, patients))
            differences.append(clustered_ratio_difference((own, ones), (base, ones), patients, seed=seed))
        corrected = holm([test.p for test in tests])
        found += [
            GuoDifference(*parts)
            for parts in zip(others, [score] * len(tests), tests, corrected, differences, paired, strict=True)
        ]
    return tuple(found)


def _of_patients(
    own: NDArray[np.float64], base: NDArray[np.float64], patients: Sequence[str]
) -> BootstrapDifference | None:
    """The paired bootstrap of each patient's mean score."""
    names = list(dict.fromkeys(patients))
    if len(names) < 2:
        return None
    whose = np.array(patients)
    means = [[sample[whose == name].mean() for name in names] for sample in (own, base)]
    return paired_bootstrap(*means)
