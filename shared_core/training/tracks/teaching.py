"""Teach the track classifier, and judge every patient by one that never saw her.

scikit-learn grows the trees; what is kept are plain arrays. It is part of the extra ``statistics``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shared_core.tracks.classifier import TrackClassifier, calibrated
from shared_core.training.tracks.calcium import teach_calcium
from shared_core.training.tracks.growing import OPEN, grown
from shared_core.training.tracks.track_set import MOSAIC, TrackSet

_MOST_OF_A_PATIENT: Final = 12
"""A patient with many calcified parts has no more say than with so many."""
_WEIGHT_OF_ARTERIES: Final = 0.6
"""All arteries together, by all other parts together."""


@dataclass(frozen=True, eq=False)
class Taught:
    """A classifier, and what it says of its own teaching parts where their patient was left out."""

    classifier: TrackClassifier
    left_out: NDArray[np.float64]
    """(parts,) calibrated."""


def teach(tracks: TrackSet, *, seed: int = 0) -> Taught:
    """Teach a classifier; the second forest learns from first opinions on patients who were left out.

    Parameters
    ----------
    tracks
        Of two folds at least.
    seed
        Of the trees.
    """
    weights = _weights(tracks)
    first = _left_out(tracks, tracks.values, weights, seed)
    together = tracks.with_context(first)
    raw = _left_out(tracks, together, weights, seed + 1)
    slope, intercept = _platt(raw, tracks.labels)
    answers = calibrated(raw, slope, intercept)
    view_slope, view_intercept = _view_curve(tracks, answers)
    calcium, least_calcium = teach_calcium(tracks, seed=seed + 2)
    classifier = TrackClassifier(
        tracks.names,
        grown(tracks.values, tracks.labels, weights, seed=seed),
        grown(together, tracks.labels, weights, seed=seed + 1),
        calcium,
        slope,
        intercept,
        least_calcium,
        view_slope,
        view_intercept,
    )
    return Taught(classifier, answers)


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
        forest = grown(values[~own], tracks.labels[~own], weights[~own], seed=seed)
        answers[own] = forest.probabilities(values[own])
    return answers


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


def _view_curve(tracks: TrackSet, answers: NDArray[np.float64]) -> tuple[float, float]:
    """The curve over the likeliest part of each view that shows an artery, or surely none.

    Mosaics are no views.
    """
    views = [np.flatnonzero(tracks.views == view) for view in np.unique(tracks.views)]
    real = [own for own in views if not tracks.patients[own[0]].startswith(MOSAIC)]
    likeliest = np.array([answers[own].max() for own in real])
    labels = np.array([_label_of_view(tracks.labels[own]) for own in real], np.int8)
    return _platt(likeliest, labels)


def _label_of_view(labels: NDArray[np.int8]) -> int:
    return 1 if (labels == 1).any() else OPEN if (labels == OPEN).any() else 0


def _platt(raw: NDArray[np.float64], labels: NDArray[np.int8]) -> tuple[float, float]:
    """Slope and intercept of the likeliest logistic curve over the log odds; every part counts alike."""
    from sklearn.linear_model import LogisticRegression

    told = labels != OPEN
    bounded = np.clip(raw[told], 1e-4, 1 - 1e-4)
    curve = LogisticRegression(C=1e4).fit(np.log(bounded / (1 - bounded))[:, None], labels[told])
    return float(curve.coef_[0, 0]), float(curve.intercept_[0])
