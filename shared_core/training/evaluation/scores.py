"""Scores of a model over views, with intervals over patients: for all views, and for every tag.

Most scores are a ratio of two sums over views, see `shared_core.statistics.clusters`; a view that has no say
in a score adds nothing to either.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from shared_core.mammogram import Mask
from shared_core.statistics.clusters import Estimate, clustered_ratio, clustered_statistic
from shared_core.statistics.paired_samples import Values
from shared_core.training.evaluation.row import ViewRow, whole_overlap

Sums = tuple[float, float]
NOTHING: Final[Sums] = (0.0, 0.0)
FALSE_AREAS_PX: Final = (0, 500, 2000)
"""A view without BAC counts as falsely marked above so many pixels."""


@dataclass(frozen=True)
class RatioScore:
    """A sum over a sum."""

    name: str
    title: str
    sums: Callable[[ViewRow], Sums]
    better: Literal["more", "less"] = "more"


@dataclass(frozen=True)
class MedianScore:
    """The median over views that have the value."""

    name: str
    title: str
    value: Callable[[ViewRow], float | None]
    better: Literal["more", "less"] = "more"


@dataclass(frozen=True)
class GroupScores:
    """Scores of the views of one kind."""

    tag: str
    """``all``, or what the views have in common, e.g. ``severity``."""
    value: str
    views: int
    patients: int
    with_bac: int
    without_bac: int
    scores: dict[str, Estimate]


def _when(kind: str, of: Callable[[ViewRow], Sums]) -> Callable[[ViewRow], Sums]:
    return lambda row: of(row) if row.kind == kind else NOTHING


def _mean(value: float) -> Sums:
    """One view's part of a mean; nothing where it has no value."""
    return NOTHING if np.isnan(value) else (value, 1.0)


def _summed(values: Sequence[float]) -> Sums:
    """The part of one view in a mean over patches."""
    return float(sum(values)), float(len(values))


def _pooled_dice(row: ViewRow) -> Sums:
    point = row.at_card
    twice = 2 * point.true_positive_px
    return twice, twice + point.false_positive_px + point.false_negative_px


def _whole_dice(row: ViewRow) -> Sums:
    """As `_pooled_dice`, with what is left open held against the model as well."""
    twice, total = _pooled_dice(row)
    found = row.at_card.open_found_px
    # Marked open pixels of the label are common to both masks; of the others only the label has a part.
    return twice + 2 * found, total + found + row.open_label_px


def _false_mm2(row: ViewRow) -> Sums:
    area = row.area_mm2(row.at_card.marked_px)
    return NOTHING if area is None else (area, 1.0)


def _above(limit_px: int) -> Callable[[ViewRow], Sums]:
    return _when("none", lambda row: (float(row.at_card.marked_px > limit_px), 1.0))


def _patches(row: ViewRow, *, with_bac: bool) -> Sums:
    patches = [patch for patch in row.patches if (patch.label_px > 0) is with_bac]
    return float(sum((patch.marked_px > 0) is with_bac for patch in patches)), float(len(patches))


RATIOS: Final[tuple[RatioScore, ...]] = (
    RatioScore("dice_pooled", "Dice, all pixels of all views as one", _pooled_dice),
    RatioScore(
        "dice_pooled_bac", "Dice, all pixels of the views with BAC as one", _when("BAC", _pooled_dice)
    ),
    RatioScore("dice_pooled_whole", "Dice, all pixels as one, faint BAC not left open", _whole_dice),
    RatioScore(
        "dice_mean", "Dice, mean of the views with BAC", _when("BAC", lambda r: _mean(r.at_card.overlap.dice))
    ),
    RatioScore(
        "jaccard_mean",
        "Jaccard, mean of the views with BAC",
        _when("BAC", lambda r: _mean(r.at_card.overlap.jaccard)),
    ),
    RatioScore(
        "accuracy_mean",
        "accuracy of pixels, mean of the views with BAC",
        _when("BAC", lambda r: _mean(whole_overlap(r).accuracy)),
    ),
    RatioScore(
        "patch_accuracy",
        "accuracy of pixels, mean of the patches with BAC",
        lambda r: _summed([patch.overlap.accuracy for patch in r.patches if patch.label_px]),
    ),
    RatioScore(
        "recall_mean", "recall of pixels, mean", _when("BAC", lambda r: _mean(r.at_card.overlap.recall))
    ),
    RatioScore(
        "precision_mean",
        "precision of pixels, mean",
        _when("BAC", lambda r: _mean(r.at_card.overlap.precision)),
    ),
    RatioScore(
        "vessel_recall",
        "share of the arteries' length that is found",
        _when("BAC", lambda r: (r.at_card.line_found_px, r.line_px)),
    ),
    RatioScore(
        "vessel_recall_mean",
        "share of the arteries' length that is found, mean of the views",
        _when("BAC", lambda r: (r.at_card.line_found_px / r.line_px, 1.0) if r.line_px else NOTHING),
    ),
    RatioScore(
        "arteries_found",
        "share of the arteries of which half the length or more is found",
        _when("BAC", lambda r: (r.at_card.arteries_found, r.arteries)),
    ),
    RatioScore("false_parts_mean", "false parts a view", lambda r: (r.at_card.false_parts, 1.0), "less"),
    RatioScore(
        "false_px_mean",
        "false area on a view without BAC [px], mean",
        _when("none", lambda r: (r.at_card.marked_px, 1.0)),
        "less",
    ),
    RatioScore(
        "false_mm2_mean", "false area on a view without BAC [mm²], mean", _when("none", _false_mm2), "less"
    ),
    *(
        RatioScore(
            f"false_above_{limit}_px",
            f"share of views without BAC with more than {limit:,} px",
            _above(limit),
            "less",
        )
        for limit in FALSE_AREAS_PX
    ),
    RatioScore(
        "patch_sensitivity", "share of patches with BAC that are marked", lambda r: _patches(r, with_bac=True)
    ),
    RatioScore(
        "patch_specificity",
        "share of patches without BAC that are not",
        lambda r: _patches(r, with_bac=False),
    ),
    RatioScore(
        "view_sensitivity",
        "share of views with BAC where some of it is marked",
        _when("BAC", lambda r: (float(r.at_card.true_positive_px > 0), 1.0)),
    ),
)
MEDIANS: Final[tuple[MedianScore, ...]] = (
    MedianScore(
        "dice_median",
        "Dice, median of the views with BAC",
        lambda r: r.at_card.overlap.dice if r.kind == "BAC" else None,
    ),
    MedianScore(
        "false_px_median",
        "false area on a view without BAC [px], median",
        lambda r: float(r.at_card.marked_px) if r.kind == "none" else None,
        "less",
    ),
    MedianScore(
        "false_mm2_median",
        "false area on a view without BAC [mm²], median",
        lambda r: r.area_mm2(r.at_card.marked_px) if r.kind == "none" else None,
        "less",
    ),
)
SCORES: Final[dict[str, RatioScore | MedianScore]] = {
    **{score.name: score for score in RATIOS},
    **{score.name: score for score in MEDIANS},
}
RANKINGS: Final = {
    "view_auc": "area under the ROC curve of the marked area, views with and without BAC",
    "patch_auc": "area under the ROC curve of the largest probability, patches with and without BAC",
}
TITLES: Final[dict[str, str]] = {
    **{name: score.title for name, score in SCORES.items()},
    **RANKINGS,
}


