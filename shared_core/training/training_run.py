"""From a plan to a finished model in its folder: split, patches, training, card."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shared_core.errors import ModelError, UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.training.card_making import Origin, write_model
from shared_core.training.checked_data import is_checked, keep_checked, known_split, look_at_all
from shared_core.training.data.bilateral import BilateralViews
from shared_core.training.data.check_report import patients_in_words
from shared_core.training.data.data_check import DataCheck
from shared_core.training.data.input_files import image_prints
from shared_core.training.data.patches import PatchSettings, build_patches
from shared_core.training.data.pool_check import refuse_shared
from shared_core.training.data.split import (
    Side,
    Split,
    check_split,
    members_of,
    split_by_patient,
)
from shared_core.training.data_statement import CutView, cut_views, data_statement, short_statement
from shared_core.training.example import Joined
from shared_core.training.fit import Fitted, fit
from shared_core.training.patch import PatchSet
from shared_core.training.plan import INPUTS_FILE, Plan, Watch
from shared_core.weights.card import ModelCard

TRAIN, VALIDATION = Path("patches/train"), Path("patches/validation")
STATEMENT_FILE = "data_statement.md"


def train(plan: Plan, watch: Watch | None = None) -> ModelCard:
    """Train a model in `plan.output_dir`, which `open_output` has begun; go on where it stopped.

    ``model.json`` and ``model.safetensors`` are in the folder in the end.

    Raises
    ------
    UsageError
        Data that cannot be used, see `checked_split`; there is no BAC to learn from or to validate on, or the
        folder holds something else.
    ModelError
        Nothing was learnt.
    Cancelled
        The person stopped it; calling again goes on.
    """
    watch = watch or Watch()
    split = checked_split(plan, watch)
    sides = cut_sides(plan, split, watch)
    fitted = fit(
        plan.recipe,
        sides.training,
        sides.validation,
        output_dir=plan.output_dir,
        seed=plan.seed,
        machine=plan.machine,
        workers=plan.workers,
        start=None if plan.start is None else plan.start.arrays,
        progress=watch.steps,
        epoch_done=watch.epoch,
        cancelled=watch.cancelled,
    )
    require_something_found(fitted)
    statement = data_statement(plan.source, sides.views, split=split_in_words(plan, split))
    write_bytes(plan.output_dir / STATEMENT_FILE, statement.encode())
    return write_model(plan.output_dir, fitted, plan, origin_of(plan, split, sides.views, fitted))


@dataclass(frozen=True, eq=False)
class CutSides:
    """Both sides of a split, cut into patches."""

    training: PatchSet
    validation: PatchSet
    views: dict[str, tuple[CutView, ...]]
    """Of ``training`` and ``validation``."""


def cut_sides(plan: Plan, split: Split, watch: Watch) -> CutSides:
    """Cut both sides, or take what is there; a `UsageError` where one has no BAC, or both one picture."""
    if isinstance(plan.cut_source, BilateralViews):
        watch.say(plan.cut_source.words)
    training = cut_side(plan, split.numbers(plan.cut_source, "train"), TRAIN, watch)
    validation = cut_side(plan, split.numbers(plan.cut_source, "validation"), VALIDATION, watch)
    views = {side: cut_views(plan.output_dir / folder) for side, folder in _FOLDERS.items()}
    # The same picture under two names shows only now.
    check_split(split, [view for cut in views.values() for view in cut])
    if not any(view.with_bac for view in views["training"]):
        raise UsageError("No patch to train on holds BAC, so there is nothing to learn; give other data.")
    if not any(view.with_bac for view in views["validation"]):
        raise UsageError(
            "No patch to validate on holds BAC, so no weights can be told from others; add patients "
            "with BAC, or give another split."
        )
    return CutSides(training, validation, views)


def split_in_words(plan: Plan, split: Split) -> str:
    """How patients were put on the sides."""
    how = f"by chance (seed {split.seed})" if plan.split is None else "by a split that was given"
    return f"Patients were put on the sides {how}; none is on two."


def checked_split(plan: Plan, watch: Watch) -> Split:
    """Check the data, then draw the split or read the given one, and check that; written to the folder.

    Where both were done before, only the split is read: `open_output` sees that the data are the same.

    Raises
    ------
    UsageError
        See `DataCheck.refuse`, `DataCheck.refuse_split` and `plan_split`.
    """
    if is_checked(plan.output_dir):
        return plan_split(plan)
    everything = checked_data(plan, watch)
    check = everything.of_first(len(plan.source))
    split = plan_split(plan, check)
    check.refuse_split(split)
    refuse_shared(everything, len(plan.source), split)
    keep_checked(check, split, plan.output_dir, watch)
    return split


def checked_data(plan: Plan, watch: Watch) -> DataCheck:
    """Check the data of a plan, those of its pool behind them, and say whose they are.

    A `UsageError` as of `DataCheck.refuse`.
    """
    everything = plan.source if plan.pool is None else Joined((plan.source, plan.pool))
    check = look_at_all(everything, watch, workers=plan.workers, problems=plan.problems)
    check.refuse()
    watch.say(patients_in_words(check.of_first(len(plan.source))))
    return check


def require_something_found(fitted: Fitted) -> None:
    """A `ModelError` where even the best weights find nothing of what they were validated on."""
    if not fitted.scores["recall"]:
        raise ModelError(
            f"Training failed: the best weights (epoch {fitted.epoch}) find none of the BAC on the "
            "validation patches, so no model was written; train longer, or with another learning rate."
        )


def plan_split(plan: Plan, check: DataCheck | None = None) -> Split:
    """Draw the split, with the labels as `check` saw them, or read the given one; checked, not written."""
    split = known_split(plan.output_dir, plan.split, Split)
    if split is None:
        identities = [plan.source.identity(number) for number in range(len(plan.source))]
        split = split_by_patient(
            identities,
            seed=plan.seed,
            validation=plan.recipe.validation.share,
            has_bac=None if check is None else check.has_bac(),
        )
    check_split(split, members_of(plan.source))
    empty: list[Side] = [side for side in ("train", "validation") if not split.numbers(plan.source, side)]
    if empty:
        raise UsageError(f"The split leaves no view for {empty[0]}; add patients or give another split.")
    return split


def cut_side(plan: Plan, numbers: list[int], folder: Path, watch: Watch) -> PatchSet:
    """Cut views into patches in a folder below the output, or take what is there."""
    recipe = plan.recipe.patches
    settings = PatchSettings(
        tile_px=recipe.tile_px,
        overlap_px=recipe.overlap_px,
        negatives_per_positive=recipe.negatives_per_positive,
        least_negatives=recipe.least_negatives,
        seed=plan.seed,
    )

    return build_patches(
        plan.cut_source,
        numbers,
        plan.output_dir / folder,
        settings=settings,
        workers=plan.workers,
        progress=watch.views(folder.name),
        cancelled=watch.cancelled,
    )


def origin_of(plan: Plan, split: Split, views: dict[str, tuple[CutView, ...]], fitted: Fitted) -> Origin:
    """What the card says of where the model comes from."""
    scores, validation = fitted.scores, plan.recipe.validation
    limits = (
        f"On its validation patches at the threshold (epoch {fitted.epoch}, chosen by {validation.score}): "
        f"Dice {scores['dice']:.3f}, recall {scores['recall']:.3f}, precision {scores['precision']:.3f}; "
        "other images may do worse.",
    )
    return Origin(
        plan.recipe.title,
        short_statement(plan.source, views),
        limits,
        taught=split.train,
        chose=split.validation,
        image_sha256=image_prints(plan.output_dir / INPUTS_FILE),
    )


_FOLDERS = {"training": TRAIN, "validation": VALIDATION}
