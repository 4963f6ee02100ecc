"""What each part of a view is: the probability that it lies along an artery, and whether it is calcium."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import ModelError
from shared_core.tracks.context import context_features
from shared_core.tracks.features import TrackTable
from shared_core.tracks.forest import Arrays, Forest

_NUMBERS: Final = ("slope", "intercept", "least_calcium", "view_slope", "view_intercept")


@dataclass(frozen=True, eq=False)
class TrackClassifier:
    """Three forests.

    One judges each part for itself, one with the first opinion on the parts around; both together say
    whether it lies along an artery. The third says whether a part that does not is calcium at all.
    """

    names: tuple[str, ...]
    """Of the features that it was taught on."""
    alone: Forest
    together: Forest
    calcium: Forest
    slope: float
    intercept: float
    """Of the logistic curve that makes the answer a calibrated probability (Platt 1999)."""
    least_calcium: float
    """Calcium from this answer of its forest on, which is no calibrated probability."""
    view_slope: float
    view_intercept: float
    """Of such a curve over the likeliest part, for the whole view."""

    def probabilities(self, table: TrackTable, *, pixel_mm: float) -> NDArray[np.float64]:
        """(parts,) calibrated probability of being an artery.

        Raises
        ------
        ModelError
            The features are not those that it was taught on.
        """
        if not table.parts:
            return np.zeros(0)
        if table.names != self.names:
            raise ModelError("The track classifier was taught on other features; make it again.")
        first = self.alone.probabilities(table.values)
        lengths_mm = np.exp(table.values[:, self.names.index("length")].astype(np.float64))
        around = context_features(first, lengths_mm, table.parts, pixel_mm=pixel_mm)
        raw = self.together.probabilities(np.concatenate([table.values, around], axis=1))
        return calibrated(raw, self.slope, self.intercept)

    def are_calcium(self, table: TrackTable) -> NDArray[np.bool_]:
        """(parts,) whether each is calcium, where it lies along no artery."""
        if not table.parts:
            return np.zeros(0, bool)
        return np.asarray(self.calcium.probabilities(table.values) >= self.least_calcium)

    def of_view(self, probabilities: NDArray[np.float64]) -> float:
        """Calibrated probability that a view with such parts shows an artery with calcium."""
        likeliest = np.array([probabilities.max(initial=0.0)])
        return float(calibrated(likeliest, self.view_slope, self.view_intercept)[0])

    def file_bytes(self) -> bytes:
        """As one NPZ file of plain arrays; the same classifier gives the same bytes."""
        arrays: dict[str, Any] = {
            "names": np.array(self.names),
            "numbers": np.array([getattr(self, name) for name in _NUMBERS]),
            **self.alone.arrays("alone."),
            **self.together.arrays("together."),
            **self.calcium.arrays("calcium."),
        }
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **arrays)
        return buffer.getvalue()

    @classmethod
    def load(cls, path: Path) -> TrackClassifier:
        """Read such a file.

        Raises
        ------
        ModelError
            It cannot be read, or is damaged.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                arrays: Arrays = dict(file)
            names = tuple(str(name) for name in arrays["names"])
            numbers = dict(zip(_NUMBERS, map(float, arrays["numbers"]), strict=True))
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
            raise ModelError(f"{path} holds no track classifier, or is damaged; make it again.") from None
        return cls(
            names,
            Forest.from_arrays(arrays, "alone."),
            Forest.from_arrays(arrays, "together."),
            Forest.from_arrays(arrays, "calcium."),
            **numbers,
        )


def calibrated(raw: NDArray[np.float64], slope: float, intercept: float) -> NDArray[np.float64]:
    """Logistic curve over the log odds of a raw answer."""
    bounded = np.clip(raw, 1e-4, 1 - 1e-4)
    return np.asarray(1 / (1 + np.exp(-(slope * np.log(bounded / (1 - bounded)) + intercept))))
