"""The model that a training run begins from, and the card by which its views are prepared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from shared_core.errors import ModelError
from shared_core.networks.table import NETWORKS, NetworkName, network_named
from shared_core.training.recipe import Recipe
from shared_core.weights.card import ModelCard, TilingPreset
from shared_core.weights.imported_model import PROCESSED_AS
from shared_core.weights.location import require_weights
from shared_core.weights.registry import load_card, weights_beside
from shared_core.weights.safetensors import read_safetensors

_TILE_BY_SIGHT = 6
"""From here on less than 2.25 times the image is computed to answer as for the whole view."""


@dataclass(frozen=True, eq=False)
class Start:
    """The model that a run begins from."""

    card: ModelCard
    arrays: Mapping[str, NDArray[Any]]

    @classmethod
    def load(cls, name_or_path: str | Path) -> Start:
        """Find a model by name or card file, and read its weights.

        Raises
        ------
        ModelError
            Card or weights are unknown, missing, damaged, or of a network that cannot be trained.
        """
        card = load_card(name_or_path)
        if card.network not in NETWORKS or card.output != "logits":
            raise ModelError(
                f"Model {card.name} cannot be trained further: only a network of our own that gives logits "
                "can; begin from another model."
            )
        if card.members > 1:
            raise ModelError(
                f"Model {card.name} cannot be trained further: it is an ensemble; begin from one of its "
                "members."
            )
        path = require_weights(card, weights_dir=weights_beside(name_or_path))
        return cls(card, read_safetensors(path))

    @property
    def network(self) -> NetworkName:
        """Of the model."""
        return next(network for network in NETWORKS if network == self.card.network)

    def fitted(self, recipe: Recipe) -> Recipe:
        """The recipe with what the model takes as given: its grey levels, pixel size and tiles.

        A model that is fine-tuned keeps its network as well. A `ModelError` where it cannot be.
        """
        if recipe.fine_tuning.enabled and self.card.input == "bilateral":
            raise ModelError(
                f"Model {self.card.name} sees both breasts side by side, and cannot be improved with "
                "corrections of single views; train it again with these among its data."
            )
        tile_px, patches = self.card.tiling.tile_px, recipe.patches
        if tile_px != patches.tile_px:
            patches = replace(
                patches,
                tile_px=tile_px,
                overlap_px=min(patches.overlap_px, tile_px // 8),
                crop_px=patches.crop_px if patches.crop_px < tile_px else 0,
            )
        return replace(
            recipe,
            network=self.network if recipe.fine_tuning.enabled else recipe.network,
            network_options=(
                self.card.network_options if recipe.fine_tuning.enabled else recipe.network_options
            ),
            patches=patches,
            normalisation_mean=self.card.normalisation_mean,
            normalisation_sd=self.card.normalisation_sd,
            spacing_mm=self.card.input_spacing_mm,
        )


def processing_card(recipe: Recipe, start: Start | None) -> ModelCard:
    """A card by which views are prepared for the finished model.

    That of the model to begin from, or as for the published one, with the recipe's median filter.
    """
    card = replace(_tiled_for(_begun_card(recipe, start), recipe), input=recipe.input)
    return _with_median(card, recipe.median_px) if recipe.median_px else card


def cutting_card(recipe: Recipe, start: Start | None) -> ModelCard:
    """The same for views that are cut into patches, unfiltered where the recipe filters these itself."""
    card = processing_card(recipe, start)
    return _with_median(card, 0) if recipe.median_px else card


def _with_median(card: ModelCard, side_px: int) -> ModelCard:
    return replace(card, preprocessing=replace(card.preprocessing, median_px=side_px))


def _begun_card(recipe: Recipe, start: Start | None) -> ModelCard:
    if start is not None:
        return start.card
    tile_px = recipe.patches.tile_px
    return replace(
        load_card(PROCESSED_AS),
        normalisation_mean=recipe.normalisation_mean,
        normalisation_sd=recipe.normalisation_sd,
        input_spacing_mm=recipe.spacing_mm,
        tiling=TilingPreset(tile_px=tile_px, stride_px=tile_px * 15 // 16),
    )


def _tiled_for(card: ModelCard, recipe: Recipe) -> ModelCard:
    """The card with blended tiles where the recipe's network has no gates for seamless ones.

    A network that sees a known distance answers as for the whole view, where tiles are large beside it.
    """
    network, tile_px = network_named(recipe.network), card.tiling.tile_px
    if network.windowed_gates or card.tiling.stitching != "seamless":
        return card
    if network.sees_px is not None and tile_px >= _TILE_BY_SIGHT * network.sees_px:
        tiling = replace(card.tiling, stride_px=tile_px - 2 * network.sees_px, stitching="whole")
    else:
        tiling = replace(card.tiling, stride_px=tile_px * 7 // 8, stitching="weighted")
    return replace(card, network=recipe.network, network_options=recipe.network_options, tiling=tiling)
