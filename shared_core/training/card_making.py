"""A finished model: weights as safetensors, and the card that says how to use them and what made them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared_core.exporting.atomic import write_bytes
from shared_core.preprocessing.preset import PreprocessingPreset
from shared_core.training.fit import Fitted
from shared_core.training.recipe import Recipe
from shared_core.weights.card import ModelCard, TilingPreset
from shared_core.weights.card_json import parse_card
from shared_core.weights.safetensors import safetensors_bytes

CARD_FILE, WEIGHTS_FILE = "model.json", "model.safetensors"

_STATISTICS = ("running_mean", "running_var")


@dataclass(frozen=True)
class Origin:
    """What a person has to say about a model."""

    name: str
    title: str
    training_data: str
    licence: str = "as stated by whoever trained it"
    citation: str = "none"
    limitations: tuple[str, ...] = ()


def write_model(folder: Path, fitted: Fitted, recipe: Recipe, origin: Origin) -> ModelCard:
    """Write ``model.safetensors`` and ``model.json``; the card comes last, so it never promises too much.

    Raises
    ------
    OutputError
        If they cannot be written.
    """
    weights = safetensors_bytes(stored(fitted.arrays, recipe))
    write_bytes(folder / WEIGHTS_FILE, weights)
    card = make_card(weights, fitted, recipe, origin)
    text = json.dumps(asdict(card), indent=2, ensure_ascii=False) + "\n"
    parse_card(text, str(folder / CARD_FILE))
    write_bytes(folder / CARD_FILE, text.encode())
    return card


def stored(arrays: Mapping[str, NDArray[np.float32]], recipe: Recipe) -> dict[str, NDArray[Any]]:
    """Arrays as the recipe stores them: only convolutions as float16, as a variance may be too small."""
    if recipe.stored_as == "float32":
        return dict(arrays)
    return {name: array.astype(np.float16) if array.ndim == 4 else array for name, array in arrays.items()}


def make_card(weights: bytes, fitted: Fitted, recipe: Recipe, origin: Origin) -> ModelCard:
    """The card of trained weights, with processing as for the published model."""
    scores = fitted.scores
    return ModelCard(
        name=origin.name,
        title=origin.title,
        network=recipe.network,
        weights_file=WEIGHTS_FILE,
        sha256=hashlib.sha256(weights).hexdigest(),
        size_bytes=len(weights),
        url="",
        output="logits",
        normalisation_mean=recipe.normalisation_mean,
        normalisation_sd=recipe.normalisation_sd,
        input_spacing_mm=recipe.spacing_mm,
        resample="when-spacing-known",
        resample_tolerance=0.1,
        preprocessing=PreprocessingPreset(name="valid-area"),
        tiling=TilingPreset(tile_px=512),
        threshold=fitted.threshold,
        mask_style="vessel-band",
        licence=origin.licence,
        citation=origin.citation,
        training_data=origin.training_data,
        intended_use="Research on breast arterial calcification on two-dimensional mammograms For "
        "Presentation. Not a medical device; not for diagnosis, nor for any decision about a patient.",
        limitations=(
            f"Told best by {recipe.validation.score} on validation patches ({scores['score']:.3f} in epoch "
            f"{fitted.epoch}); recall {scores['recall']:.3f} and precision {scores['precision']:.3f} there "
            "are not those on other images.",
            *origin.limitations,
        ),
        parameters=sum(array.size for name, array in fitted.arrays.items() if not name.endswith(_STATISTICS)),
        made_by=(f"recipe: {recipe.name}", *(f"{name}: {value}" for name, value in fitted.made_by.items())),
    )
