"""What one training run is to do, and the folder that it does it in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from shared_core.documents import DocumentError, any_json
from shared_core.errors import ModelError, UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.networks.table import NETWORKS, NetworkName, network_named
from shared_core.notices import Remedy
from shared_core.records.canonical_json import json_bytes
from shared_core.training.computing_device import Machine
from shared_core.training.data.bilateral import BilateralViews
from shared_core.training.data.input_files import keep_inputs
from shared_core.training.epochs import TrainingProgress
from shared_core.training.example import ViewList, ViewSource
from shared_core.training.recipe import Recipe, recipe_toml
from shared_core.training.state import require_same
from shared_core.version import SOFTWARE_VERSION
from shared_core.weights.card import ModelCard, TilingPreset
from shared_core.weights.imported_model import PROCESSED_AS
from shared_core.weights.location import require_weights
from shared_core.weights.registry import load_card, weights_beside
from shared_core.weights.safetensors import read_safetensors

_TILE_BY_SIGHT = 6
"""From here on less than 2.25 times the image is computed to answer as for the whole view."""
PLAN_FILE, RECIPE_FILE, SPLIT_FILE, INPUTS_FILE = "plan.json", "recipe.toml", "split.json", "inputs.json"
POOL_INPUTS_FILE = "pool_inputs.json"


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


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything that decides on the finished model."""

    recipe: Recipe
    source: ViewSource
    output_dir: Path
    name: str
    """Of the finished model."""
    seed: int = 0
    machine: Machine = field(default_factory=Machine)
    workers: int = 1
    """Processes that cut patches, threads that prepare batches; never changes a result."""
    start: Start | None = None
    split: Path | None = None
    """A ``split.json`` to keep to; None draws one."""
    licence: str = "not stated by whoever trained it"
    problems: tuple[str, ...] = ()
    """That were found when the data were put together, such as images without a mask; any stops the run."""
    pool: ViewSource | None = None
    """Views without labels, for a recipe with rounds of pseudo-labels."""
    folds: int = 0
    """Of a cross-validation over patients; 0 for one training."""

    @cached_property
    def cut_source(self) -> ViewSource:
        """What patches are cut from: the views, or pairs of them where the recipe asks for both breasts."""
        return self._as_seen(self.source)

    @cached_property
    def cut_pool(self) -> ViewSource | None:
        """The same of the pool."""
        return None if self.pool is None else self._as_seen(self.pool)

    def _as_seen(self, source: ViewSource) -> ViewSource:
        return BilateralViews.of(source) if self.recipe.input == "bilateral" else source

    def record(self) -> dict[str, Any]:
        """What two runs must have in common for the one to go on with the other."""
        return {
            "recipe": self.recipe.as_dict(),
            "data": self.source.description,
            "views": len(self.source),
            "seed": self.seed,
            "name": self.name,
            "start": None if self.start is None else [self.start.card.name, self.start.card.sha256],
            "software": SOFTWARE_VERSION,
            "pool": None if self.pool is None else [self.pool.description, len(self.pool)],
            "folds": self.folds,
        }


@dataclass(frozen=True)
class Watch:
    """Whom to tell how far a run is, and whom to ask whether to go on."""

    patches: Callable[[str, int, int], None] | None = None
    """Called with (what, views done, views in all)."""
    steps: Callable[[TrainingProgress], None] | None = None
    pool: Callable[[int, int, int], None] | None = None
    """Called with (round, patches ranked, patches in all)."""
    epoch: Callable[[dict[str, Any]], None] | None = None
    says: Callable[[str], None] | None = None
    """Called with a sentence that a person should read."""
    cancelled: Callable[[], bool] | None = None

    def say(self, sentence: str) -> None:
        """Pass on a sentence."""
        if self.says is not None:
            self.says(sentence)


def open_output(plan: Plan, *, resume: bool) -> None:
    """Begin the folder of a run, or see that it is of the same run.

    A `UsageError` where it holds another run, or this one and `resume` was not asked for, or images or labels
    changed since it began.
    """
    open_folder(
        plan.output_dir,
        record=plan.record(),
        recipe=recipe_toml(plan.recipe),
        inputs={INPUTS_FILE: plan.source} | ({} if plan.pool is None else {POOL_INPUTS_FILE: plan.pool}),
        resume=resume,
    )


def open_folder(
    folder: Path, *, record: Mapping[str, Any], recipe: str, inputs: Mapping[str, ViewList], resume: bool
) -> None:
    """The same of any kind of run, by what two runs must have in common; see `open_output`.

    `inputs` are the views that are read, by the file that keeps their prints.
    """
    path = folder / PLAN_FILE
    record = json.loads(json_bytes(record))
    if path.exists():
        if not resume:
            raise UsageError(f"{folder} already holds a training run.", Remedy.RESUME_OR_OTHER_OUTPUT)
        try:
            saved = any_json(path.read_bytes())
        except (OSError, DocumentError):
            saved = None
        if not isinstance(saved, dict):
            raise UsageError(f"{path} cannot be read; choose another output folder.")
        # Runs from before there were any say nothing of them.
        require_same(path, {"pool": None, "folds": 0, **saved}, dict(record))
        _keep_all(folder, inputs)
        return
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(f"{folder} holds other files; choose a new folder for the training run.")
    _keep_all(folder, inputs)
    write_bytes(path, json_bytes(record))
    write_bytes(folder / RECIPE_FILE, recipe.encode())


def _keep_all(folder: Path, inputs: Mapping[str, ViewList]) -> None:
    for name, source in inputs.items():
        keep_inputs(folder / name, source)
