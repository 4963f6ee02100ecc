"""``bac train``: a model of one's own, or an improved one, from a recipe and labelled views."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from shared_core.cli.exit_codes import FAILED, OK
from shared_core.cli.screen import PlainConsole, screen
from shared_core.cli.train_check import print_check
from shared_core.cli.train_output import TrainingConsole
from shared_core.errors import UsageError
from shared_core.exporting.imported_models import name_for_card
from shared_core.inference.model import choose
from shared_core.notices import Remedy

if TYPE_CHECKING:
    from shared_core.training.before_after import Comparison
    from shared_core.training.data.split import Split
    from shared_core.training.plan import Plan, Watch
    from shared_core.training.recipe import Recipe


def run(args: argparse.Namespace) -> int:
    """Train; return the exit code."""
    if find_spec("torch") is None:
        raise UsageError("Training needs torch, which is not installed; run pip install 'openbac[train]'.")
    from shared_core.training.image_labels.recipe import is_label_recipe
    from shared_core.training.plan import Watch, open_output
    from shared_core.training.pseudo_labels.run import train_with_pool
    from shared_core.training.training_run import train

    console = PlainConsole(stderr=True, quiet=args.quiet, highlight=False)
    if args.out is None and not args.check:
        args.parser.error("the following arguments are required: --out")
    if is_label_recipe(args.recipe):
        return _with_labels(args, console)
    plan = _plan(args)
    if args.check:
        return _check(args, plan, console)
    open_output(plan, resume=args.resume)
    with _stopping() as stopped, TrainingConsole(console) as view:
        watch = Watch(
            patches=view.patches,
            steps=view.step,
            pool=view.pool,
            epoch=view.epoch,
            says=view.say,
            cancelled=lambda: bool(stopped),
        )
        if plan.recipe.fine_tuning.enabled:
            return _fine_tune(args, plan, watch)
        if plan.folds:
            return _cross_validate(plan, watch)
        card = train(plan, watch) if plan.pool is None else train_with_pool(plan, watch)
    print(f"{plan.output_dir / 'model.json'}: {card.name}, threshold {card.threshold:g}")
    print(f"Use it with: bac analyze IMAGES --model {plan.output_dir / 'model.json'}", file=sys.stderr)
    return OK


def _with_labels(args: argparse.Namespace, console: PlainConsole) -> int:
    from shared_core.cli.train_labels import check_labels, label_plan, train_labels
    from shared_core.training.plan import Watch

    plan = label_plan(args)
    with _stopping() as stopped, TrainingConsole(console) as view:
        watch = Watch(
            patches=view.patches,
            steps=view.step,
            epoch=view.epoch,
            says=view.say,
            cancelled=lambda: bool(stopped),
        )
        return check_labels(plan, watch) if args.check else train_labels(plan, watch, resume=args.resume)


def _check(args: argparse.Namespace, plan: Plan, console: PlainConsole) -> int:
    from shared_core.training.checked_data import look_at_all
    from shared_core.training.data.pool_check import refuse_shared
    from shared_core.training.example import Joined
    from shared_core.training.plan import Watch
    from shared_core.training.training_run import plan_split

    labelled = len(plan.source)
    with TrainingConsole(console) as view:
        views = plan.source if plan.pool is None else Joined((plan.source, plan.pool))
        watch = Watch(patches=view.patches)
        everything = look_at_all(views, watch, workers=plan.workers, problems=plan.problems)
    check = everything.of_first(labelled)

    def draw() -> Split:
        split = plan_split(plan, check)
        refuse_shared(everything, labelled, split)
        return split

    sound = print_check(check, None if plan.recipe.fine_tuning.enabled else draw, screen(120))
    return OK if sound else FAILED


def _fine_tune(args: argparse.Namespace, plan: Plan, watch: Watch) -> int:
    from shared_core.training.data_specs import view_source
    from shared_core.training.fine_tuning import fine_tune

    assert plan.start is not None
    replay = view_source(args.replay, plan.start.card) if args.replay else None
    tuned = fine_tune(plan, replay=replay, watch=watch)
    _print_comparison(tuned.comparison)
    if tuned.rejected_because is not None:
        print(
            f"bac: the new model is not better: {tuned.rejected_because}. It is kept in {tuned.folder} for "
            "inspection; keep using the old one.",
            file=sys.stderr,
        )
        return FAILED
    print(f"{tuned.folder / 'model.json'}: {tuned.card.name}")
    return OK


def _print_comparison(both: Comparison) -> None:
    title = f"At threshold {both.replay_before.threshold:g}"
    print(f"{title:28}{'Dice':>8}{'recall':>8}{'false area, ppm':>17}")
    for views, scores in (
        ("held-out views, before", both.held_out_before),
        ("held-out views, after", both.held_out_after),
        ("replay views, before", both.replay_before),
        ("replay views, after", both.replay_after),
    ):
        print(f"{views:28}{scores.dice:8.3f}{scores.recall:8.3f}{1e6 * scores.false_share:17.0f}")


def _plan(args: argparse.Namespace) -> Plan:
    from shared_core.training.budget import within_hours
    from shared_core.training.computing_device import Machine
    from shared_core.training.data_specs import pool_source, view_source
    from shared_core.training.plan import RECIPE_FILE, Plan
    from shared_core.training.recipe import load_recipe
    from shared_core.training.starting_model import Start, cutting_card

    recipe = load_recipe(args.recipe).with_epochs(args.epochs)
    machine = Machine(choose(args.device, "torch")[0], threads=args.threads or os.cpu_count() or 1)
    out = args.out or Path("model")
    problems: list[str] = []
    start = None if args.start is None else Start.load(args.start)
    if recipe.fine_tuning.enabled and start is None:
        raise UsageError(
            f"Recipe {recipe.name} improves a model, and none was named.", Remedy.NAME_START_MODEL
        )
    if args.initial is not None:
        raise UsageError(f"--initial is for mobini-2023; recipe {recipe.name} begins with --from MODEL.")
    if args.replay and not recipe.fine_tuning.enabled:
        raise UsageError(f"--replay is for fine-tuning; recipe {recipe.name} takes --data only.")
    if start is not None:
        recipe = start.fitted(recipe)
    _check_pool(args, recipe)
    if args.folds and (args.split is not None or recipe.fine_tuning.enabled):
        raise UsageError("--folds deals the patients itself, and goes with neither --split nor fine-tuning.")
    if args.hours is not None:
        # What was measured when the run began stays: another measurement would be another run.
        begun = out / RECIPE_FILE
        again = args.resume and begun.is_file()
        recipe = load_recipe(begun) if again else within_hours(recipe, args.hours, machine)
    card = cutting_card(recipe, start)
    plan = Plan(
        recipe=recipe,
        source=view_source(args.data, card, problems=problems),
        pool=pool_source(args.pool, card, problems=problems) if args.pool else None,
        output_dir=out,
        name=args.name or name_for_card(out.resolve().name) or "model",
        seed=args.seed,
        machine=machine,
        workers=args.workers,
        start=start,
        split=args.split,
        folds=args.folds or 0,
        problems=tuple(problems),
    )
    return plan if args.licence is None else replace(plan, licence=args.licence)


def _cross_validate(plan: Plan, watch: Watch) -> int:
    from shared_core.training.folds.run import cross_validate
    from shared_core.training.folds.table import FOLDS_FILE

    done = cross_validate(plan, watch)
    print((plan.output_dir / FOLDS_FILE).read_text(encoding="utf-8"), end="")
    card = done.ensemble
    print(
        f"{plan.output_dir / 'model.json'}: {card.name}, {card.members} members, threshold {card.threshold:g}"
    )
    failures = [failure for one in done.folds for failure in one.failures]
    for failure in failures:
        print(f"bac: {failure.view_id}: {failure.error}", file=sys.stderr)
    return FAILED if failures else OK


def _check_pool(args: argparse.Namespace, recipe: Recipe) -> None:
    """A `UsageError` where the recipe and --pool do not fit."""
    if args.pool and not recipe.pseudo_labels.rounds:
        raise UsageError(f"--pool is for recipes with pseudo-labels; {recipe.name} takes --data only.")
    if recipe.pseudo_labels.rounds and not args.pool:
        raise UsageError(
            f"Recipe {recipe.name} learns from views without labels as well; name them with --pool, such as "
            "--pool FOLDER."
        )
    if recipe.pseudo_labels.rounds and args.hours is not None:
        raise UsageError(f"--hours does not count the rounds of recipe {recipe.name}; leave it out.")


@contextmanager
def _stopping() -> Iterator[list[int]]:
    """A list that is filled by the first Ctrl-C; the second stops at once."""
    asked: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)
