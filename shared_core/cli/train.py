"""``bac train``: a model of one's own, or an improved one, from a recipe and labelled views."""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from rich.console import Console

from shared_core.cli import arguments
from shared_core.cli.exit_codes import FAILED, OK
from shared_core.cli.train_output import TrainingConsole
from shared_core.errors import UsageError
from shared_core.inference.model import choose
from shared_core.notices import Remedy

if TYPE_CHECKING:
    from shared_core.training.before_after import Comparison
    from shared_core.training.computing_device import Machine
    from shared_core.training.plan import Plan, Watch


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``train`` to the parser of ``bac``."""
    parser = subparsers.add_parser(
        "train",
        help="train a model, or improve one with corrected exams",
        description="Train a model from a recipe and labelled views, or improve one with corrected exams "
        "(recipe scunet-fine-tune). After an interruption the same command with --resume continues and gives "
        "the same result. Needs the extra train: pip install openbac[train].",
    )
    parser.add_argument("recipe", metavar="RECIPE", help="name of a recipe, or a .toml file")
    parser.add_argument(
        "--data",
        action="append",
        required=True,
        metavar="SPEC",
        help="labelled views; can be repeated: simulated:patients=40,seed=1 · folder:IMAGES,masks=MASKS · "
        "corrections:RESULTS (of bac analyze, masks corrected) · inserted:IMAGES (free of BAC; simulated BAC "
        "is inserted) · mdai:EXPORT,images=IMAGES · label-studio:EXPORT,images=IMAGES",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the model")
    parser.add_argument("--from", dest="start", metavar="MODEL", help="start from a model: name or card file")
    parser.add_argument(
        "--replay",
        action="append",
        metavar="SPEC",
        help="fine-tuning: views to rehearse, so that the model does not forget; can be repeated",
    )
    parser.add_argument("--name", help="name of the model (default: that of DIR)")
    parser.add_argument("--licence", metavar="TEXT", help="licence of the model, for its card")
    parser.add_argument("--split", type=Path, metavar="FILE", help="use the split.json of another run")
    parser.add_argument(
        "--seed", type=_whole, default=0, metavar="N", help="another seed is another run (default: 0)"
    )
    parser.add_argument(
        "--epochs", type=arguments.count, metavar="N", help="number of epochs (default: the recipe's)"
    )
    parser.add_argument("--device", **arguments.DEVICE_OPTION)
    parser.add_argument(
        "--threads", type=arguments.count, metavar="N", help="CPU threads of the network (default: all)"
    )
    parser.add_argument(
        "--workers",
        type=arguments.count,
        default=1,
        metavar="N",
        help="views and batches prepared at the same time (default: 1)",
    )
    parser.add_argument("--resume", action="store_true", help="continue the run in DIR")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress")
    parser.set_defaults(run=run, parser=parser)


def run(args: argparse.Namespace) -> int:
    """Train; return the exit code."""
    _require_torch()
    from shared_core.training.plan import Watch, open_output
    from shared_core.training.training_run import train

    console = Console(stderr=True, quiet=args.quiet, highlight=False)
    plan = _plan(args)
    open_output(plan, resume=args.resume)
    with _stopping() as stopped, TrainingConsole(console) as view:
        watch = Watch(view.patches, view.step, view.epoch, view.say, lambda: bool(stopped))
        if plan.recipe.fine_tuning.enabled:
            return _fine_tune(args, plan, watch)
        card = train(plan, watch)
    print(f"{plan.output_dir / 'model.json'}: {card.name}, threshold {card.threshold:g}")
    print(f"Use it with: bac analyze IMAGES --model {plan.output_dir / 'model.json'}", file=sys.stderr)
    return OK


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
    from shared_core.training.data_specs import view_source
    from shared_core.training.plan import Plan, Start, cutting_card
    from shared_core.training.recipe import load_recipe

    recipe = load_recipe(args.recipe).with_epochs(args.epochs)
    start = None if args.start is None else Start.load(args.start)
    if recipe.fine_tuning.enabled and start is None:
        raise UsageError(
            f"Recipe {recipe.name} improves a model, and none was named.", Remedy.NAME_START_MODEL
        )
    if args.replay and not recipe.fine_tuning.enabled:
        raise UsageError(f"--replay is for fine-tuning; recipe {recipe.name} takes --data only.")
    if start is not None:
        recipe = start.fitted(recipe)
    plan = Plan(
        recipe=recipe,
        source=view_source(args.data, cutting_card(recipe, start)),
        output_dir=args.out,
        name=args.name or _name_of(args.out),
        seed=args.seed,
        machine=_machine(args),
        workers=args.workers,
        start=start,
        split=args.split,
    )
    return plan if args.licence is None else replace(plan, licence=args.licence)


def _machine(args: argparse.Namespace) -> Machine:
    from shared_core.training.computing_device import Machine

    device, _ = choose(args.device, "torch")
    return Machine(device=device, threads=args.threads or os.cpu_count() or 1)


def _name_of(folder: Path) -> str:
    """A name that a card may hold, from that of a folder."""
    name = re.sub(r"[^a-z0-9._-]+", "-", folder.resolve().name.lower()).strip("-._")
    return name or "model"


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


def _require_torch() -> None:
    if find_spec("torch") is None:
        raise UsageError("Training needs torch, which is not installed; run pip install openbac[train].")


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 on, not {text!r}")
    return int(text)
