"""Forests grown by scikit-learn, kept as plain arrays."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from shared_core.tracks.forest import Forest

TREES: Final = 300
"""With fewer the seed decides: of 120 trees it moved the recall of doubtful arteries between .35 and .56."""
_LEAST_IN_LEAF: Final = 2
_FEATURES_ASKED: Final = 0.3
OPEN: Final = -1
"""Label of a part that nobody can tell: it takes no part in teaching."""


def grown(
    values: NDArray[np.floating],
    labels: NDArray[np.int8],
    weights: NDArray[np.float64],
    *,
    seed: int,
    trees: int = TREES,
) -> Forest:
    """Grow a forest.

    Parameters
    ----------
    values
        (rows, features); NaN where something is not known.
    labels
        (rows,): 1, 0, or `OPEN` for rows that teach nothing.
    weights
        (rows,).
    seed
        Of the trees.
    trees
        How many.
    """
    from sklearn.ensemble import ExtraTreesClassifier

    told = labels != OPEN
    missing = np.nan_to_num(np.nanmedian(values[told], axis=0)).astype(np.float32)
    rows = np.where(np.isnan(values), missing, values).astype(np.float32)
    forest = ExtraTreesClassifier(
        trees, min_samples_leaf=_LEAST_IN_LEAF, max_features=_FEATURES_ASKED, random_state=seed, n_jobs=1
    )
    forest.fit(rows[told], labels[told], sample_weight=weights[told])
    return _plain(forest, missing)


def _plain(forest: object, missing: NDArray[np.float32]) -> Forest:
    """The arrays of scikit-learn's trees, one tree after the other."""
    grown = [tree.tree_ for tree in forest.estimators_]  # type: ignore[attr-defined]
    starts = np.concatenate([[0], np.cumsum([tree.node_count for tree in grown])[:-1]])
    yes = list(forest.classes_).index(1)  # type: ignore[attr-defined]
    shares = [tree.value[:, 0, :] for tree in grown]

    def children(side: str) -> NDArray[np.int32]:
        moved = [
            np.maximum(getattr(tree, side), 0) + start for tree, start in zip(grown, starts, strict=True)
        ]
        return np.asarray(np.concatenate(moved), np.int32)

    feature = np.maximum(np.concatenate([tree.feature for tree in grown]), -1).astype(np.int16)
    leaf = feature < 0
    # scikit-learn compares float32 values with float64 thresholds: rounded down, none changes its side.
    threshold = _rounded_down(np.concatenate([tree.threshold for tree in grown]))
    value = np.concatenate([share[:, yes] / share.sum(axis=1) for share in shares]).astype(np.float32)
    return Forest(
        roots=starts.astype(np.int32),
        feature=feature,
        # What nobody asks for is 0: the file is a quarter smaller.
        threshold=np.where(leaf, np.float32(0), threshold),
        left=children("children_left"),
        right=children("children_right"),
        value=np.where(leaf, value, np.float32(0)),
        missing=missing,
    )


def _rounded_down(thresholds: NDArray[np.float64]) -> NDArray[np.float32]:
    near = thresholds.astype(np.float32)
    return np.where(near > thresholds, np.nextafter(near, np.float32(-np.inf)), near)
