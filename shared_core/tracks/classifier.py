"""The probability of each part of a view that it lies along an artery."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import ModelError
from shared_core.tracks.context import context_features
from shared_core.tracks.features import TrackTable
from shared_core.tracks.forest import Arrays, Forest

_NUMBERS: Final = ("slope", "intercept", "least_probability")


@dataclass(frozen=True, eq=False)
class TrackClassifier:
    """Two forests: one judges each part for itself, the other with the first opinion on the parts around."""

    names: tuple[str, ...]
    """Of the features that it was taught on."""
    alone: Forest
    together: Forest
    slope: float
    intercept: float
    """Of the logistic curve that makes the answer a calibrated probability (Platt 1999)."""
    least_probability: float
    """An artery from here on."""

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

    def with_least(self, probability: float) -> TrackClassifier:
        """The same with another least probability of an artery."""
        return replace(self, least_probability=probability)

    def file_bytes(self) -> bytes:
        """As one NPZ file of plain arrays; the same classifier gives the same bytes."""
        arrays: dict[str, Any] = {
            "names": np.array(self.names),
            "numbers": np.array([getattr(self, name) for name in _NUMBERS]),
            **self.alone.arrays("alone."),
            **self.together.arrays("together."),
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
            names, numbers = arrays["names"], arrays["numbers"]
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            raise ModelError(f"{path} holds no track classifier, or is damaged; make it again.") from None
        return cls(
            tuple(str(name) for name in names),
            Forest.from_arrays(arrays, "alone."),
            Forest.from_arrays(arrays, "together."),
            **dict(zip(_NUMBERS, map(float, numbers), strict=True)),
        )


def calibrated(raw: NDArray[np.float64], slope: float, intercept: float) -> NDArray[np.float64]:
    """Logistic curve over the log odds of a raw answer."""
    bounded = np.clip(raw, 1e-4, 1 - 1e-4)
    return np.asarray(1 / (1 + np.exp(-(slope * np.log(bounded / (1 - bounded)) + intercept))))
