"""Recipes: what a training run does, as a small file that a person can read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any, Final, Literal

from shared_core.documents import DocumentError, from_toml
from shared_core.errors import UsageError
from shared_core.networks.options import USUAL, NetworkOptions, network_problem
from shared_core.networks.table import NETWORKS, Network, NetworkName, network_named
from shared_core.training.data.augmentation import Augmentation
from shared_core.training.loss_recipe import LossRecipe
from shared_core.training.pseudo_label_recipe import PseudoLabelRecipe, check_pseudo_labels
from shared_core.training.ranges import check_range
from shared_core.weights.card import InputKind

Schedule = Literal["constant", "cosine"]
ScoreKind = Literal["dice-at-half", "dice-at-best-threshold", "jaccard-at-half", "recall-at-false-area"]
TrainingPrecision = Literal["auto", "float32", "bfloat16", "float16"]
RULE: Final = "guo2021"
"""Recipe that networks are compared by."""
LABEL_RECIPES: Final = ("mobini-2023", "mobini-2023-scratch")
"""Recipes of the package that learn from labels of whole images, see `shared_core.training.image_labels`."""
_RULED: Final[dict[str, NetworkName]] = {f"{RULE}-{network}": network for network in NETWORKS}


@dataclass(frozen=True)
class PatchRecipe:
    """Patches cut from the views, and what of each the network sees at once."""

    tile_px: int = 512
    overlap_px: int = 64
    negatives_per_positive: float = 1.0
    """Patches without BAC that are cut from a view, by those with BAC in it."""
    least_negatives: int = 6
    """In every view."""
    crop_px: int = 0
    """Side of a random crop of each patch; 0 takes the whole. Crops are quicker, but the gates of SCU-Net
    average over what they see, and in use they see 512 px."""


@dataclass(frozen=True)
class SamplingRecipe:
    """Which patches an epoch holds."""

    batch: int = 8
    positives: int = 0
    """Patches with BAC in an epoch; 0 takes each once."""
    negatives_per_positive: float = 0.5
    mine_every_epochs: int = 5
    """How often all patches without BAC are scored for the hardest; 0 never."""
    mine_from: int = 0
    """Among how many of them the hardest are searched, drawn again every time; 0: among all."""
    mined: int = 500
    """How many of the hardest are kept."""
    mined_share: float = 0.5
    """Share of an epoch's negatives that is drawn from the hardest."""


@dataclass(frozen=True)
class OptimisationRecipe:
    """AdamW and its learning rate."""

    learning_rate: float = 1e-3
    weight_decay: float = 1e-2
    schedule: Schedule = "constant"
    warmup_steps: int = 0
    clip_norm: float = 2.0
    """Longest gradient; 0 for no limit."""
    ema_decay: float = 0.0
    """Of the moving average of the weights that is validated and kept; 0 keeps the last weights."""
    precision: TrainingPrecision = "auto"
    """``auto``: float16 on CUDA, else float32."""
    norms: Literal["train", "keep"] = "train"
    """``keep``: batch norm goes on with the statistics that it started with."""


@dataclass(frozen=True)
class ValidationRecipe:
    """How the best weights are told, and when to stop."""

    share: float = 0.2
    """Of the patients, where no split is given."""
    keep: Literal["best", "last"] = "best"
    score: ScoreKind = "dice-at-half"
    false_area_share: float = 2e-4
    """For ``recall-at-false-area``: share of the pixels of patches without BAC that may be marked."""
    every_epochs: int = 1
    most_patches: int = 0
    """Validated on at most so many, spread evenly over all; 0 for all."""
    patience: int = 10
    """Validations without a better score after which training stops; 0 never stops."""


@dataclass(frozen=True)
class FineTuningRecipe:
    """How a model is improved with a handful of labelled exams, see `shared_core.training.fine_tuning`."""

    enabled: bool = False
    held_out: float = 0.3
    """Share of the patients whose views only measure before and after."""
    replay_patients: int = 8
    """Simulated patients that are shown again, so that nothing is forgotten."""
    replay_seed: int = 20_000
    data_share: float = 0.5
    """Of the patches shown that come from the data; the others are replay."""
    blend: float = 1.0
    """How far the weights go from the old ones to the trained ones; less forgets less."""
    margin: float = 0.02
    """Dice that may be lost on replay views before the new model is rejected."""


