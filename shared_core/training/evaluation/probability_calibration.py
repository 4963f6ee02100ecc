"""Probabilities that mean what they say, and a threshold chosen by a rule that is stated.

Temperature scaling (Guo, C. et al. 2017, "On calibration of modern neural networks"): logits are divided by
one number, fitted to the log-likelihood of a stated set. It moves no pixel past another, so recall and false
area at a threshold stay when the threshold is moved along.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import UsageError
from shared_core.statistics.paired_samples import ratio
from shared_core.training.evaluation.curves import CurvePoint, curve
from shared_core.training.evaluation.probability_counts import LOGITS, ProbabilityCounts, summed
from shared_core.training.evaluation.row import ViewRow
from shared_core.weights.card import ModelCard

RELIABILITY_BINS: Final = 15
CERTAIN_NO: Final = 0.01
"""Almost every pixel of a view is told to be no BAC, and is none: an error averaged over all of them says
little, so it is given for the pixels above this probability as well."""
_LEAST, _MOST = 0.05, 20.0

Rule = Literal["dice", "recall", "vessel-recall"]


@dataclass(frozen=True)
class ReliabilityBin:
    """Pixels of like probability: what the model says of them, and what is true."""

    low: float
    high: float
    said: float
    """Mean probability."""
    true: float
    """Share that is BAC."""
    pixels: int


@dataclass(frozen=True)
class ChosenThreshold:
    """A threshold, the rule that chose it, and what it gives on the set that it was chosen on."""

    threshold: float
    rule: str
    dice: float
    recall: float
    vessel_recall: float
    false_px_mean: float
    """On a view without BAC."""
    false_px_median: float


def reliability(counts: ProbabilityCounts, *, temperature: float = 1.0) -> tuple[ReliabilityBin, ...]:
    """Bins of equal width in probability; those without a pixel are left out.

    The logits that the model gave are divided by `temperature` first.
    """
    said = _sigmoid(LOGITS / temperature)
    places = np.minimum((said * RELIABILITY_BINS).astype(int), RELIABILITY_BINS - 1)
    bins = []
    for place in range(RELIABILITY_BINS):
        own = places == place
        pixels = int(counts.all[own].sum())
        if pixels:
            bins.append(
                ReliabilityBin(
                    low=place / RELIABILITY_BINS,
                    high=(place + 1) / RELIABILITY_BINS,
                    said=float(said[own] @ counts.all[own]) / pixels,
                    true=int(counts.bac[own].sum()) / pixels,
                    pixels=pixels,
                )
            )
    return tuple(bins)


def calibration_error(counts: ProbabilityCounts, *, temperature: float = 1.0, above: float = 0.0) -> float:
    """Expected calibration error: |said - true| of the bins, weighed by their pixels (Naeini 2015).

    Parameters
    ----------
    above
        Only pixels with a probability of at least this, at temperature 1, so that the same pixels are
        judged at every temperature. NaN where there are none.
    """
    kept = _sigmoid(LOGITS) >= above
    told = ProbabilityCounts(counts.bac * kept, counts.other * kept)
    bins = reliability(told, temperature=temperature)
    pixels = sum(one.pixels for one in bins)
    return ratio(sum(abs(one.said - one.true) * one.pixels for one in bins), pixels)


def fit_temperature(counts: ProbabilityCounts) -> float:
    """The number by which logits are to be divided for the largest likelihood.

    A `UsageError` where there are no pixels with BAC or none without.
    """
    if not counts.bac.any() or not counts.other.any():
        raise UsageError("A temperature is fitted to pixels with and without BAC; one of both is missing.")

    def loss(logarithm: float) -> float:
        logits = LOGITS / np.exp(logarithm)
        # -log p and -log(1 - p) without overflow.
        return float(counts.bac @ np.logaddexp(0, -logits) + counts.other @ np.logaddexp(0, logits))

    from scipy import optimize

    bounds = float(np.log(_LEAST)), float(np.log(_MOST))
    found = optimize.minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-6})
    return float(np.exp(found.x))


def choose_threshold(rows: Sequence[ViewRow], rule: Rule, *, recall: float = 0.5) -> ChosenThreshold:
    """Choose on a stated set of views of one model.

    Parameters
    ----------
    rule
        ``dice``: where pooled Dice is largest. ``recall`` and ``vessel-recall``: the highest threshold at
        which the pixels of the label, or the length of its centre lines, are found to the share `recall`;
        what is falsely marked there is the false area at matched recall. Between the thresholds of the
        rows, values are interpolated over the logit.

    Raises
    ------
    UsageError
        If there is no view with BAC, or no threshold of the rows reaches the recall.
    """
    points = curve([row for row in rows if row.kind != "open"])
    if not points or not any(row.kind == "BAC" for row in rows):
        raise UsageError("A threshold is chosen on views with BAC; there is none.")
    if rule == "dice":
        best = max(points, key=lambda point: point.dice)
        return _chosen(best.threshold, "largest pooled Dice", points)
    if not 0 < recall < 1:
        raise UsageError(f"The recall that is asked for must lie between 0 and 1; {recall:g} does not.")
    if rule == "recall":
        found, what = [point.recall for point in points], "pixels"
    else:
        found, what = [point.vessel_recall for point in points], "the arteries' length"
    threshold = _where([point.threshold for point in points], found, recall)
    return _chosen(threshold, f"{recall:.0%} of {what} found", points)


def calibrated_card(card: ModelCard, *, name: str, temperature: float, threshold: float) -> ModelCard:
    """A copy of a card with another name, temperature and threshold.

    Both are those of the card's own probabilities: the temperature multiplies what the card has, and the
    threshold moves to the same logit, and so does the seed of its rule about candidates.

    Raises
    ------
    UsageError
        If the model has no logits, or its rule asks for a mean probability, which cannot be moved along.
    """
    if card.output != "logits":
        raise UsageError(f"{card.name} has raw output; only logits have a temperature.")
    if card.tracks is not None:
        raise UsageError(
            f"{card.name} judges whole parts by a classifier that was taught on its own probabilities; teach "
            "the classifier again in place of this."
        )
    rule = card.candidates
    if rule is not None and temperature != 1:
        if rule.least_mean_probability > 0:
            raise UsageError(
                f"The rule of {card.name} asks for a mean probability, which a temperature changes; "
                "fit the temperature first, then choose the rule."
            )
        rule = replace(rule, seed_probability=moved(rule.seed_probability, temperature))
    return replace(
        card,
        name=name,
        temperature=card.temperature * temperature,
        threshold=moved(threshold, temperature),
        candidates=rule,
    )


def moved(probability: float, temperature: float) -> float:
    """The probability at the same logit, that logit divided by a temperature."""
    if probability <= 0 or temperature == 1:
        return probability
    return float(1 / (1 + ((1 - probability) / probability) ** (1 / temperature)))


def _where(thresholds: Sequence[float], found: Sequence[float], wanted: float) -> float:
    """The highest threshold at which a falling value is still reached."""
    reached = np.flatnonzero(np.array(found) >= wanted)
    if not reached.size:
        raise UsageError(
            f"A recall of {wanted:g} is not reached: at the lowest threshold, {thresholds[0]:g}, it "
            f"is {found[0]:.2f}; ask for less."
        )
    last = int(reached[-1])
    if last == len(thresholds) - 1:
        return thresholds[last]
    share = (found[last] - wanted) / (found[last] - found[last + 1])
    logits = [float(np.log(t / (1 - t))) for t in thresholds[last : last + 2]]
    return float(_sigmoid(np.array(logits[0] + share * (logits[1] - logits[0]))))


def _chosen(threshold: float, rule: str, points: Sequence[CurvePoint]) -> ChosenThreshold:
    logits = [np.log(point.threshold / (1 - point.threshold)) for point in points]
    scores = ("dice", "recall", "vessel_recall", "false_px_mean", "false_px_median")
    there = np.log(threshold / (1 - threshold))
    found = (float(np.interp(there, logits, [getattr(point, name) for point in points])) for name in scores)
    return ChosenThreshold(threshold, rule, *found)


def pooled_counts(rows: Sequence[ViewRow]) -> ProbabilityCounts:
    """Probabilities of all views together."""
    return summed(row.probabilities for row in rows)


def _sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-logits)))
