"""Teach the track classifier, and judge every patient by one that never saw her.

scikit-learn grows the trees; what is kept are plain arrays. It is part of the extra ``statistics``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.followed_parts import OutlinedPart
from shared_core.tracks.classifier import TrackClassifier, calibrated
from shared_core.tracks.context import context_features
from shared_core.tracks.forest import Forest

TREES: Final = 120
_LEAST_IN_LEAF: Final = 4
_FEATURES_ASKED: Final = 0.3
_MOST_OF_A_PATIENT: Final = 12
"""A patient with many calcified parts has no more say than with so many."""
_WEIGHT_OF_ARTERIES: Final = 0.6
"""All arteries together, by all other parts together."""
OPEN: Final = -1
"""Label of a part that nobody can tell: it takes no part in teaching."""


@dataclass(frozen=True, eq=False)
class TrackSet:
    """Parts of many views."""

    names: tuple[str, ...]
    values: NDArray[np.float32]
    """(parts, features)."""
    labels: NDArray[np.int8]
    """(parts,): 1 along an artery, 0 not, `OPEN`."""
    views: NDArray[np.int32]
    """(parts,): number of the view; the parts of one view follow each other."""
    patients: NDArray[np.str_]
    """(parts,)."""
    folds: NDArray[np.int8]
    """(parts,): the same for all parts of a patient."""
    parts: tuple[OutlinedPart, ...]
    pixel_mm: float

    def without(self, fold: int) -> TrackSet:
        """What may teach where a fold is judged."""
        return self._chosen(self.folds != fold)

    def only(self, fold: int) -> TrackSet:
        """What is judged."""
        return self._chosen(self.folds == fold)

    def with_context(self, first: NDArray[np.float64]) -> NDArray[np.float64]:
        """(parts, features and context) by a first opinion (parts,)."""
        lengths_mm = np.exp(self.values[:, self.names.index("length")].astype(np.float64))
        around: list[NDArray[np.float64]] = []
        for view in np.unique(self.views):
            own = np.flatnonzero(self.views == view)
            parts = [self.parts[number] for number in own]
            around.append(context_features(first[own], lengths_mm[own], parts, pixel_mm=self.pixel_mm))
        return np.concatenate([self.values, np.concatenate(around)], axis=1)

    def _chosen(self, chosen: NDArray[np.bool_]) -> TrackSet:
        return replace(
            self,
            values=self.values[chosen],
            labels=self.labels[chosen],
            views=self.views[chosen],
            patients=self.patients[chosen],
            folds=self.folds[chosen],
            parts=tuple(self.parts[number] for number in np.flatnonzero(chosen)),
        )


@dataclass(frozen=True, eq=False)
class Taught:
    """A classifier, and what it says of its own teaching parts where their patient was left out."""

    classifier: TrackClassifier
    left_out: NDArray[np.float64]
    """(parts,) calibrated."""


def teach(tracks: TrackSet, *, seed: int = 0, least_probability: float = 0.5) -> Taught:
    """Teach a classifier; the second forest learns from first opinions on patients who were left out.

    Parameters
    ----------
    tracks
        Of two folds at least.
    seed
        Of the trees.
    least_probability
        Goes into the classifier.
    """
    weights = _weights(tracks)
    first = _left_out(tracks, tracks.values, weights, seed)
    together = tracks.with_context(first)
    raw = _left_out(tracks, together, weights, seed + 1)
    slope, intercept = _platt(raw, tracks.labels)
    classifier = TrackClassifier(
        tracks.names,
        _grown(tracks.values, tracks.labels, weights, seed),
        _grown(together, tracks.labels, weights, seed + 1),
        slope,
        intercept,
        least_probability,
    )
    return Taught(classifier, calibrated(raw, slope, intercept))


def judged_by(classifier: TrackClassifier, tracks: TrackSet) -> NDArray[np.float64]:
    """(parts,) what a classifier says of parts, view by view."""
    first = classifier.alone.probabilities(tracks.values)
    raw = classifier.together.probabilities(tracks.with_context(first))
    return calibrated(raw, classifier.slope, classifier.intercept)


def _left_out(
    tracks: TrackSet, values: NDArray[np.floating], weights: NDArray[np.float64], seed: int
) -> NDArray[np.float64]:
    """(parts,) answers of forests that the patient of each part did not teach."""
    answers = np.zeros(len(values))
    for fold in np.unique(tracks.folds):
        own = tracks.folds == fold
        answers[own] = _grown(values[~own], tracks.labels[~own], weights[~own], seed).probabilities(
            values[own]
        )
    return answers


def _grown(
    values: NDArray[np.floating], labels: NDArray[np.int8], weights: NDArray[np.float64], seed: int
) -> Forest:
    from sklearn.ensemble import ExtraTreesClassifier

    told = labels != OPEN
    missing = np.nan_to_num(np.nanmedian(values[told], axis=0)).astype(np.float32)
    rows = np.where(np.isnan(values), missing, values).astype(np.float32)
    trees = ExtraTreesClassifier(
        TREES, min_samples_leaf=_LEAST_IN_LEAF, max_features=_FEATURES_ASKED, random_state=seed, n_jobs=1
    )
    trees.fit(rows[told], labels[told], sample_weight=weights[told])
    return _plain(trees, missing)


def _plain(trees: object, missing: NDArray[np.float32]) -> Forest:
    """The arrays of scikit-learn's trees, one tree after the other."""
    grown = [tree.tree_ for tree in trees.estimators_]  # type: ignore[attr-defined]
    starts = np.concatenate([[0], np.cumsum([tree.node_count for tree in grown])[:-1]])
    artery = list(trees.classes_).index(1)  # type: ignore[attr-defined]
    shares = [tree.value[:, 0, :] for tree in grown]

    def children(side: str) -> NDArray[np.int32]:
        moved = [
            np.maximum(getattr(tree, side), 0) + start for tree, start in zip(grown, starts, strict=True)
        ]
        return np.concatenate(moved).astype(np.int32)

    return Forest(
        roots=starts.astype(np.int32),
        feature=np.maximum(np.concatenate([tree.feature for tree in grown]), -1).astype(np.int16),
        # scikit-learn compares float32 values with float64 thresholds: rounded down, none changes its side.
        threshold=_rounded_down(np.concatenate([tree.threshold for tree in grown])),
        left=children("children_left"),
        right=children("children_right"),
        value=np.concatenate([share[:, artery] / share.sum(axis=1) for share in shares]).astype(np.float32),
        missing=missing,
    )