def scores_of(rows: Sequence[ViewRow], *, seed: int = 0) -> dict[str, Estimate]:
    """All scores of a set of views by name; those that nothing can be said of are left out."""
    rows = [row for row in rows if row.kind != "open"]
    if not rows:
        return {}
    patients = [row.identity.patient_id for row in rows]
    found: dict[str, Estimate] = {}
    for ratio in RATIOS:
        above, below = zip(*(ratio.sums(row) for row in rows), strict=True)
        if sum(below) > 0 and (ratio.name != "dice_pooled" or any(row.kind == "BAC" for row in rows)):
            found[ratio.name] = clustered_ratio(above, below, patients, seed=seed)
    for median in MEDIANS:
        values, owners = median_sample(rows, median)
        if values:
            found[median.name] = clustered_statistic(values, owners, _median, seed=seed)
    return found


def median_sample(rows: Sequence[ViewRow], score: MedianScore) -> tuple[list[float], list[str]]:
    """Values of the views that have one, and their patients."""
    known = [(value, row.identity.patient_id) for row in rows if (value := score.value(row)) is not None]
    return [value for value, _ in known], [patient for _, patient in known]


def rankings_of(rows: Sequence[ViewRow], *, seed: int = 0) -> dict[str, Estimate]:
    """Areas under the ROC curve, for views and for patches."""
    rows = [row for row in rows if row.kind != "open"]
    views = [(row.kind == "BAC", row.at_card.marked_px, row.identity.patient_id) for row in rows]
    patches = [(p.label_px > 0, p.peak, row.identity.patient_id) for row in rows for p in row.patches]
    found = {}
    for name, cases in (("view_auc", views), ("patch_auc", patches)):
        truth = np.array([case[0] for case in cases], bool)
        if 0 < truth.sum() < truth.size:
            found[name] = _ranking(truth, np.array([case[1] for case in cases]), [c[2] for c in cases], seed)
    return found


def breakdown(rows: Sequence[ViewRow], *, seed: int = 0) -> tuple[GroupScores, ...]:
    """All views, then the views of every value of every tag.

    A value such as ``clip+paddle`` names several things, and the view counts for each.
    """
    tags = sorted({tag for row in rows for tag in row.tags})
    groups: list[tuple[str, str, list[ViewRow]]] = [("all", "all", list(rows))]
    for tag in tags:
        values = sorted({value for row in rows for value in _values(row, tag)})
        groups += [(tag, value, [row for row in rows if value in _values(row, tag)]) for value in values]
    return tuple(_group(tag, value, members, seed) for tag, value, members in groups)


def _values(row: ViewRow, tag: str) -> list[str]:
    return row.tags[tag].split("+") if tag in row.tags else []


def _group(tag: str, value: str, rows: Sequence[ViewRow], seed: int) -> GroupScores:
    scores = scores_of(rows, seed=seed)
    if tag == "all":
        scores |= rankings_of(rows, seed=seed)
    return GroupScores(
        tag=tag,
        value=value,
        views=len(rows),
        patients=len({row.identity.patient_id for row in rows}),
        with_bac=sum(row.kind == "BAC" for row in rows),
        without_bac=sum(row.kind == "none" for row in rows),
        scores=scores,
    )


def _ranking(truth: Mask, score: Values, patients: list[str], seed: int) -> Estimate:
    from scipy.stats import rankdata

    def area(cases: Values) -> float:
        drawn = cases.astype(np.intp)
        positive = truth[drawn]
        wanted, others = int(positive.sum()), int((~positive).sum())
        if not wanted or not others:
            return float("nan")
        ranks = float(rankdata(score[drawn])[positive].sum())
        return (ranks - wanted * (wanted + 1) / 2) / (wanted * others)

    # The cases themselves are the sample: truth and score are drawn together.
    return clustered_statistic(np.arange(truth.size), patients, area, resamples=500, seed=seed)


def _median(sample: Values) -> float:
    return float(np.median(sample))
