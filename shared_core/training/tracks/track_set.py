"""Parts of many views, labelled, as they teach and are judged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.followed_parts import OutlinedPart
from shared_core.tracks.context import context_features

MOSAIC: Final = "mosaic"
"""Begins the patient of a view that was put together."""


@dataclass(frozen=True, eq=False)
class TrackSet:
    """Parts of many views."""

    names: tuple[str, ...]
    values: NDArray[np.float32]
    """(parts, features)."""
    labels: NDArray[np.int8]
    """(parts,): 1 along an artery, 0 not, `OPEN`."""
    calcium: NDArray[np.int8]
    """(parts,): of those that are no artery, 1 calcium, 0 none, `OPEN`."""
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
            calcium=self.calcium[chosen],
            views=self.views[chosen],
            patients=self.patients[chosen],
            folds=self.folds[chosen],
            parts=tuple(self.parts[number] for number in np.flatnonzero(chosen)),
        )
