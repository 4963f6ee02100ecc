"""How a model teaches itself from unlabelled views, as a section of a recipe (Ibrahim 2025)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shared_core.documents import DocumentError
from shared_core.training.loss_recipe import LossKind
from shared_core.training.ranges import check_range


@dataclass(frozen=True)
class PseudoLabelRecipe:
    """Rounds in which the surest patches of a pool are labelled by the model and then teach it."""

    rounds: int = 0
    """0: the recipe takes no pool."""
    ranked: Literal["every-round", "once"] = "every-round"
    """By the model of the round before, or by the base model alone."""
    entropy: Literal["binary", "positive-term"] = "binary"
    """``positive-term`` leaves out (1 - p) log2(1 - p), so that a patch without a mark is the surest."""
    least_area: float = 0.007
    """Of a patch, marked at a probability of 0.5: only patches with more than that are taken."""
    portion: float = 0.03
    """Of the patches that pass, taken in a round, rounded down."""
    most: int = 180
    """Taken in a round."""
    erosion_px: int = 5
    """Side of the square by which the probability is eroded before it becomes a label."""
    crops: int = 2
    """Of each patch taken, at random places."""
    crop_px: int = 356
    """Side of a crop, which is then enlarged to the size of a patch."""
    validation_share: float = 0.0
    """Of the crops, that validate and do not teach; 0: annotated patients alone validate."""
    loss: LossKind = "bce+jaccard"
    learning_rate: float = 1e-4
    epochs: int = 20
    """Of a round, at most."""
    patience: int = 5
    """Validations without a better score after which a round ends; 0 never ends it."""


def check_pseudo_labels(recipe: PseudoLabelRecipe, tile_px: int) -> None:
    """Raise a `DocumentError` where a value is out of range."""
    check_range("pseudo_labels.rounds", recipe.rounds, 0, 99)
    check_range("pseudo_labels.least_area", recipe.least_area, 0, 1)
    check_range("pseudo_labels.portion", recipe.portion, 1e-6, 1)
    check_range("pseudo_labels.most", recipe.most, 1)
    check_range("pseudo_labels.erosion_px", recipe.erosion_px, 1, 63)
    if recipe.erosion_px % 2 == 0:
        raise DocumentError(f"pseudo_labels.erosion_px must be odd, not {recipe.erosion_px}")
    check_range("pseudo_labels.crops", recipe.crops, 1, 64)
    if recipe.rounds:
        check_range("pseudo_labels.crop_px", recipe.crop_px, 16, tile_px)
    check_range("pseudo_labels.validation_share", recipe.validation_share, 0, 0.9)
    check_range("pseudo_labels.learning_rate", recipe.learning_rate, 1e-9, 10)
    check_range("pseudo_labels.epochs", recipe.epochs, 1)
    check_range("pseudo_labels.patience", recipe.patience, 0)
