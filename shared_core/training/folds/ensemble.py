"""One card for the models of all folds: the mean of their probabilities, and the spread around it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from shared_core.errors import ModelError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.weights.card import ModelCard
from shared_core.weights.card_json import CARD_FILE, WEIGHTS_FILE, card_json
from shared_core.weights.ensemble import joined_members
from shared_core.weights.location import require_weights
from shared_core.weights.safetensors import read_safetensors, safetensors_bytes
from shared_core.weights.seen_views import seen_views


def write_ensemble(
    folder: Path,
    name: str,
    members: Sequence[tuple[ModelCard, Path]],
    *,
    patients: Sequence[str],
    image_sha256: Sequence[str],
    held_out: str,
) -> ModelCard:
    """Write weights and card; the card comes last.

    Parameters
    ----------
    members
        Cards of one recipe, with the folders of their weights.
    patients
        All that some member was taught or validated by.
    held_out
        A sentence on how the members did on patients they had not seen.

    Raises
    ------
    ModelError
        The members are not of one network and preparation.
    """
    first = members[0][0]
    for card, _ in members:
        if _processing(card) != _processing(first):
            raise ModelError(f"{card.name} and {first.name} see images otherwise, and make no ensemble.")
    arrays = [read_safetensors(require_weights(card, weights_dir=where)) for card, where in members]
    weights = safetensors_bytes(joined_members(arrays))
    sha256 = hashlib.sha256(weights).hexdigest()
    own = seen_views(sha256, taught=tuple(patients), chose=(), image_sha256=tuple(image_sha256))
    said = [
        f"member_{number}: {card.name}, sha256 {card.sha256}" for number, (card, _) in enumerate(members, 1)
    ]
    card = replace(
        first,
        name=name,
        title=f"{first.title}: ensemble of {len(members)}",
        weights_file=WEIGHTS_FILE,
        sha256=sha256,
        size_bytes=len(weights),
        members=len(members),
        graph=None,
        threshold=sum(card.threshold for card, _ in members) / len(members),
        training_data=" ".join(f"Member {n}: {card.training_data}" for n, (card, _) in enumerate(members, 1)),
        limitations=(
            "No patient was kept back from all members, so nobody is left to judge the ensemble itself.",
            held_out,
        ),
        seen=(own, *first.seen[1:]),
        parameters=sum(card.parameters for card, _ in members),
        made_by=tuple(said),
    )
    text = card_json(card, str(folder / CARD_FILE))
    write_bytes(folder / WEIGHTS_FILE, weights)
    write_bytes(folder / CARD_FILE, text)
    return card


def _processing(card: ModelCard) -> tuple[object, ...]:
    return (
        *(card.network, card.network_options, card.output, card.preprocessing, card.tiling),
        *(card.normalisation_mean, card.normalisation_sd, card.input_spacing_mm, card.temperature),
    )