def _rounded_down(thresholds: NDArray[np.float64]) -> NDArray[np.float32]:
    near = thresholds.astype(np.float32)
    return np.where(near > thresholds, np.nextafter(near, np.float32(-np.inf)), near)


def _weights(tracks: TrackSet) -> NDArray[np.float64]:
    """Patients count more alike than their parts do; long arteries more, crowded views less."""
    weights = np.ones(len(tracks.labels))
    lengths_mm = np.exp(tracks.values[:, tracks.names.index("length")].astype(np.float64))
    arteries, others = tracks.labels == 1, tracks.labels == 0
    for patient in np.unique(tracks.patients[arteries]):
        own = arteries & (tracks.patients == patient)
        share = np.sqrt(lengths_mm[own])
        weights[own] = share / share.sum() * min(int(own.sum()), _MOST_OF_A_PATIENT)
    for view in np.unique(tracks.views[others]):
        own = others & (tracks.views == view)
        weights[own] = 1 / np.sqrt(own.sum())
    if arteries.any():
        weights[arteries] *= weights[others].sum() / weights[arteries].sum() * _WEIGHT_OF_ARTERIES
    return weights


def _platt(raw: NDArray[np.float64], labels: NDArray[np.int8]) -> tuple[float, float]:
    """Slope and intercept of the likeliest logistic curve over the log odds; every part counts alike."""
    from sklearn.linear_model import LogisticRegression

    told = labels != OPEN
    bounded = np.clip(raw[told], 1e-4, 1 - 1e-4)
    curve = LogisticRegression(C=1e4).fit(np.log(bounded / (1 - bounded))[:, None], labels[told])
    return float(curve.coef_[0, 0]), float(curve.intercept_[0])
