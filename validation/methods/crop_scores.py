"""What a network says of real crops, in numbers: only crops of one fold can be compared with each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from shared_core.preprocessing.greyscale import model_image_u8
from shared_core.reading.reader import read_mammogram
from shared_core.statistics.clusters import Estimate, clustered_statistic
from shared_core.statistics.detection import curves
from shared_core.training.data.line_file import LineDrawing
from shared_core.training.data.real_bac import labels_of
from shared_core.training.image_labels.recipe import LabelRecipe
from shared_core.training.image_labels.table import LabelledFile
from validation.methods.heat_maps import Answer

Truth = NDArray[np.bool_]
Values = NDArray[np.float64]
Folds = NDArray[np.int64]


@dataclass(frozen=True)
class FoldScore:
    """What the model of one fold says of the patients that it has not seen."""

    crops: int
    vascular: int
    patients: int
    vascular_patients: int
    epoch: int
    """That the validation side chose."""
    auc: float


@dataclass(frozen=True)
class Pointing:
    """Whether the heat maps of crops that were rightly called vascular lie on the drawn arteries."""

    crops: int
    on_arteries: float
    """Share of the heat maps' pixels, mean over the crops."""
    arteries: float
    """Share of the crops' pixels: what a heat map put anywhere would have."""


def within_folds_auc(truth: Truth, scores: Values, folds: Folds) -> float:
    """Share of pairs of one fold in the right order, ties half: scores of two models cannot be compared."""
    won = pairs = 0.0
    for fold in np.unique(folds):
        own = folds == fold
        positive = truth[own]
        many = float(positive.sum())
        rest = float(positive.size) - many
        if many and rest:
            won += rankdata(scores[own])[positive].sum() - many * (many + 1) / 2
            pairs += many * rest
    return won / pairs if pairs else float("nan")


def within_folds(truth: Truth, folds: Folds, patients: Sequence[str], scores: Values) -> Estimate:
    """`within_folds_auc` with an interval that draws whole patients."""

    def of(drawn: Values) -> float:
        places = drawn.astype(np.intp)
        return within_folds_auc(truth[places], scores[places], folds[places])

    return clustered_statistic(np.arange(truth.size), patients, of)


def average_precision(truth: Truth, folds: Folds, patients: Sequence[str], scores: Values) -> Estimate:
    """Of the crops in the order of their rank within their fold."""
    ranks = np.zeros(truth.size)
    for fold in np.unique(folds):
        own = folds == fold
        ranks[own] = rankdata(scores[own]) / own.sum()

    def of(drawn: Values) -> float:
        places = drawn.astype(np.intp)
        if truth[places].all() or not truth[places].any():
            return float("nan")
        return float(curves(truth[places], ranks[places]).auc_pr)

    return clustered_statistic(np.arange(truth.size), patients, of)


def fold_score(
    all_rows: Sequence[LabelledFile], test: Sequence[int], said: Mapping[int, Answer], epoch: int
) -> FoldScore:
    """Of the crops of one fold."""
    rows = [all_rows[place] for place in test]
    truth = np.array([row.has_bac for row in rows])
    scores = np.array([said[place].probability for place in test])
    return FoldScore(
        len(rows),
        int(truth.sum()),
        len({row.patient for row in rows}),
        len({row.patient for row in rows if row.has_bac}),
        epoch,
        within_folds_auc(truth, scores, np.zeros(len(rows), np.int64)),
    )


def pointing(
    rows: Sequence[LabelledFile],
    said: Mapping[int, Answer],
    drawings: Mapping[str, LineDrawing],
    recipe: LabelRecipe,
) -> Pointing | None:
    """How much of the heat maps of crops rightly called vascular lies on drawn arteries.

    Uncertain stretches and rims count neither way. None where there is no such crop with a sure line.
    """
    shares = []
    for place, row in enumerate(rows):
        drawing = drawings.get(row.path.name)
        right = row.has_bac and said[place].probability >= recipe.positive_from
        if not right or drawing is None or not drawing.sure:
            continue
        image = crop_u8(row.path)
        label, ignore = labels_of(image, drawing)
        hot = said[place].on(label.shape) > recipe.heat_threshold
        counted = label | ~ignore
        if (hot & counted).any():
            shares.append(((hot & label).sum() / (hot & counted).sum(), label.sum() / counted.sum()))
    if not shares:
        return None
    on, base = np.array(shares, np.float64).mean(axis=0)
    return Pointing(len(shares), float(on), float(base))


def crop_u8(path: Path) -> NDArray[np.uint8]:
    """The grey levels of a crop."""
    return model_image_u8(read_mammogram(path))[0]
