"""From a plan to a finished classifier in its folder: check, split, pictures, training, test, card."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import Any, Final

import numpy as np

from shared_core.errors import ModelError, UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.inference.model import load_model
from shared_core.records.canonical_json import json_bytes
from shared_core.statistics.clusters import Estimate
from shared_core.statistics.regression import Correlation
from shared_core.training.checked_data import is_checked, keep_checked, known_split, look_at_all
from shared_core.training.data.check_report import patients_in_words
from shared_core.training.data.split import (
    SIDES,
    Side as SideName,
    check_split,
    members_of,
)
from shared_core.training.epochs import Told
from shared_core.training.image_labels.age_split import AgeSplit, patients_of, split_by_age
from shared_core.training.image_labels.card import Side, write_card, write_network
from shared_core.training.image_labels.fitting import LabelFitted, fit_labels
from shared_core.training.image_labels.pictures import Pictures, cut_pictures
from shared_core.training.image_labels.plan import LabelPlan, label_card
from shared_core.training.image_labels.plots import curves_plot
from shared_core.training.image_labels.scoring import (
    TABLE_2,
    TestedView,
    TestScores,
    known_limits,
    run_on_views,
    score_views,
    views_csv,
)
from shared_core.training.plan import Watch
from shared_core.weights.card import ModelCard

PICTURES: Final = "pictures"
SCORES_FILE, VIEWS_FILE, PLOT_FILE = "training.json", "test_views.csv", "test_curves.png"


def train_on_labels(plan: LabelPlan, watch: Watch | None = None) -> tuple[ModelCard, TestScores]:
    """Train a model in `plan.output_dir`, which `open_label_output` has begun; go on where it stopped.

    ``model.json`` is in the folder in the end, and is the last file to be written.

    Raises
    ------
    UsageError
        Data that cannot be used, or the folder holds something else.
    ModelError
        Nothing was learnt.
    Cancelled
        The person stopped it; calling again goes on.
    """
    watch = watch or Watch()
    taught = teach(plan, watch)
    fitted = taught.fitted
    if fitted.scores["auc"] <= 0.5:
        raise ModelError(
            f"Training failed: the best weights (epoch {fitted.epoch}) tell images with BAC from others no "
            "better than chance on the validation side, so no model was written; train longer, or with other "
            "data."
        )
    judged = judge(plan, taught, watch)
    views, scores = judged.views, judged.scores
    write_bytes(plan.output_dir / VIEWS_FILE, views_csv(views))
    write_bytes(plan.output_dir / SCORES_FILE, json_bytes(_document(plan, taught, judged)))
    if scores.auc is not None and find_spec("matplotlib") is not None:
        write_bytes(plan.output_dir / PLOT_FILE, curves_plot(views, scores))
    return write_card(plan, judged.card, fitted, scores), scores


@dataclass(frozen=True, eq=False)
class Taught:
    """The best weights of a run, whatever they are worth, and who taught them."""

    split: AgeSplit
    fitted: LabelFitted
    sides: dict[str, Side]
    """Of ``training``, ``validation`` and ``test``."""


@dataclass(frozen=True, eq=False)
class Judged:
    """What they say of the test side."""

    card: ModelCard
    """Of weights and graph, which are in the folder; not written itself."""
    views: tuple[TestedView, ...]
    scores: TestScores


def teach(plan: LabelPlan, watch: Watch) -> Taught:
    """Check, split, cut and train, or go on with it; see `train_on_labels`."""
    split = checked_label_split(plan, watch)
    fitted = fit_labels(
        plan.recipe,
        pictures_of(plan, split, "train", watch),
        pictures_of(plan, split, "validation", watch),
        output_dir=plan.output_dir,
        seed=plan.seed,
        machine=plan.machine,
        workers=plan.workers,
        initial=plan.initial,
        told=Told(watch.steps, watch.epoch, watch.cancelled),
    )
    return Taught(split, fitted, _sides(plan, split))


def judge(plan: LabelPlan, taught: Taught, watch: Watch) -> Judged:
    """Write weights and graph, and score the test side with them, as in use."""
    card = write_network(plan, taught.fitted, taught.split, taught.sides)
    views = _tested(plan, taught.split, card, watch)
    return Judged(card, views, score_views(views, positive_from=plan.recipe.positive_from, seed=plan.seed))


def checked_label_split(plan: LabelPlan, watch: Watch) -> AgeSplit:
    """Check the data, then draw the split or read the given one, and check that; written to the folder.

    Raises
    ------
    UsageError
        See `DataCheck.refuse`, `DataCheck.refuse_split` and `label_split`.
    """
    if is_checked(plan.output_dir):
        return label_split(plan)
    check = look_at_all(plan.source, watch, workers=plan.workers)
    check.refuse()
    watch.say(patients_in_words(check))
    split = label_split(plan)
    check.refuse_split(split)
    if split.left_out:
        watch.say(f"Left out of training, all without BAC: {len(split.left_out)} patients.")
    keep_checked(check, split, plan.output_dir, watch)
    return split


def label_split(plan: LabelPlan) -> AgeSplit:
    """Draw the split, or read the given one; checked, not written.

    Raises
    ------
    UsageError
        It leaks, leaves a patient out unsaid, or a side lacks images with or without BAC.
    """
    split = known_split(plan.output_dir, plan.split, AgeSplit)
    if split is None:
        split = split_by_age(patients_of(plan.source), plan.recipe.split, seed=plan.seed)
    check_split(split, members_of(plan.source))
    for side in SIDES:
        labels = [plan.source.rows[number].has_bac for number in split.numbers(plan.source, side)]
        if not labels or (side != "test" and (all(labels) or not any(labels))):
            raise UsageError(
                f"The {side} side of the split needs images with BAC and without; it has {sum(labels)} with "
                f"and {len(labels) - sum(labels)} without."
            )
    return split


def pictures_of(plan: LabelPlan, split: AgeSplit, side: SideName, watch: Watch) -> Pictures:
    """The pictures of one side, cut or taken from the folder."""
    return cut_pictures(
        plan.source,
        split.numbers(plan.source, side),
        plan.output_dir / PICTURES,
        card=label_card(plan.recipe),
        workers=plan.workers,
        progress=watch.views(side),
        cancelled=watch.cancelled,
    )


def _tested(plan: LabelPlan, split: AgeSplit, card: ModelCard, watch: Watch) -> tuple[TestedView, ...]:
    device: Any = plan.machine.device
    model = load_model(card, weights_dir=plan.output_dir, device=device, threads=plan.machine.threads)
    return run_on_views(
        plan.source,
        split.numbers(plan.source, "test"),
        model,
        progress=watch.views("test"),
        cancelled=watch.cancelled,
    )


def _sides(plan: LabelPlan, split: AgeSplit) -> dict[str, Side]:
    found = {}
    for name, side in (("training", "train"), ("validation", "validation"), ("test", "test")):
        rows = [plan.source.rows[number] for number in split.numbers(plan.source, side)]  # type: ignore[arg-type]  # names of sides
        positive = [row for row in rows if row.has_bac]
        found[name] = Side(
            len({row.patient for row in rows}),
            len({row.patient for row in positive}),
            len(rows),
            len(positive),
        )
    return found


def _document(plan: LabelPlan, taught: Taught, judged: Judged) -> dict[str, Any]:
    """``training.json``."""
    split, fitted, scores = taught.split, taught.fitted, judged.scores
    start = plan.initial
    return {
        "recipe": plan.recipe.name,
        "seed": plan.seed,
        "initial": None if start is None else {"file": start.file, "sha256": start.sha256},
        "sides": {name: asdict(side) for name, side in taught.sides.items()},
        "patients_left_out": len(split.left_out),
        "age_quartiles": list(split.age_quartiles),
        "best_epoch": fitted.epoch,
        "validation": fitted.scores,
        "test": {
            "views": scores.counts.n,
            "patients": scores.patients,
            "positive_from": plan.recipe.positive_from,
            "counts": asdict(scores.counts),
            "auc": _estimate(scores.auc),
            "auc_pr": _estimate(scores.auc_pr),
            "table_2": {name: _estimate(scores.rates[name]) for name in TABLE_2},
            "specificity": _estimate(scores.rates["specificity"]),
            "npv": _estimate(scores.rates["npv"]),
            "length": _correlation(scores.length),
            "length_of_views_with_bac": _correlation(scores.length_of_positives),
            "length_missing": scores.length_missing,
        },
    }


def _estimate(estimate: Estimate | None) -> dict[str, float | None] | None:
    if estimate is None:
        return None
    low, high = known_limits(estimate) or (None, None)
    value = float(estimate.value) if np.isfinite(estimate.value) else None
    return {"value": value, "low": low, "high": high}


def _correlation(found: Correlation | None) -> dict[str, Any] | None:
    return None if found is None else {"rho": found.r, "p": found.p, "words": found.words, "n": found.n}
