"""How well a mask covers a reference: recall, precision, accuracy, Dice, Jaccard (Guo 2021, Table 1).

Empty against empty has no overlap to measure: Dice, Jaccard, recall and precision are then NaN, never 1.
Such images are left out of the means and counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import UsageError
from shared_core.statistics.paired_samples import ratio

Mask = NDArray[np.bool_]
Score = Literal["recall", "precision", "accuracy", "dice", "jaccard"]
SCORES: Final[tuple[Score, ...]] = ("recall", "precision", "accuracy", "dice", "jaccard")


@dataclass(frozen=True)
class Overlap:
    """Counts of pixels where a mask and its reference agree and differ, and the scores from them."""

    true_positive_px: int
    false_positive_px: int
    false_negative_px: int
    true_negative_px: int

    @property
    def empty(self) -> bool:
        """Whether neither the mask nor the reference holds a pixel."""
        return not (self.true_positive_px or self.false_positive_px or self.false_negative_px)

    @property
    def recall(self) -> float:
        """TP / (TP + FN); NaN where the reference is empty."""
        return ratio(self.true_positive_px, self.true_positive_px + self.false_negative_px)

    @property
    def precision(self) -> float:
        """TP / (TP + FP); NaN where the mask is empty."""
        return ratio(self.true_positive_px, self.true_positive_px + self.false_positive_px)

    @property
    def accuracy(self) -> float:
        """(TP + TN) / all pixels."""
        right = self.true_positive_px + self.true_negative_px
        return ratio(right, right + self.false_positive_px + self.false_negative_px)

    @property
    def dice(self) -> float:
        """2 TP / (2 TP + FP + FN), which is F1; NaN where both are empty, 0 where only one is."""
        twice = 2 * self.true_positive_px
        return ratio(twice, twice + self.false_positive_px + self.false_negative_px)

    @property
    def jaccard(self) -> float:
        """TP / (TP + FP + FN); NaN where both are empty, 0 where only one is."""
        union = self.true_positive_px + self.false_positive_px + self.false_negative_px
        return ratio(self.true_positive_px, union)

    def score(self, name: Score) -> float:
        """The score of that name."""
        value: float = getattr(self, name)
        return value


@dataclass(frozen=True)
class MeanScore:
    """Mean and SD of one score over images or patches."""

    score: Score
    mean: float
    """NaN where no image has the score."""
    sd: float
    """Sample SD (n - 1); NaN below two images."""
    n: int
    """Images that have the score."""
    undefined: int
    """Images left out, as the score is NaN there: nothing to find, or nothing marked."""


def overlap(mask: NDArray[np.generic], reference: NDArray[np.generic]) -> Overlap:
    """Count agreement of two masks, where anything but 0 is BAC; `UsageError` where the shapes differ."""
    check_shapes(mask, reference)
    found, truth = mask != 0, reference != 0
    both, found_px, truth_px = (int(np.count_nonzero(a)) for a in (found & truth, found, truth))
    return Overlap(both, found_px - both, truth_px - both, found.size - found_px - truth_px + both)


def pooled(overlaps: Sequence[Overlap]) -> Overlap:
    """All images as one: the sums of the counts (micro-average)."""
    return Overlap(
        sum(o.true_positive_px for o in overlaps),
        sum(o.false_positive_px for o in overlaps),
        sum(o.false_negative_px for o in overlaps),
        sum(o.true_negative_px for o in overlaps),
    )


def mean_score(overlaps: Sequence[Overlap], score: Score) -> MeanScore:
    """Mean ± SD of one score, each image or patch counting alike."""
    known = np.array([value for o in overlaps if not np.isnan(value := o.score(score))])
    return MeanScore(
        score=score,
        mean=float(known.mean()) if known.size else float("nan"),
        sd=float(known.std(ddof=1)) if known.size > 1 else float("nan"),
        n=int(known.size),
        undefined=len(overlaps) - int(known.size),
    )


def mean_scores(overlaps: Sequence[Overlap]) -> tuple[MeanScore, ...]:
    """`mean_score` of each of `SCORES`."""
    return tuple(mean_score(overlaps, score) for score in SCORES)


def patch_overlaps(
    mask: NDArray[np.generic], reference: NDArray[np.generic], *, side_px: int = 512, stride_px: int = 448
) -> tuple[Overlap, ...]:
    """Agreement patch by patch.

    Patches start every `stride_px`; the last of a row or column is moved back to end at the edge
    (Guo 2021: 512 px, overlapping by 64). A side shorter than a patch is one patch.
    """
    check_shapes(mask, reference)
    if not 0 < stride_px <= side_px:
        raise UsageError(f"The stride of patches must be 1 to {side_px} px; {stride_px} is not.")
    rows, columns = mask.shape
    return tuple(
        overlap(
            mask[top : top + side_px, left : left + side_px],
            reference[top : top + side_px, left : left + side_px],
        )
        for top in _starts(rows, side_px, stride_px)
        for left in _starts(columns, side_px, stride_px)
    )


def check_shapes(mask: NDArray[np.generic], reference: NDArray[np.generic]) -> None:
    """Raise `UsageError` unless both are two-dimensional and of one shape."""
    if mask.shape != reference.shape or mask.ndim != 2:
        raise UsageError(
            f"Masks that are compared must have one shape (rows, columns); these have {mask.shape} and "
            f"{reference.shape}."
        )


def _starts(length: int, side: int, stride: int) -> Iterator[int]:
    last = max(length - side, 0)
    yield from range(0, last, stride)
    yield last