@dataclass(frozen=True)
class Recipe:
    """Everything about a training run but the data, the seed and the machine."""

    name: str
    title: str
    network: NetworkName = "scunet"
    dropout: float = 0.5
    """In the two fusions of SCU-Net; 0.5 in the published code. Other networks have their own."""
    epochs: int = 50
    normalisation_mean: float = 0.2813
    normalisation_sd: float = 0.1256
    spacing_mm: float = 0.07
    """Views are brought to this pixel size."""
    median_px: int = 0
    """Side of the median filter of the model's preparation, laid over patches last of all: they are then cut
    without one, and changes of size come before it, as in an image that is given at another size. 0 leaves it
    to the preparation of the model that training begins from."""
    stored_as: Literal["float32", "float16"] = "float32"
    """Of the weights in the finished model."""
    patches: PatchRecipe = PatchRecipe()
    sampling: SamplingRecipe = SamplingRecipe()
    augmentation: Augmentation = field(default_factory=Augmentation)
    loss: LossRecipe = field(default_factory=LossRecipe)
    optimisation: OptimisationRecipe = OptimisationRecipe()
    validation: ValidationRecipe = ValidationRecipe()
    fine_tuning: FineTuningRecipe = FineTuningRecipe()
    input: InputKind = "view"
    """``bilateral``: patches are cut from pairs of views side by side; the finished model sees such pairs."""
    pseudo_labels: PseudoLabelRecipe = field(default_factory=PseudoLabelRecipe)
    network_options: NetworkOptions = USUAL

    def as_dict(self) -> dict[str, Any]:
        """Plain values by name, sections within."""
        return asdict(self)

    def with_epochs(self, epochs: int | None) -> Recipe:
        """The same for another count of epochs; None leaves it."""
        return self if epochs is None else replace(self, epochs=epochs)


def list_recipes() -> tuple[str, ...]:
    """Names of the package's recipes that learn from masks, and of Guo's rule for each network."""
    folder = resources.files("shared_core.training").joinpath("recipes")
    files = [entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".toml")]
    return tuple(sorted({*files, *_RULED} - set(LABEL_RECIPES)))


def load_recipe(name_or_path: str | Path) -> Recipe:
    """Return a recipe of the package by its name, or read a user's own file; see `parse_recipe`."""
    return parse_recipe(recipe_text(name_or_path), str(name_or_path))


def by_rule(network: Network) -> Recipe:
    """The recipe of Guo's comparison for a network; with one channel where the network's paper has one."""
    return replace(
        recipe := load_recipe(RULE),
        name=f"{RULE}-{network.name}",
        title=f"{network.title}, {recipe.title}",
        network=network.name,
        network_options=NetworkOptions(network.usual_channels),
    )


def recipe_text(name_or_path: str | Path) -> str:
    """The text of a recipe, see `load_recipe`."""
    name = str(name_or_path)
    if name in _RULED:
        return recipe_toml(by_rule(network_named(_RULED[name])))
    known = (*list_recipes(), *LABEL_RECIPES)
    if name in known:
        folder = resources.files("shared_core.training").joinpath("recipes")
        return folder.joinpath(f"{name_or_path}.toml").read_text(encoding="utf-8")
    path = Path(name_or_path)
    if path.suffix.lower() != ".toml" and not path.is_file():
        raise UsageError(
            f"There is no recipe {str(name_or_path)!r}: known are {', '.join(known)}, "
            "or give the path of a .toml file."
        )
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"Recipe {path} cannot be read: {error.strerror}; check the path.") from None
    except UnicodeDecodeError:
        raise UsageError(f"Recipe {path} is not a text file in UTF-8.") from None


def parse_recipe(text: str, source: str) -> Recipe:
    """Read a recipe from TOML: the fields of `Recipe`, sections as tables; what has a default may be missing.

    Raises
    ------
    UsageError
        Not TOML, or a key is unknown, missing, of the wrong type or out of range; names `source` and the key.
    """
    try:
        recipe = from_toml(text, Recipe)
        _check(recipe)
    except DocumentError as error:
        raise UsageError(error.sentence(f"Recipe {source}")) from None
    return recipe


def recipe_toml(recipe: Recipe) -> str:
    """A recipe as TOML that `parse_recipe` reads back as the same."""
    return toml_of(recipe.as_dict())


def toml_of(values: Mapping[str, Any]) -> str:
    """Values, and sections of values, as TOML; what is None in a section is left out."""
    lines = [_toml_line(name, value) for name, value in values.items() if not isinstance(value, dict)]
    for name, section in values.items():
        if isinstance(section, dict):
            # TOML has no null: what is None has that as its default, and is left out.
            set_ones = ((key, value) for key, value in section.items() if value is not None)
            lines += ["", f"[{name}]", *(_toml_line(key, value) for key, value in set_ones)]
    return "\n".join(lines) + "\n"


def _toml_line(name: str, value: Any) -> str:
    # JSON's texts, numbers and truth values are TOML's as well.
    return f"{name} = {json.dumps(value, ensure_ascii=False)}"


