"""How well severe grades are found: rates, and the two areas under the ROC curve that papers print as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared_core.statistics.bootstrap import KAPPA_RESAMPLES, bootstrap_limits
from shared_core.statistics.catalogue import StatisticKey
from shared_core.statistics.detection import Confusion, confusion
from shared_core.statistics.kappa import GRADES, contingency
from shared_core.statistics.paired_samples import Limits, Values, ratio
from shared_core.statistics.proportions import exact_limits


@dataclass(frozen=True)
class Rate:
    """A value with its interval and the cases behind it."""

    value: float
    limits: Limits | None
    n: int


def yes_or_no_rates(counts: Confusion, *, seed: int = 0) -> dict[StatisticKey, Rate]:
    """Sensitivity, specificity, predictive values, accuracy with exact intervals, and F1 with a bootstrap."""
    tp, tn, fp, fn = (
        counts.true_positives,
        counts.true_negatives,
        counts.false_positives,
        counts.false_negatives,
    )
    shares: Mapping[StatisticKey, tuple[int, int]] = {
        "sensitivity": (tp, tp + fn),
        "specificity": (tn, tn + fp),
        "precision": (tp, tp + fp),
        "npv": (tn, tn + fn),
        "accuracy": (tp + tn, counts.n),
    }
    found: dict[StatisticKey, Rate] = {
        key: Rate(ratio(count, of), exact_limits(count, of), of) for key, (count, of) in shares.items()
    }
    return {**found, "f1": Rate(counts.f1, _f1_limits(counts, seed), counts.n)}


def severe_rates(
    truth: ArrayLike, grades: ArrayLike, *, severe: int = 3, seed: int = 0, resamples: int = KAPPA_RESAMPLES
) -> dict[StatisticKey, Rate]:
    """How well `grades` find the cases whose `truth` is `severe` or more.

    The ordinal AUC takes the grade as the score; the binary one "the grade is severe", which is the mean of
    sensitivity and specificity. Both have a percentile bootstrap of cases. NaN without such cases, or without
    others.
    """
    table = contingency(truth, grades)
    true, said = np.asarray(truth) >= severe, np.asarray(grades) >= severe
    counts = np.stack([table[severe:].sum(axis=0), table[:severe].sum(axis=0)])
    drawn = _drawn(counts, resamples, seed)
    binary = np.stack([counts[:, severe:].sum(axis=1), counts[:, :severe].sum(axis=1)], axis=1)[:, ::-1]
    drawn_binary = np.stack([drawn[..., :severe].sum(axis=2), drawn[..., severe:].sum(axis=2)], axis=2)
    n = int(table.sum())
    return {
        **yes_or_no_rates(confusion(true, said), seed=seed),
        "auc_ordinal": _auc_rate(counts, drawn, n),
        "auc_binary": _auc_rate(binary, drawn_binary, n),
    }


def auc_of_counts(tables: NDArray[np.int64]) -> Values:
    """AUC-ROC of many (count, 2, grades) tables, positives first: P(higher) + P(equal) / 2."""
    positives, negatives = tables[:, 0].astype(np.float64), tables[:, 1].astype(np.float64)
    below = np.cumsum(negatives, axis=1) - negatives
    won = np.sum(positives * (below + negatives / 2), axis=1)
    pairs = positives.sum(axis=1) * negatives.sum(axis=1)
    return np.asarray(np.divide(won, pairs, out=np.full(len(tables), np.nan), where=pairs > 0))


def _auc_rate(counts: NDArray[np.int64], drawn: NDArray[np.int64], n: int) -> Rate:
    value = float(auc_of_counts(counts[None])[0])
    return Rate(value, _limits(auc_of_counts(drawn), value), n)


def _f1_limits(counts: Confusion, seed: int) -> Limits | None:
    table = np.array([counts.true_positives, counts.false_positives, counts.false_negatives])
    n = counts.n
    if not n or not table.any():
        return None
    chances = np.append(table, counts.true_negatives) / n
    drawn = np.random.default_rng(seed).multinomial(n, chances, size=KAPPA_RESAMPLES)
    twice = 2 * drawn[:, 0]
    whole = twice + drawn[:, 1] + drawn[:, 2]
    return _limits(np.divide(twice, whole, out=np.full(len(drawn), np.nan), where=whole > 0), counts.f1)


def _drawn(counts: NDArray[np.int64], resamples: int, seed: int) -> NDArray[np.int64]:
    n = int(counts.sum())
    drawn = np.random.default_rng(seed).multinomial(n, counts.ravel() / n, size=resamples)
    return drawn.reshape(-1, 2, GRADES).astype(np.int64)


def _limits(resampled: Values, value: float) -> Limits | None:
    known = resampled[~np.isnan(resampled)]
    if not known.size or np.isnan(value):
        return None
    return bootstrap_limits(known, value, method="percentile")
