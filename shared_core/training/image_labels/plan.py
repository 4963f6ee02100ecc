"""What one run on labels of whole images is to do, and the card by which its views are prepared."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from shared_core.training.computing_device import Machine
from shared_core.training.image_labels.initial import Initial
from shared_core.training.image_labels.labelled_images import LabelledImages
from shared_core.training.image_labels.recipe import LabelRecipe, label_recipe_toml
from shared_core.training.plan import INPUTS_FILE, NOT_STATED, open_folder
from shared_core.version import SOFTWARE_VERSION
from shared_core.weights.card import ModelCard
from shared_core.weights.heat_map_rule import HeatMapRule
from shared_core.weights.imported_model import PROCESSED_AS
from shared_core.weights.registry import load_card


@dataclass(frozen=True, eq=False)
class LabelPlan:
    """Everything that decides on the finished model."""

    recipe: LabelRecipe
    source: LabelledImages
    output_dir: Path
    name: str
    """Of the finished model."""
    seed: int = 0
    machine: Machine = field(default_factory=Machine)
    workers: int = 1
    """Threads that cut pictures and prepare batches; never changes a result."""
    initial: Initial | None = None
    split: Path | None = None
    """A ``split.json`` to keep to; None draws one."""
    licence: str = NOT_STATED

    def record(self) -> dict[str, Any]:
        """What two runs must have in common for the one to go on with the other."""
        return {
            "recipe": self.recipe.as_dict(),
            "data": self.source.description,
            "views": len(self.source),
            "seed": self.seed,
            "name": self.name,
            "start": None if self.initial is None else [self.initial.file, self.initial.sha256],
            "software": SOFTWARE_VERSION,
        }


def open_label_output(plan: LabelPlan, *, resume: bool) -> None:
    """Begin the folder of a run, or see that it is of the same run; see `open_folder`."""
    open_folder(
        plan.output_dir,
        record=plan.record(),
        recipe=label_recipe_toml(plan.recipe),
        inputs={INPUTS_FILE: plan.source},
        resume=resume,
    )


def label_card(recipe: LabelRecipe) -> ModelCard:
    """A card by which views are prepared for the finished model, as for the published one."""
    return replace(
        load_card(PROCESSED_AS),
        network=recipe.network,
        network_options=recipe.network_options,
        graph=None,
        input_median_px=recipe.median_px,
        # The network sees a picture of one size, whatever the pixels of the view.
        resample="never",
        threshold=recipe.heat_threshold,
        mask_style="heat-map",
        heat_map=HeatMapRule(*recipe.size, recipe.positive_from),
        temperature=1.0,
        candidates=None,
        tracks=None,
        picture_scale=None,
        sensitivity=None,
    )
