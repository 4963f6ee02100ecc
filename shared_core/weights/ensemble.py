"""Several networks in one weights file: their mean probability is the model's, their spread its doubt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from shared_core.errors import ModelError
from shared_core.weights.card import ModelCard
from shared_core.weights.safetensors import read_safetensors

Arrays = Mapping[str, NDArray[Any]]


def joined_members(members: Sequence[Arrays]) -> dict[str, NDArray[Any]]:
    """The arrays of all members under names that tell them apart."""
    return {
        f"{_prefix(number)}{name}": array
        for number, arrays in enumerate(members)
        for name, array in arrays.items()
    }


def read_members(path: Path, card: ModelCard) -> tuple[Arrays, ...]:
    """The arrays of each network of a model; of one that is no ensemble, its own.

    A `ModelError` where the file holds other members than the card says.
    """
    arrays = read_safetensors(path)
    if card.members == 1:
        return (arrays,)
    found = tuple(
        {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
        for prefix in (_prefix(number) for number in range(card.members))
    )
    if not all(found) or sum(map(len, found)) != len(arrays):
        raise ModelError(
            f"Weights {path} do not hold the {card.members} networks of model {card.name}; get the file that "
            "was made with the card."
        )
    return found


def _prefix(number: int) -> str:
    return f"member-{number}."
