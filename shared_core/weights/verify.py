"""Are the weights of a model here, whole and readable?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from shared_core.errors import ModelError
from shared_core.weights.card import ModelCard
from shared_core.weights.location import require_graph, require_tracks, require_weights, weights_file
from shared_core.weights.safetensors import read_safetensors

WeightsStatus = Literal["ok", "missing", "damaged"]


@dataclass(frozen=True)
class WeightsReport:
    """What was found of a model's weights."""

    model: str
    status: WeightsStatus
    path: Path
    """The file that was checked, or where it should be."""
    message: str
    """One sentence for people."""
    arrays: int = 0
    """Named arrays in the file."""
    values: int = 0
    """Numbers in these arrays."""


def verify_weights(card: ModelCard, *, weights_dir: Path | None = None) -> WeightsReport:
    """Check the sha256 of a model's files and read the weights."""
    path = weights_file(card, weights_dir=weights_dir)
    try:
        arrays = read_safetensors(require_weights(card, weights_dir=weights_dir))
        if card.tracks is not None:
            require_tracks(card, weights_dir=weights_dir)
        if card.graph is not None:
            require_graph(card, weights_dir=weights_dir)
    except ModelError as error:
        return WeightsReport(card.name, "damaged" if path.is_file() else "missing", path, str(error))
    values = sum(array.size for array in arrays.values())
    message = f"sha256 is right; {len(arrays)} arrays with {values} values can be read."
    return WeightsReport(card.name, "ok", path, message, len(arrays), values)