def _check(recipe: Recipe) -> None:
    check_range("epochs", recipe.epochs, 1)
    check_range("dropout", recipe.dropout, 0, 0.95)
    check_range("normalisation_mean", recipe.normalisation_mean, 0, 1)
    check_range("normalisation_sd", recipe.normalisation_sd, 1e-3, 10)
    check_range("spacing_mm", recipe.spacing_mm, 0.01, 1)
    problem = network_problem(recipe.network, recipe.network_options)
    if problem is not None:
        raise DocumentError(problem)
    _check_patches(recipe.patches, network_named(recipe.network).side_multiple)
    _check_sampling(recipe.sampling)
    if recipe.median_px and recipe.median_px % 2 == 0:
        raise DocumentError(f"median_px must be 0 or odd, not {recipe.median_px}")
    check_range("median_px", recipe.median_px, 0, 15)
    _check_augmentation(recipe.augmentation)
    check_range("loss.bce_weight", recipe.loss.bce_weight, 0)
    check_range("loss.positive_weight", recipe.loss.positive_weight, 0)
    check_range("loss.jaccard_weight", recipe.loss.jaccard_weight, 0)
    check_range("loss.hausdorff_scale_px", recipe.loss.hausdorff_scale_px, 1, 10_000)
    check_range("loss.hausdorff_from_epoch", recipe.loss.hausdorff_from_epoch, 2)
    check_optimisation(recipe.optimisation)
    check_range("optimisation.ema_decay", recipe.optimisation.ema_decay, 0, 0.99999)
    _check_validation(recipe.validation)
    _check_fine_tuning(recipe.fine_tuning)
    check_pseudo_labels(recipe.pseudo_labels, recipe.patches.tile_px)


def check_optimisation(optimisation: OptimisationRecipe) -> None:
    """Raise a `DocumentError` that names the field that is out of range; of what every kind of recipe has."""
    check_range("optimisation.learning_rate", optimisation.learning_rate, 1e-9, 10)
    check_range("optimisation.weight_decay", optimisation.weight_decay, 0, 1)
    check_range("optimisation.warmup_steps", optimisation.warmup_steps, 0)
    check_range("optimisation.clip_norm", optimisation.clip_norm, 0)


def _check_patches(patches: PatchRecipe, side_multiple: int) -> None:
    step = max(16, side_multiple)
    for name in ("tile_px", "crop_px"):
        value = getattr(patches, name)
        if value % step or (name == "tile_px" and value < step):
            raise DocumentError(f"patches.{name} must be a multiple of {step}, not {value}")
    check_range("patches.overlap_px", patches.overlap_px, 0, patches.tile_px // 2)
    check_range("patches.negatives_per_positive", patches.negatives_per_positive, 0)
    check_range("patches.least_negatives", patches.least_negatives, 0)
    check_range("patches.crop_px", patches.crop_px, 0, patches.tile_px)


def _check_sampling(sampling: SamplingRecipe) -> None:
    check_range("sampling.batch", sampling.batch, 1, 1024)
    check_range("sampling.positives", sampling.positives, 0)
    check_range("sampling.negatives_per_positive", sampling.negatives_per_positive, 0, 100)
    check_range("sampling.mine_every_epochs", sampling.mine_every_epochs, 0)
    check_range("sampling.mine_from", sampling.mine_from, 0)
    check_range("sampling.mined", sampling.mined, 1)
    check_range("sampling.mined_share", sampling.mined_share, 0, 1)


def _check_augmentation(augmentation: Augmentation) -> None:
    for name in ("scale", "brightness", "contrast", "gamma"):
        check_range(f"augmentation.{name}", getattr(augmentation, name), 0, 0.9)
    check_range("augmentation.zoom", augmentation.zoom, 1, 4)
    check_range("augmentation.sharpening", augmentation.sharpening, 0, 5)
    check_range("augmentation.turn_degrees", augmentation.turn_degrees, 0, 45)
    for name in ("noise", "grain_px", "blur_px"):
        check_range(f"augmentation.{name}", getattr(augmentation, name), 0, 50)
    for name in ("film_edge", "letters", "synthesised_2d"):
        check_range(f"augmentation.{name}", getattr(augmentation, name), 0, 1)


def _check_validation(validation: ValidationRecipe) -> None:
    check_range("validation.share", validation.share, 0.01, 0.9)
    check_range("validation.false_area_share", validation.false_area_share, 0, 1)
    check_range("validation.every_epochs", validation.every_epochs, 1)
    check_range("validation.most_patches", validation.most_patches, 0)
    check_range("validation.patience", validation.patience, 0)


def _check_fine_tuning(fine_tuning: FineTuningRecipe) -> None:
    check_range("fine_tuning.held_out", fine_tuning.held_out, 0.01, 0.9)
    check_range("fine_tuning.replay_patients", fine_tuning.replay_patients, 2)
    check_range("fine_tuning.replay_seed", fine_tuning.replay_seed, 0)
    check_range("fine_tuning.data_share", fine_tuning.data_share, 0.05, 1)
    check_range("fine_tuning.blend", fine_tuning.blend, 0.05, 1)
    check_range("fine_tuning.margin", fine_tuning.margin, 0, 1)
