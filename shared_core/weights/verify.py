"""Are the weights of a model here, whole and readable?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from shared_core.errors import ModelError
from shared_core.weights.card import ModelCard
from shared_core.weights.checkpoint import read_checkpoint
from shared_core.weights.location import find_weights

WeightsStatus = Literal["ok", "missing", "damaged"]


@dataclass(frozen=True)
class WeightsReport:
    """What was found of a model's weights."""

    model: str
    status: WeightsStatus
    path: Path | None
    """The file that was checked; None where there is none with the right sha256."""
    message: str
    """One sentence for people."""
    arrays: int = 0
    """Named arrays in the file."""
    values: int = 0
    """Numbers in these arrays."""


def verify_weights(card: ModelCard, *, weights_dir: Path | None = None) -> WeightsReport:
    """Check the sha256 of a model's weights and read them; never uses the network or torch."""
    path: Path | None = None
    try:
        path = find_weights(card, weights_dir=weights_dir)
        if path is None:
            message = f"{card.weights_file} is not on this machine; run `bac models fetch {card.name}`."
            return WeightsReport(card.name, "missing", None, message)
        arrays = read_checkpoint(path)
    except ModelError as error:
        return WeightsReport(card.name, "damaged", path, str(error))
    values = sum(array.size for array in arrays.values())
    message = f"sha256 is right; {len(arrays)} arrays with {values} values can be read."
    return WeightsReport(card.name, "ok", path, message, len(arrays), values)
