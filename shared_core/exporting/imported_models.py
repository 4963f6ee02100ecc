"""A network from elsewhere becomes a model in a folder: weights and card."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from shared_core.errors import OutputError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.inference.foreign.facts import StatedFacts
from shared_core.inference.foreign.importing import import_network, kind_of
from shared_core.weights.card_json import CARD_FILE, WEIGHTS_FILE
from shared_core.weights.imported_model import Decision, import_model


@dataclass(frozen=True)
class ImportRequest:
    """What is to be made of which file."""

    file: Path
    """A network, or a checkpoint of an SCU-Net."""
    folder: Path
    """For the model; neither of its files may be there."""
    name: str
    stated: StatedFacts
    """Of a checkpoint the threshold alone counts."""
    licence: str = ""
    decision: Decision | None = None
    """Of a checkpoint; None for logits above the threshold."""


def name_for_card(text: str) -> str:
    """The name of a file or folder as a model's card may hold it; may be empty."""
    return re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-._")


def is_checkpoint(file: Path) -> bool:
    """Whether a file holds weights alone, whose network must be known: that of SCU-Net."""
    return kind_of(file) is None


def write_imported(request: ImportRequest) -> Path:
    """Write weights and card; return the card.

    Raises
    ------
    OutputError
        A model is there already, or the folder cannot be written.
    DeviceError, ModelError, UsageError
        See `import_network` and `import_model`.
    """
    card, weights = request.folder / CARD_FILE, request.folder / WEIGHTS_FILE
    for file in (card, weights):
        if file.exists():
            raise OutputError(f"{file} is already there; choose another name or folder.")
    name, licence = request.name, request.licence
    if is_checkpoint(request.file):
        decision = request.decision or Decision("logits", request.stated.threshold)
        model = import_model(request.file, name=name, decision=decision, licence=licence)
    else:
        model = import_network(request.file, name=name, stated=request.stated, licence=licence)
    write_bytes(weights, model.weights)
    write_bytes(card, model.card_json)
    return card
