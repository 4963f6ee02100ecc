"""Train one network of a study on the patches that all share; nothing is trained twice."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from shared_core.exporting.atomic_write import write_bytes
from shared_core.records.canonical_json import json_bytes
from shared_core.training.card_making import Origin, write_model
from shared_core.training.computing_device import Machine
from shared_core.training.data.patches import load_patches
from shared_core.training.data_specs import view_source
from shared_core.training.epochs import TrainingProgress
from shared_core.training.fit import fit
from shared_core.training.plan import Plan, Watch
from shared_core.training.recipe import RULE, load_recipe, recipe_toml
from shared_core.training.starting_model import cutting_card
from shared_core.training.training_run import TRAIN, VALIDATION, checked_split, cut_side
from shared_core.weights.card_json import CARD_FILE
from validation.networks.study import Job, Study

PATCHES = Path("patches-of-all")
RECORD_FILE, RECIPE_FILE = "training.json", "recipe.toml"
SPLIT_SEED = 0
"""Of the patients, the same for every network and seed."""


@dataclass(frozen=True, eq=False)
class Teacher:
    """Trains the jobs of a study in a folder."""

    study: Study
    folder: Path
    machine: Machine
    workers: int = 1
    cancelled: Callable[[], bool] | None = None

    def cut(self) -> Plan:
        """Cut the patches that all networks share, or take those that are there."""
        recipe = load_recipe(RULE)
        plan = Plan(
            recipe=recipe,
            source=view_source(self.study.training, cutting_card(recipe, None)),
            output_dir=self.folder / PATCHES,
            name=RULE,
            seed=SPLIT_SEED,
            machine=self.machine,
            workers=self.workers,
        )
        watch = Watch(patches=_told_of_views, cancelled=self.cancelled)
        split = checked_split(plan, watch)
        cut_side(plan, split.numbers(plan.source, "train"), TRAIN, watch)
        cut_side(plan, split.numbers(plan.source, "validation"), VALIDATION, watch)
        return plan

    def card(self, job: Job) -> Path:
        """Where the card of a trained network is, or will be."""
        return self.folder / job.name / CARD_FILE

    def teach(self, job: Job, shared: Plan) -> Path:
        """Train a network, or go on with it; return its card.

        Raises
        ------
        Cancelled
            The person stopped it; the state is saved.
        """
        card, folder = self.card(job), self.folder / job.name
        if card.exists():
            return card
        recipe = self.study.recipe(job.network)
        began = time.monotonic()
        fitted = fit(
            recipe,
            load_patches(shared.output_dir / TRAIN),
            load_patches(shared.output_dir / VALIDATION),
            output_dir=folder,
            seed=job.seed,
            machine=self.machine,
            workers=self.workers,
            progress=_told_of_steps(job),
            cancelled=self.cancelled,
        )
        plan = replace(shared, recipe=recipe, output_dir=folder, name=job.name, seed=job.seed)
        write_bytes(folder / RECIPE_FILE, recipe_toml(recipe).encode())
        write_bytes(
            folder / RECORD_FILE,
            json_bytes(
                {
                    "network": job.network,
                    "seed": job.seed,
                    "steps": self.study.steps,
                    "best_epoch": fitted.epoch,
                    "epochs": recipe.epochs,
                    "scores_on_validation_patches": fitted.scores,
                    "made_by": fitted.made_by,
                    "seconds_of_the_last_sitting": round(time.monotonic() - began, 1),
                }
            ),
        )
        said = "; ".join(f"{name}: {text}" for name, text in shared.source.description.items())
        limits = ("Trained for a comparison of networks within a small budget; not made for use.",)
        write_model(folder, fitted, plan, Origin(f"{recipe.title}, seed {job.seed}", said, limits))
        return card


def _told_of_views(what: str, done: int, total: int) -> None:
    if done == total or done % 20 == 0:
        print(f"views for {what}: {done} of {total}", file=sys.stderr, flush=True)


def _told_of_steps(job: Job) -> Callable[[TrainingProgress], None]:
    def tell(now: TrainingProgress) -> None:
        if now.step == now.steps:
            left = "" if now.seconds_left is None else f", {now.seconds_left / 60:.0f} min left"
            print(f"{job.name}: epoch {now.epoch} of {now.epochs}{left}", file=sys.stderr, flush=True)

    return tell
