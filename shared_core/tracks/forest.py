"""Decision trees as plain arrays: what was taught with scikit-learn runs without it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import ModelError

Arrays = dict[str, NDArray[np.generic]]


@dataclass(frozen=True, eq=False)
class Forest:
    """Trees whose mean answer is a probability. A leaf is a node whose feature is -1."""

    roots: NDArray[np.int32]
    """(trees,): number of the first node of each."""
    feature: NDArray[np.int16]
    """(nodes,): column that is asked for."""
    threshold: NDArray[np.float32]
    """(nodes,): the left child where the value is not above it."""
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    """(nodes,): numbers of the children."""
    value: NDArray[np.float32]
    """(nodes,): probability in a leaf."""
    missing: NDArray[np.float32]
    """(features,): what stands in for a value that is not known."""

    def probabilities(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        """(rows,) mean answer of all trees for (rows, features)."""
        rows = np.where(np.isnan(values), self.missing, values).astype(np.float32)
        nodes = np.repeat(self.roots[None, :], len(rows), axis=0)
        index = np.arange(len(rows))[:, None]
        # Each turn takes all trees of all rows one node down.
        while True:
            asked = self.feature[nodes]
            inner = asked >= 0
            if not inner.any():
                return np.asarray(self.value[nodes].mean(axis=1, dtype=np.float64))
            below = rows[index, np.maximum(asked, 0)] <= self.threshold[nodes]
            nodes = np.where(inner, np.where(below, self.left[nodes], self.right[nodes]), nodes)

    def arrays(self, prefix: str) -> Arrays:
        """For a file."""
        return {f"{prefix}{name}": getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def from_arrays(cls, arrays: Arrays, prefix: str) -> Forest:
        """From a file.

        Raises
        ------
        ModelError
            An array is missing, or its numbers lead out of the trees.
        """
        try:
            forest = cls(**{name: arrays[f"{prefix}{name}"] for name in cls.__dataclass_fields__})  # type: ignore[arg-type]
        except KeyError as error:
            raise ModelError(f"The file of the track classifier holds no {error.args[0]!r}.") from None
        if not forest._sound():
            raise ModelError("The file of the track classifier is damaged; make it again.")
        return forest

    def _sound(self) -> bool:
        count = len(self.feature)
        inner = np.flatnonzero(self.feature >= 0)
        # Children come after their parents, so that every way ends in a leaf.
        onwards = all(bool((child[inner] > inner).all()) for child in (self.left, self.right))
        ends = [int(numbers.max(initial=0)) for numbers in (self.left, self.right, self.roots)]
        return count > 0 and onwards and max(ends) < count and int(self.feature.max()) < len(self.missing)
