"""A model a fold, judged on the patients that it has not seen; then the ensemble of all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Final, get_args

from shared_core.errors import UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.inference.model import Device, load_model
from shared_core.training.checked_data import is_checked, keep_checked
from shared_core.training.data.input_files import image_prints
from shared_core.training.data.pool_check import refuse_shared
from shared_core.training.data.split import Split, read_split
from shared_core.training.evaluation.model_runs import Entry, ModelRows, evaluate_models
from shared_core.training.evaluation.source_subset import SourceSubset
from shared_core.training.folds.ensemble import write_ensemble
from shared_core.training.folds.patients import fold_splits
from shared_core.training.folds.table import FOLDS_FILE, folds_csv, mean_score
from shared_core.training.plan import (
    INPUTS_FILE,
    PLAN_FILE,
    POOL_INPUTS_FILE,
    SPLIT_FILE,
    Plan,
    Watch,
    open_output,
)
from shared_core.training.pseudo_labels.round_files import patients_taken
from shared_core.training.pseudo_labels.run import train_with_pool
from shared_core.training.training_run import checked_data, train
from shared_core.weights.card import ModelCard
from shared_core.weights.card_json import CARD_FILE
from shared_core.weights.registry import load_card

HELD_OUT: Final = "held_out"


@dataclass(frozen=True, eq=False)
class CrossValidated:
    """All folds, done."""

    ensemble: ModelCard
    folds: tuple[ModelRows, ...]


def cross_validate(plan: Plan, watch: Watch | None = None) -> CrossValidated:
    """Train and judge `plan.folds` models in `plan.output_dir`, which `open_output` has begun; go on there.

    ``fold-1`` and so on hold a whole run each, with its held-out rows; ``folds.csv`` has the scores, and the
    folder itself the card of the ensemble.

    Raises
    ------
    UsageError
        As of `shared_core.training.training_run.train`; or the recipe cannot be judged so.
    Cancelled
        The person stopped it; calling again goes on.
    """
    watch = watch or Watch()
    if plan.recipe.median_px:
        raise UsageError(
            f"Recipe {plan.recipe.name} filters its patches itself (median_px), and its models cannot be "
            "judged on the same views; use a recipe without."
        )
    splits = _splits(plan, watch)
    judged = []
    members = []
    for number, split in enumerate(splits, 1):
        own = _fold(plan, number)
        watch.say(f"Fold {number} of {len(splits)}: held out {len(split.test)} patients.")
        card_file = own.output_dir / CARD_FILE
        if not card_file.exists():
            train(own, watch) if own.pool is None else train_with_pool(own, watch)
        card = load_card(card_file)
        members.append((card, own.output_dir))
        judged.append(_judged(own, card, split, watch))
        write_bytes(
            plan.output_dir / FOLDS_FILE, folds_csv([(one.card.threshold, one.rows) for one in judged])
        )
    rows = [row for one in judged for row in one.rows]
    patients = {patient for split in splits for patient in (*split.train, *split.validation)}
    patients |= {patient for _, where in members for patient in patients_taken(where)}
    card = write_ensemble(
        plan.output_dir,
        plan.name,
        members,
        patients=sorted(patients),
        image_sha256=image_prints(plan.output_dir / INPUTS_FILE, plan.output_dir / POOL_INPUTS_FILE),
        held_out=f"Its members on patients that they had not seen ({len(splits)} folds): Dice "
        f"{_shown(mean_score(rows, 'dice_mean'))}, Jaccard {_shown(mean_score(rows, 'jaccard_mean'))}.",
    )
    return CrossValidated(card, tuple(judged))


def _splits(plan: Plan, watch: Watch) -> tuple[Split, ...]:
    """Begin the folders of all folds, or read their splits."""
    folds = [_fold(plan, number) for number in range(1, plan.folds + 1)]
    if all(is_checked(own.output_dir) for own in folds):
        for own in folds:
            open_output(own, resume=True)
        return tuple(read_split(own.output_dir / SPLIT_FILE) for own in folds)
    everything = checked_data(plan, watch)
    check = everything.of_first(len(plan.source))
    splits = fold_splits(
        [plan.source.identity(number) for number in range(len(plan.source))],
        plan.folds,
        seed=plan.seed,
        validation=plan.recipe.validation.share,
        has_bac=check.has_bac(),
    )
    for own, split in zip(folds, splits, strict=True):
        check.refuse_split(split)
        refuse_shared(everything, len(plan.source), split)
        open_output(own, resume=(own.output_dir / PLAN_FILE).exists())
        keep_checked(check, split, own.output_dir, watch)
    return splits


def _fold(plan: Plan, number: int) -> Plan:
    folder = plan.output_dir / f"fold-{number}"
    return replace(
        plan, folds=0, output_dir=folder, name=f"{plan.name}-fold-{number}", split=folder / SPLIT_FILE
    )


def _judged(own: Plan, card: ModelCard, split: Split, watch: Watch) -> ModelRows:
    source = SourceSubset(own.source, tuple(split.numbers(own.source, "test")), "held out")
    device: Device = next(device for device in get_args(Device) if device == own.machine.device)
    load = partial(load_model, card, weights_dir=own.output_dir, device=device)
    (rows,) = evaluate_models(
        [Entry(card, own.output_dir / HELD_OUT, load)],
        source,
        progress=watch.views("judging"),
        cancelled=watch.cancelled,
    )
    return rows


def _shown(value: float | None) -> str:
    return "not known" if value is None else f"{value:.3f}"
