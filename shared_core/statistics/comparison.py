"""Everything that is said of two measurements of the same cases, in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from shared_core.statistics.agreement import BlandAltman, Icc, bland_altman, icc
from shared_core.statistics.bootstrap import BootstrapKappa, kappa_bootstrap
from shared_core.statistics.detection import Confusion, Curves, confusion, curves
from shared_core.statistics.hypothesis_tests import HypothesisTest, paired_t
from shared_core.statistics.kappa import Kappa, quadratic_kappa
from shared_core.statistics.overlap import MeanScore, Overlap, mean_scores, pooled
from shared_core.statistics.paired_samples import Values, pairs
from shared_core.statistics.regression import Correlation, Regression, correlation, linear_regression


@dataclass(frozen=True)
class QuantityAgreement:
    """Agreement of a quantity A with the same quantity B; None where the cases do not suffice for it."""

    name: str
    n: int
    mean_a: float
    mean_b: float
    bland_altman: BlandAltman
    """Of A - B."""
    rmse: float
    """Root of the mean of (A - B)²."""
    icc_agreement: Icc
    icc_consistency: Icc
    regression: Regression | None
    """A on B."""
    pearson: Correlation | None
    spearman: Correlation | None
    paired_t: HypothesisTest


@dataclass(frozen=True, eq=False)
class GradeAgreement:
    """Agreement of grades 0 to 3."""

    name: str
    kappa: Kappa
    bootstrap: BootstrapKappa


@dataclass(frozen=True)
class MaskAgreement:
    """Agreement of masks A with reference masks B."""

    images: int
    scores: tuple[MeanScore, ...]
    """Over images."""
    pooled: Overlap
    """All images as one."""
    patch_scores: tuple[MeanScore, ...]
    """Over patches that hold BAC in B; empty where none were asked for."""
    distance95_mean: float
    """Of the 95 % Hausdorff distance where both masks hold something."""
    distance95_sd: float
    distance95_n: int
    detection: Confusion
    """Whether there is any pixel, image by image."""
    curves: Curves | None
    """Of the area of A as a score for B's yes or no; None without positives or without negatives."""


def quantity_agreement(name: str, first: ArrayLike, second: ArrayLike) -> QuantityAgreement:
    """Compare a quantity A (`first`) with B (`second`) of the same cases.

    `UsageError` below two pairs, or where a value is not finite.
    """
    one, other = pairs(first, second)
    table = np.column_stack([one, other])
    varies = one.size > 2 and np.ptp(other) > 0
    both_vary = bool(varies and np.ptp(one) > 0)
    return QuantityAgreement(
        name=name,
        n=one.size,
        mean_a=float(one.mean()),
        mean_b=float(other.mean()),
        bland_altman=bland_altman(one, other),
        rmse=float(np.sqrt(np.mean((one - other) ** 2))),
        icc_agreement=icc(table),
        icc_consistency=icc(table, kind="ICC(3,1)"),
        regression=linear_regression(other, one) if varies else None,
        pearson=correlation(one, other, method="pearson") if both_vary else None,
        spearman=correlation(one, other) if both_vary else None,
        paired_t=paired_t(one, other),
    )


def grade_agreement(name: str, first: ArrayLike, second: ArrayLike, *, seed: int = 0) -> GradeAgreement:
    """Compare grades 0 to 3 of the same cases."""
    return GradeAgreement(name, quadratic_kappa(first, second), kappa_bootstrap(first, second, seed=seed))


def mask_agreement(
    overlaps: Sequence[Overlap], *, patches: Sequence[Overlap] = (), distances95: Sequence[float] = ()
) -> MaskAgreement:
    """Sum up the agreement of masks, image by image.

    Parameters
    ----------
    overlaps
        One an image, of A with the reference B.
    patches
        Of all images together, or none. Only those with BAC in B count: on the others every method agrees
        but for the marks that it should not have made.
    distances95
        One an image; NaN and infinity, where a mask is empty, are left out.
    """
    area_a = [o.true_positive_px + o.false_positive_px for o in overlaps]
    positive = [o.true_positive_px + o.false_negative_px > 0 for o in overlaps]
    with_bac = [o for o in patches if o.true_positive_px + o.false_negative_px > 0]
    known: Values = np.array([d for d in distances95 if np.isfinite(d)])
    return MaskAgreement(
        images=len(overlaps),
        scores=mean_scores(overlaps),
        pooled=pooled(overlaps),
        patch_scores=mean_scores(with_bac) if patches else (),
        distance95_mean=float(known.mean()) if known.size else float("nan"),
        distance95_sd=float(known.std(ddof=1)) if known.size > 1 else float("nan"),
        distance95_n=known.size,
        detection=confusion(positive, [area > 0 for area in area_a]),
        curves=curves(positive, area_a) if 0 < sum(positive) < len(positive) else None,
    )
