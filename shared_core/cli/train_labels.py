"""``bac train`` with a recipe that learns from labels of whole images."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from shared_core.cli.exit_codes import FAILED, OK
from shared_core.cli.screen import screen
from shared_core.cli.train_check import print_check
from shared_core.errors import UsageError
from shared_core.exporting.imported_models import name_for_card
from shared_core.inference.model import choose

if TYPE_CHECKING:
    from shared_core.training.image_labels.plan import LabelPlan
    from shared_core.training.image_labels.scoring import TestScores
    from shared_core.training.plan import Watch


def label_plan(args: argparse.Namespace) -> LabelPlan:
    """What the arguments of ``bac train`` ask for.

    Raises
    ------
    UsageError
        An option is given that such a recipe does not have, or recipe and data do not fit.
    """
    from shared_core.training.computing_device import Machine
    from shared_core.training.image_labels.initial import initial_for
    from shared_core.training.image_labels.labelled_images import labelled_images
    from shared_core.training.image_labels.plan import LabelPlan
    from shared_core.training.image_labels.recipe import load_label_recipe
    from shared_core.training.plan import NOT_STATED

    recipe = load_label_recipe(args.recipe).with_epochs(args.epochs)
    if args.start is not None:
        raise UsageError(
            f"Recipe {recipe.name} learns from labels of whole images alone, and {args.start} may have "
            "learnt from masks; leave out --from."
        )
    for option, given in (("--replay", args.replay), ("--hours", args.hours)):
        if given:
            raise UsageError(f"{option} is for recipes that learn from masks; recipe {recipe.name} has none.")
    out = args.out or Path("model")
    # The cheap question first: a file of 500 MB is read for the second.
    source = labelled_images(args.data, recipe.name)
    return LabelPlan(
        recipe=recipe,
        source=source,
        output_dir=out,
        name=args.name or name_for_card(out.resolve().name) or "model",
        seed=args.seed,
        machine=Machine(choose(args.device, "torch")[0], threads=args.threads or os.cpu_count() or 1),
        workers=args.workers,
        # The data can be checked without.
        initial=None if args.check else initial_for(recipe, args.initial),
        split=args.split,
        licence=args.licence or NOT_STATED,
    )


def train_labels(plan: LabelPlan, watch: Watch, *, resume: bool) -> int:
    """Train, print what came out; return the exit code."""
    from shared_core.training.image_labels.plan import open_label_output
    from shared_core.training.image_labels.run import train_on_labels

    open_label_output(plan, resume=resume)
    card, scores = train_on_labels(plan, watch)
    _print_scores(scores)
    print(f"{plan.output_dir / 'model.json'}: {card.name}, heat map above {card.threshold:g}")
    print(f"Use it with: bac analyze IMAGES --model {plan.output_dir / 'model.json'}", file=sys.stderr)
    return OK


def check_labels(plan: LabelPlan, watch: Watch) -> int:
    """Only check the data; return the exit code."""
    from shared_core.training.checked_data import look_at_all
    from shared_core.training.image_labels.run import label_split

    check = look_at_all(plan.source, watch, workers=plan.workers)
    return OK if print_check(check, partial(label_split, plan), screen(120)) else FAILED


def _print_scores(scores: TestScores) -> None:
    from shared_core.training.image_labels.plots import words

    print(f"Test side: {scores.counts.n} views of {scores.patients} patients, 95 % intervals over patients")
    print(f"  {'AUC':20}{words(scores.auc)}")
    print(f"  {'AUC-PR':20}{words(scores.auc_pr)}")
    for name, estimate in scores.rates.items():
        print(f"  {name.replace('_', ' '):20}{words(estimate)}")
    if scores.length is not None:
        found = scores.length
        print(f"  {'area and length':20}Spearman {found.r:.2f} ({found.words}), {found.n} views")
