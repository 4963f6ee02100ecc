"""What a model said of a view as a whole, where it does not judge the parts of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.judged_parts import JudgedParts


@dataclass(frozen=True)
class JudgedImage:
    """The answer of a classifier of whole views; the mask is where its heat map says that it looked."""

    bac_probability: float
    """That the view shows an artery with calcium; as the network gives it, not calibrated."""
    positive_from: float
    """Below it nothing is marked."""
    threshold: float
    """The mask is where the heat map lies above it."""

    @property
    def positive(self) -> bool:
        """Whether the view counts as one with BAC."""
        return self.bac_probability >= self.positive_from

    def probabilities(self, labels: NDArray[np.uint8]) -> dict[int, float]:
        """Of each label: none, as nothing is said of single arteries."""
        return {}


Judged = JudgedParts | JudgedImage
"""Whatever a model says beside its mask."""
