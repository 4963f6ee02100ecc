"""A finished model: weights as safetensors, and the card that says how to use them and what made them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared_core.exporting.atomic_write import write_bytes
from shared_core.inference.backends.torch_network import filled
from shared_core.networks.table import SCU_NETS
from shared_core.training.fit import Fitted
from shared_core.training.plan import Plan
from shared_core.training.recipe import Recipe, recipe_toml
from shared_core.training.starting_model import processing_card
from shared_core.weights.card import GraphFile, ModelCard
from shared_core.weights.card_json import CARD_FILE, GRAPH_FILE, WEIGHTS_FILE, card_json
from shared_core.weights.safetensors import safetensors_bytes
from shared_core.weights.seen_views import seen_views

_STATISTICS = ("running_mean", "running_var")


@dataclass(frozen=True)
class Origin:
    """What the card of a trained model says of where it comes from."""

    title: str
    training_data: str
    limitations: tuple[str, ...] = ()
    taught: tuple[str, ...] = ()
    """IDs of patients whose views taught; the card has only their fingerprints."""
    chose: tuple[str, ...] = ()
    """Of patients whose views told the best weights."""
    image_sha256: tuple[str, ...] = ()
    """Of the image files of both."""


def write_model(folder: Path, fitted: Fitted, plan: Plan, origin: Origin) -> ModelCard:
    """Write weights, graph and card; the card comes last, so it never promises too much."""
    arrays = stored(fitted.arrays, plan.recipe)
    weights = safetensors_bytes(arrays)
    card = make_card(weights, fitted, plan, origin)
    graph = graph_of(card, arrays)
    if graph is not None:
        file = GraphFile(GRAPH_FILE, hashlib.sha256(graph).hexdigest(), len(graph))
        card = replace(card, graph=file)
    text = card_json(card, str(folder / CARD_FILE))
    write_bytes(folder / WEIGHTS_FILE, weights)
    if graph is not None:
        write_bytes(folder / GRAPH_FILE, graph)
    write_bytes(folder / CARD_FILE, text)
    return card


def graph_of(card: ModelCard, arrays: Mapping[str, NDArray[Any]]) -> bytes | None:
    """The network of a card for where torch is not installed; None where it needs none, or without OpenVINO.

    SCU-Nets need none: OpenVINO runs their lean form from the weights themselves.
    """
    if card.network in SCU_NETS or find_spec("openvino") is None:
        return None
    from shared_core.inference.backends.openvino_export import exported

    network = filled(card.network, card.network_options, arrays)
    channels, tile_px = card.network_options.channels, card.tiling.tile_px
    return safetensors_bytes(exported(network, channels=channels, tile_px=tile_px))


def stored(arrays: Mapping[str, NDArray[np.float32]], recipe: Recipe) -> dict[str, NDArray[Any]]:
    """Arrays as the recipe stores them: only convolutions as float16, as a variance may be too small."""
    if recipe.stored_as == "float32":
        return dict(arrays)
    return {name: array.astype(np.float16) if array.ndim == 4 else array for name, array in arrays.items()}


def make_card(weights: bytes, fitted: Fitted, plan: Plan, origin: Origin) -> ModelCard:
    """The card of trained weights; processing as of the model that it began from, or as published."""
    recipe, start = plan.recipe, plan.start
    made_by = {
        "recipe": recipe.name,
        "recipe_sha256": hashlib.sha256(recipe_toml(recipe).encode()).hexdigest(),
        "began_from": "random weights" if start is None else f"{start.card.name}, sha256 {start.card.sha256}",
        **fitted.made_by,
    }
    sha256 = hashlib.sha256(weights).hexdigest()
    own = seen_views(sha256, taught=origin.taught, chose=origin.chose, image_sha256=origin.image_sha256)
    before = "" if start is None else f"Began from {start.card.name}: {start.card.training_data} Then: "
    card = replace(
        processing_card(recipe, start),
        name=plan.name,
        title=origin.title,
        network=recipe.network,
        network_options=recipe.network_options,
        graph=None,
        weights_file=WEIGHTS_FILE,
        sha256=sha256,
        seen=(own, *(() if start is None else start.card.seen)),
        size_bytes=len(weights),
        url="",
        output="logits",
        licence=plan.licence if start is None else f"{plan.licence}; began from: {start.card.licence}",
        citation="none" if start is None else start.card.citation,
        training_data=before + origin.training_data,
        limitations=origin.limitations,
        # Both were made for the maps of the weights before.
        tracks=None,
        sensitivity=None,
        parameters=sum(array.size for name, array in fitted.arrays.items() if not name.endswith(_STATISTICS)),
        made_by=tuple(f"{what}: {value}" for what, value in made_by.items()),
    )
    if recipe.fine_tuning.enabled:
        # Before and after were compared by the old decisions, so they are kept.
        return card
    return replace(card, threshold=fitted.threshold, temperature=1.0, candidates=None)
