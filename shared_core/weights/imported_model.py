"""A model from somebody else's checkpoint: weights as safetensors, and a card for them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from shared_core.weights.card_json import CARD_FILE, WEIGHTS_FILE, card_json
from shared_core.weights.checkpoint import read_checkpoint
from shared_core.weights.location import sha256_of
from shared_core.weights.registry import load_card
from shared_core.weights.safetensors import safetensors_bytes

PROCESSED_AS: Final = "scunet-emory-2021"
"""Preparation, tiles, pixel size and grey levels of a model that has none of its own."""

NOT_STATED = "not stated by whoever imported it"


@dataclass(frozen=True)
class Decision:
    """How the numbers that a network gives become a mask."""

    output: Literal["logits", "raw"] = "logits"
    threshold: float = 0.5


@dataclass(frozen=True, eq=False)
class ImportedModel:
    """What is to be written."""

    card_json: bytes
    weights: bytes


def import_model(path: Path, *, name: str, decision: Decision, licence: str = "") -> ImportedModel:
    """Turn a checkpoint of an SCU-Net into weights and a card; see `read_checkpoint`.

    The arrays keep the file's precision, and batch norms stay apart from convolutions, so that the model can
    be trained further; loading folds them. An empty licence means that it is not known, which the card says.

    Raises
    ------
    DeviceError
        torch is not installed.
    ModelError
        The file is not a checkpoint of an SCU-Net, or the card would not be sound.
    """
    arrays = read_checkpoint(path)
    weights = safetensors_bytes(arrays)
    card = replace(
        load_card(PROCESSED_AS),
        name=name,
        title=f"{name}: imported from {path.name}",
        weights_file=WEIGHTS_FILE,
        sha256=hashlib.sha256(weights).hexdigest(),
        size_bytes=len(weights),
        url="",
        output=decision.output,
        threshold=decision.threshold,
        licence=licence or NOT_STATED,
        citation=NOT_STATED,
        training_data=NOT_STATED,
        limitations=(
            "What it was trained on and where it fails is not known here.",
            f"Views are processed as for {PROCESSED_AS}; nobody checked that this fits it.",
            "The quantities have not been validated against clinical outcomes.",
        ),
        made_by=(f"origin: {path.name}, sha256 {sha256_of(path)}",),
    )
    return ImportedModel(card_json(card, CARD_FILE), weights)
