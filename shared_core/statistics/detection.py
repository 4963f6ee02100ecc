"""Image-level detection: is there BAC or not, from a score or from yes and no."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared_core.errors import UsageError
from shared_core.statistics.paired_samples import ratio, values


@dataclass(frozen=True)
class Confusion:
    """Counts of yes and no against the truth, and the rates from them; NaN where there is no such case."""

    true_negatives: int
    true_positives: int
    false_negatives: int
    false_positives: int

    @property
    def n(self) -> int:
        """Number of cases."""
        return self.true_negatives + self.true_positives + self.false_negatives + self.false_positives

    @property
    def sensitivity(self) -> float:
        """TP / (TP + FN), also called recall."""
        return ratio(self.true_positives, self.true_positives + self.false_negatives)

    @property
    def specificity(self) -> float:
        """TN / (TN + FP)."""
        return ratio(self.true_negatives, self.true_negatives + self.false_positives)

    @property
    def precision(self) -> float:
        """TP / (TP + FP), also called positive predictive value."""
        return ratio(self.true_positives, self.true_positives + self.false_positives)

    @property
    def accuracy(self) -> float:
        """(TP + TN) / all."""
        return ratio(self.true_positives + self.true_negatives, self.n)

    @property
    def balanced_accuracy(self) -> float:
        """Mean of sensitivity and specificity; also the AUC-ROC of a yes-or-no answer."""
        return (self.sensitivity + self.specificity) / 2

    @property
    def f1(self) -> float:
        """2 TP / (2 TP + FP + FN)."""
        twice = 2 * self.true_positives
        return ratio(twice, twice + self.false_positives + self.false_negatives)


@dataclass(frozen=True)
class Curves:
    """Areas under the curves of a score."""

    auc_roc: float
    """P(score of a positive > of a negative) + P(equal) / 2."""
    auc_pr: float
    """Average precision: sum of (R_k - R_(k-1)) P_k over thresholds, not interpolated."""
    positives: int
    negatives: int


@dataclass(frozen=True, eq=False)
class CurvePoints:
    """Rates at every threshold, the highest first: a case is positive from the threshold on."""

    recall: NDArray[np.float64]
    """TP / (TP + FN), also called sensitivity."""
    precision: NDArray[np.float64]
    """TP / (TP + FP)."""
    false_alarms: NDArray[np.float64]
    """FP / (FP + TN), which is 1 - specificity."""
    positives: int
    negatives: int


def confusion(truth: ArrayLike, answer: ArrayLike) -> Confusion:
    """Count yes and no: `truth` and `answer` are 0 and 1 or bool, one a case."""
    true, said = _yes_or_no(truth, "truth"), _yes_or_no(answer, "answers")
    _same_length(true, said)
    return Confusion(
        true_negatives=int(np.sum(~true & ~said)),
        true_positives=int(np.sum(true & said)),
        false_negatives=int(np.sum(true & ~said)),
        false_positives=int(np.sum(~true & said)),
    )


def curves(truth: ArrayLike, score: ArrayLike) -> Curves:
    """AUC-ROC and AUC-PR of a score: a probability, an area, or an ordinal grade.

    With a grade 0 to 3 as the score the AUC-ROC is the *ordinal* one; with "grade is 3" as the score it
    is the *binary* one, which is the balanced accuracy. Ibrahim 2025 prints both as one: .93 and .87.
    `UsageError` where all cases are positive or all negative.
    """
    points = curve_points(truth, score)
    steps = np.diff(points.recall, prepend=0.0)
    middles = points.recall - steps / 2
    return Curves(
        auc_roc=float(middles @ np.diff(points.false_alarms, prepend=0.0)),
        auc_pr=float(steps @ points.precision),
        positives=points.positives,
        negatives=points.negatives,
    )


def curve_points(truth: ArrayLike, score: ArrayLike) -> CurvePoints:
    """The points of both curves, one for each different score; errors as of `curves`."""
    true = _yes_or_no(truth, "truth")
    scores = values(score, what="scores")
    _same_length(true, scores)
    positives = int(true.sum())
    if positives in (0, true.size):
        raise UsageError(
            f"A curve needs positive and negative cases; {positives} of {true.size} are positive."
        )
    order = np.argsort(-scores, kind="stable")
    found = np.cumsum(true[order])
    last = np.append(np.flatnonzero(np.diff(scores[order])), true.size - 1)
    above, hits = last + 1, found[last]
    negatives = true.size - positives
    return CurvePoints(hits / positives, hits / above, (above - hits) / negatives, positives, negatives)


def _yes_or_no(sample: ArrayLike, what: str) -> NDArray[np.bool_]:
    array = values(sample, what=what)
    if not np.isin(array, (0, 1)).all():
        raise UsageError(f"The {what} must be 0 or 1 for each case.")
    return array.astype(np.bool_)


def _same_length(one: NDArray[np.generic], other: NDArray[np.generic]) -> None:
    if one.size != other.size:
        raise UsageError(f"Each case needs a truth and an answer; there are {one.size} and {other.size}.")
