"""The third class: what is no artery may be calcium, or a ligament, a duct, the margin of something."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from shared_core.tracks.forest import Forest
from shared_core.training.tracks.growing import OPEN, grown
from shared_core.training.tracks.track_set import TrackSet

_TREES: Final = 60
_SPECK_MM2: Final = 0.01
_SURE: Final = 0.9
"""Of the network, somewhere in the part."""
_STILL_CALCIUM: Final = 0.2
"""Share of the parts of views without calcium that counts as calcium all the same: to have one read for
nothing is the smaller harm."""
_ASKED: Final = frozenset(
    {
        *("p_mean", "p_max", "p_90", "p_50", "p_over_half", "p_over_09"),
        *("spots", "spots_ring", "spots_far", "spots_over_far", "spots_over_ring", "spots_per_mm"),
        *("spots_off", "spots_off_share", "largest_spot", "mean_spot", "speck_95", "speck_99"),
        *("raised_over_ring", "calcified", "in_pieces", "two_walls", "border", "solidity", "elongation"),
        *("area", "parts_near", "lines"),
    }
)
"""Calcium and shape. What tells film from digital images is left out: no film teaches what is none."""


def calcium_labels(
    names: tuple[str, ...], values: NDArray[np.float32], *, of_calcifications: bool
) -> NDArray[np.int8]:
    """(parts,) of one view whose parts are no arteries: 1 calcium, 0 none, `OPEN`.

    Parameters
    ----------
    names, values
        Of `TrackTable`.
    of_calcifications
        Whether the view is a crop of a calcification: parts with a speck, or that the network is sure of, are
        calcium there, and what the others are nobody knows. Otherwise nothing in it is.
    """
    if not of_calcifications or not len(values):
        return np.zeros(len(values), np.int8)
    speck = values[:, names.index("largest_spot")] > np.log(_SPECK_MM2 + 0.01)
    sure = values[:, names.index("p_max")] > _SURE
    return np.where(speck | sure, 1, OPEN).astype(np.int8)


def teach_calcium(tracks: TrackSet, *, seed: int) -> tuple[Forest, float]:
    """The forest, and the answer from which a part is calcium: chosen on patients who taught nothing."""
    values = _asked(tracks)
    weights = _weights(tracks)
    answers = np.zeros(len(values))
    for fold in np.unique(tracks.folds):
        own = tracks.folds == fold
        forest = grown(values[~own], tracks.calcium[~own], weights[~own], seed=seed, trees=_TREES)
        answers[own] = forest.probabilities(values[own])
    least = float(np.quantile(answers[tracks.calcium == 0], 1 - _STILL_CALCIUM))
    return grown(values, tracks.calcium, weights, seed=seed, trees=_TREES), least


def _asked(tracks: TrackSet) -> NDArray[np.float32]:
    """Other columns are 0 for all: no tree can ask for them."""
    asked = np.array([name in _ASKED for name in tracks.names])
    return np.where(asked, tracks.values, np.float32(0))


def _weights(tracks: TrackSet) -> NDArray[np.float64]:
    """Crowded views count less, both classes together alike."""
    weights = np.ones(len(tracks.calcium))
    for view in np.unique(tracks.views):
        own = tracks.views == view
        weights[own] = 1 / np.sqrt(own.sum())
    none, some = tracks.calcium == 0, tracks.calcium == 1
    weights[none] *= weights[some].sum() / weights[none].sum()
    return weights
