"""Recipes for learning from labels of whole images, as small files that a person can read."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

from shared_core.documents import DocumentError, any_toml, from_toml
from shared_core.errors import UsageError
from shared_core.networks.classifiers import CONVOLUTIONS, STEP_PX, ClassifierName
from shared_core.networks.options import USUAL, NetworkOptions, classifier_problem
from shared_core.training.ranges import check_range
from shared_core.training.recipe import (
    LABEL_RECIPES,
    OptimisationRecipe,
    check_optimisation,
    recipe_text,
    toml_of,
)

LearnsFrom = Literal["image labels"]
_LEAST: Final = 2 * STEP_PX
"""Of a side: batch norm needs two places, even for one picture."""


@dataclass(frozen=True)
class PictureRecipe:
    """Size of what the network sees: the rectangle around the breast, squeezed to it."""

    rows: int = 1536
    columns: int = 768


@dataclass(frozen=True)
class SplitRecipe:
    """Shares of the patients on the sides that do not teach."""

    validation: float = 0.15
    test: float = 0.15
    prevalence: float = 0.3
    """Of patients with BAC on the training side: so many without are left out there; 0 keeps all."""


@dataclass(frozen=True)
class PictureChanges:
    """How far pictures are changed while they teach; the paper names the kinds and no sizes."""

    flips: bool = True
    """Left for right, at one picture in two."""
    turn_degrees: float = 10.0
    shift: float = 0.05
    """Of a side."""
    zoom: float = 0.1
    """Largest relative change of size."""
    noise: float = 5.0
    """Largest standard deviation, in grey levels."""
    salt_and_pepper: float = 0.002
    """Largest share of pixels that become black or white."""


@dataclass(frozen=True)
class LabelRecipe:
    """Everything about a training run but the data, the seed and the machine."""

    name: str
    title: str
    learns_from: LearnsFrom
    """Tells these recipes from those that learn from masks."""
    network: ClassifierName
    epochs: int = 25
    batch: int = 8
    initial: Literal["needed", "none"] = "none"
    """Whether training starts from weights that a person has, see `initial_for`."""
    trained_convolutions: int = CONVOLUTIONS
    """How many of the thirteen, from the last on; the dense layers always learn."""
    median_px: int = 0
    """Side of the median filter of what the network sees; 0 for none."""
    positive_from: float = 0.5
    """Probability from which a view counts as positive."""
    heat_threshold: float = 0.3
    """The finished model's mask is where the heat map of a positive view lies above it."""
    picture: PictureRecipe = PictureRecipe()
    split: SplitRecipe = SplitRecipe()
    changes: PictureChanges = PictureChanges()
    optimisation: OptimisationRecipe = field(default_factory=OptimisationRecipe)
    network_options: NetworkOptions = USUAL

    @property
    def size(self) -> tuple[int, int]:
        """(rows, columns) of a picture."""
        return self.picture.rows, self.picture.columns

    def as_dict(self) -> dict[str, Any]:
        """Plain values by name, sections within."""
        return asdict(self)

    def with_epochs(self, epochs: int | None) -> LabelRecipe:
        """The same for another count of epochs; None leaves it."""
        return self if epochs is None else replace(self, epochs=epochs)


def is_label_recipe(name_or_path: str) -> bool:
    """Whether a recipe is one of these, and not one that learns from masks."""
    if name_or_path in LABEL_RECIPES:
        return True
    path = Path(name_or_path)
    if path.suffix.lower() != ".toml" or not path.is_file():
        return False
    try:
        return "learns_from" in any_toml(recipe_text(path))
    except (DocumentError, UsageError):
        return False


def load_label_recipe(name_or_path: str | Path) -> LabelRecipe:
    """Return a recipe of the package by its name, or read a user's own file; see `parse_label_recipe`."""
    return parse_label_recipe(recipe_text(name_or_path), str(name_or_path))


def parse_label_recipe(text: str, source: str) -> LabelRecipe:
    """Read a recipe from TOML: the fields of `LabelRecipe`; what has a default may be missing.

    Raises
    ------
    UsageError
        Not TOML, or a key is unknown, missing, of the wrong type or out of range; names `source` and the key.
    """
    try:
        recipe = from_toml(text, LabelRecipe)
        _check(recipe)
    except DocumentError as error:
        raise UsageError(error.sentence(f"Recipe {source}")) from None
    return recipe


def label_recipe_toml(recipe: LabelRecipe) -> str:
    """A recipe as TOML that `parse_label_recipe` reads back as the same."""
    return toml_of(recipe.as_dict())


def _check(recipe: LabelRecipe) -> None:
    problem = classifier_problem(recipe.network, recipe.network_options)
    if problem is not None:
        raise DocumentError(problem)
    for name, side in (("rows", recipe.picture.rows), ("columns", recipe.picture.columns)):
        if side < _LEAST or side % STEP_PX:
            raise DocumentError(f"picture.{name} must be a multiple of {STEP_PX} from {_LEAST}, not {side}")
    if recipe.median_px and recipe.median_px % 2 == 0:
        raise DocumentError(f"median_px must be 0 or odd, not {recipe.median_px}")
    if recipe.optimisation.ema_decay:
        raise DocumentError("optimisation.ema_decay must be 0: the weights of an epoch are kept as they are")
    split, changes = recipe.split, recipe.changes
    for name, value, low, high in (
        ("epochs", recipe.epochs, 1, math.inf),
        ("batch", recipe.batch, 1, 1024),
        ("trained_convolutions", recipe.trained_convolutions, 0, CONVOLUTIONS),
        ("median_px", recipe.median_px, 0, 15),
        ("positive_from", recipe.positive_from, 0.01, 0.99),
        ("heat_threshold", recipe.heat_threshold, 0.01, 0.99),
        ("split.validation", split.validation, 0.01, 0.45),
        ("split.test", split.test, 0.01, 0.45),
        ("split.prevalence", split.prevalence, 0, 0.99),
        ("changes.turn_degrees", changes.turn_degrees, 0, 45),
        ("changes.shift", changes.shift, 0, 0.5),
        ("changes.zoom", changes.zoom, 0, 0.9),
        ("changes.noise", changes.noise, 0, 50),
        ("changes.salt_and_pepper", changes.salt_and_pepper, 0, 0.2),
    ):
        check_range(name, value, low, high)
    check_optimisation(recipe.optimisation)
