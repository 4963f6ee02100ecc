"""Every statistic that tables of comparison print: its key, its label and what its interval is, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from shared_core.statistics.paired_samples import Limits

Interval = Literal["none", "exact binomial", "bootstrap of cases", "bootstrap of exams, bias-corrected", "F"]
StatisticKey = Literal[
    "kappa",
    "equal",
    "sensitivity",
    "specificity",
    "precision",
    "npv",
    "accuracy",
    "f1",
    "auc_ordinal",
    "auc_binary",
    "icc_agreement",
    "pearson",
    "spearman",
    "bias",
    "rmse",
    "dice",
    "jaccard",
    "dice_difference",
    "jaccard_difference",
    "mann_whitney_u",
    "kolmogorov_smirnov_d",
    "median_first",
    "median_second",
]
LEAST_FOR_INTERVAL: Final = 8
"""Cases below which no interval is given: it would say more than so few can."""


@dataclass(frozen=True)
class Statistic:
    """What a statistic is called, and what the interval beside it is."""

    key: StatisticKey
    label: str
    interval: Interval = "none"


STATISTICS: Final[Mapping[StatisticKey, Statistic]] = {
    one.key: one
    for one in (
        Statistic("kappa", "quadratic kappa", "bootstrap of cases"),
        Statistic("equal", "share of equal grades", "exact binomial"),
        Statistic("sensitivity", "sensitivity", "exact binomial"),
        Statistic("specificity", "specificity", "exact binomial"),
        Statistic("precision", "positive predictive value", "exact binomial"),
        Statistic("npv", "negative predictive value", "exact binomial"),
        Statistic("accuracy", "accuracy", "exact binomial"),
        Statistic("f1", "F1", "bootstrap of cases"),
        Statistic("auc_ordinal", "AUC-ROC, ordinal", "bootstrap of cases"),
        Statistic("auc_binary", "AUC-ROC, binary", "bootstrap of cases"),
        Statistic("icc_agreement", "ICC(2,1)", "F"),
        Statistic("pearson", "Pearson r"),
        Statistic("spearman", "Spearman rho"),
        Statistic("bias", "bias, A - B"),
        Statistic("rmse", "root mean square of A - B"),
        Statistic("dice", "Dice, mean of exams", "bootstrap of exams, bias-corrected"),
        Statistic("jaccard", "Jaccard, mean of exams", "bootstrap of exams, bias-corrected"),
        Statistic("dice_difference", "difference of Dice", "bootstrap of exams, bias-corrected"),
        Statistic("jaccard_difference", "difference of Jaccard", "bootstrap of exams, bias-corrected"),
        Statistic("mann_whitney_u", "Mann-Whitney U"),
        Statistic("kolmogorov_smirnov_d", "Kolmogorov-Smirnov D"),
        Statistic("median_first", "median of the first group"),
        Statistic("median_second", "median of the second group"),
    )
}


@dataclass(frozen=True)
class Found:
    """One value of one statistic: a row of ``statistics.csv``."""

    what: str
    """Column, or kind of score."""
    first: str
    """Reader, model or group."""
    second: str
    """What it is compared with."""
    stratum: str
    """``all``, or ``column = value``."""
    key: StatisticKey
    value: float
    n: int
    """Cases that take part."""
    limits: Limits | None = None
    """95 %; None where there is none, or below `LEAST_FOR_INTERVAL` cases."""
    p: float | None = None
    """Two-sided, where there is a test."""

    @property
    def statistic(self) -> Statistic:
        """What it is a value of."""
        return STATISTICS[self.key]
