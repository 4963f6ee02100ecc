"""What is kept of each round: which patches were taken, what was learnt, and with which weights."""

from __future__ import annotations

from pathlib import Path
from typing import Final, TypeVar

import msgspec

from shared_core.documents import DocumentError, known_part
from shared_core.errors import UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.records.canonical_json import json_bytes
from shared_core.training.fit import Fitted
from shared_core.training.patch_scores import PatchScores
from shared_core.weights.safetensors import read_safetensors, safetensors_bytes

SELECTION_FILE, RESULT_FILE, WEIGHTS_FILE = "taken.json", "round.json", "weights.safetensors"
PATCHES: Final = "patches"
ROUNDS: Final = Path("rounds")
"""In the folder of a run, with a folder for each round."""
Kept = TypeVar("Kept", bound=msgspec.Struct)


class Taken(msgspec.Struct, frozen=True):
    """A patch of the pool whose pseudo-label teaches."""

    patch: int
    """Number among the patches of the pool."""
    view: int
    """Number of the view in the pool."""
    patient_id: str
    view_id: str
    row_px: int
    column_px: int
    """Of the upper left corner in the view, on the grid of the model."""
    entropy_bits: float
    area: float
    """Share that is marked."""


class Selection(msgspec.Struct, frozen=True):
    """What a round took from the pool."""

    number: int
    """From 1."""
    pool: int
    """Patches that were left."""
    eligible: int
    """Of them, those on which enough is marked."""
    taken: tuple[Taken, ...]
    """The surest first."""


class RoundResult(msgspec.Struct, frozen=True):
    """What a round, or the base training, learnt."""

    epoch: int
    """Of the best weights, from 1."""
    epochs: int
    """That were trained."""
    threshold: float
    scores: dict[str, float]
    """By which the best epoch was told; see `PatchScores`."""
    annotated: dict[str, float]
    """Of the best weights, on patches of annotated patients."""
    teaching_patches: int
    pseudo_labels: int
    """Crops with a pseudo-label among them."""
    pseudo_validating: int
    """Crops that validate instead."""
    made_by: dict[str, str]


def keep(path: Path, record: msgspec.Struct) -> None:
    """Write a record whole."""
    write_bytes(path, json_bytes(record))


def kept(path: Path, kind: type[Kept]) -> Kept | None:
    """Read a record that `keep` wrote; None where there is none yet, a `UsageError` where it is damaged."""
    if not path.exists():
        return None
    try:
        return known_part(path.read_bytes(), kind)
    except (OSError, DocumentError):
        raise UsageError(f"{path} cannot be read; delete the folder {path.parent} and resume.") from None


def patients_taken(run: Path) -> set[str]:
    """Patients of the pool of whom some round of a run took a patch; none where it had no pool."""
    found = (kept(path, Selection) for path in sorted((run / ROUNDS).glob(f"*/{SELECTION_FILE}")))
    return {patch.patient_id for one in found if one is not None for patch in one.taken}


def keep_result(folder: Path, fitted: Fitted, result: RoundResult) -> None:
    """Write weights and result; the result comes last, as it says that the round is done."""
    write_bytes(folder / WEIGHTS_FILE, safetensors_bytes(fitted.arrays))
    keep(folder / RESULT_FILE, result)


def fitted_of(folder: Path, result: RoundResult) -> Fitted:
    """The weights of a finished round as training gave them."""
    arrays = read_safetensors(folder / WEIGHTS_FILE)
    return Fitted(arrays, result.threshold, result.epoch, result.scores, (), result.made_by)


def annotated_scores(scores: PatchScores) -> dict[str, float]:
    """What the log shows of a round."""
    return {
        "jaccard": scores.jaccard,
        "dice": scores.dice,
        "recall": scores.recall,
        "precision": scores.precision,
    }
