"""Train models that leave patients out, judge their real views; write ``docs/validation_leave_one_out.md``.

    python -m validation.leave_one_out --patches RUN --images FOLDER --out STUDY

RUN is the folder of ``bac train``, whose patches are all cut. Stopped, the same command goes on. Folds may be
made by several processes with --only; the command without it then writes the page.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from shared_core.errors import OpenBacError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.inference.model import gpu
from shared_core.training.computing_device import Machine
from shared_core.training.data.inserted import InsertedViews
from shared_core.training.recipe import Recipe, load_recipe
from shared_core.training.starting_model import Start
from shared_core.training.training_run import TRAIN
from shared_core.weights.candidate_rule import CandidateRule
from shared_core.weights.registry import load_card
from validation import DOCS
from validation.judged import PUBLISHED, judged
from validation.leave_one_out.folds import chosen, deal
from validation.leave_one_out.judging import RULE, joined, judge_fold
from validation.leave_one_out.page import CURVES, curves, leave_one_out_page
from validation.leave_one_out.teaching import Teaching, begin, teach
from validation.models.figure import curves_figure
from validation.real_data import bac_free_images, real_files


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, judge and write; return the exit code."""
    args = _parser().parse_args(arguments)
    try:
        _run(args)
    except OpenBacError as error:
        print(f"validation: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m validation.leave_one_out",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--patches", type=Path, required=True, metavar="RUN", help="folder of bac train")
    add("--images", type=Path, required=True, metavar="DIR", help="real images, PNG and JPEG")
    add("--out", type=Path, required=True, metavar="DIR", help="keeps models and rows")
    add("--recipe", default="openbac-1", help="name or file (openbac-1)")
    add("--from", dest="start", default=PUBLISHED, metavar="MODEL", help=f"to begin from ({PUBLISHED})")
    add("--rule", metavar="MODEL", help="whose card has the rule; one about shape where none is named")
    add("--folds", type=int, default=4, metavar="N", help="groups of patients; 0: one by one (4)")
    add(
        "--only",
        type=int,
        nargs="+",
        metavar="N",
        help="only these folds, from 1, and no page: several commands can share the work",
    )
    add("--variants", type=int, default=4, metavar="N", help="with BAC put in, of each image (4)")
    add("--seed", type=int, default=40_001, metavar="N", help="of what is put in (40001)")
    add("--train-seed", type=int, default=1, metavar="N", help="of the training (1)")
    add("--epochs", type=int, metavar="N", help="in place of the recipe's")
    add("--positives", type=int, metavar="N", help="patches with BAC in an epoch, in place of the recipe's")
    add("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto", help="to train on (auto)")
    add("--threads", type=int, default=1, metavar="N", help="CPU threads of the training (1)")
    add("--workers", type=int, default=1, metavar="N", help="views at a time when judging (1)")
    add("-o", "--output", type=Path, default=DOCS / "validation_leave_one_out.md", help="page")
    return parser


def _run(args: argparse.Namespace) -> None:
    images = bac_free_images(real_files(args.images))
    folds = deal((image.patient_id for image in images), args.folds)
    start = Start.load(args.start)
    device = (gpu() or "cpu") if args.device == "auto" else args.device
    study = Teaching(
        recipe=_recipe(args, start.fitted(load_recipe(args.recipe))),
        start=start,
        patches=args.patches,
        output_dir=args.out,
        seed=args.train_seed,
        machine=Machine(device, args.threads),
    )
    source = InsertedViews(
        seed=args.seed,
        images=images,
        variants=1 + args.variants,
        untouched_share=1 / (1 + args.variants),
        contrast=1.4,
        contrast_spread=0.45,
        card=start.card,
    )
    wanted = chosen(folds, args.only)
    begin(study, folds)
    rule = _rule(args.rule)
    published = judged(PUBLISHED)
    parts = []
    for fold in wanted:
        model = judged(teach(study, fold, source))
        # One name in all folds, as their rows become one.
        name = f"{study.recipe.name}, left out"
        same = replace(model, card=replace(model.card, name=name), model=name)
        # Judging other variants, or by another rule, trains nothing anew.
        folder = study.folder(fold) / f"judged-{args.seed}-{args.variants}"
        parts.append(judge_fold(source, fold, (same, published), rule, folder, workers=args.workers))
    if args.only is not None:
        return
    rows = joined(parts)
    figure = curves_figure(curves(rows), false_mm2=False)
    write_bytes(args.output.parent / "validation" / CURVES, figure)
    made_of = (
        f"Recipe {study.recipe.name}, {study.recipe.epochs} epochs from {start.card.name}, "
        f"{'; '.join(_data(args.patches))}; put in for judging: seed {args.seed}, {args.variants} variants "
        "of each image, calcium factor 1.4 exp(N(0, 0.45))."
    )
    page = leave_one_out_page(rows, folds, rule=rule, made_of=made_of)
    write_bytes(args.output, page.encode())


def _recipe(args: argparse.Namespace, recipe: Recipe) -> Recipe:
    if args.epochs is not None:
        every = min(recipe.validation.every_epochs, args.epochs)
        recipe = replace(
            recipe, epochs=args.epochs, validation=replace(recipe.validation, every_epochs=every)
        )
    if args.positives is not None:
        recipe = replace(recipe, sampling=replace(recipe.sampling, positives=args.positives))
    return recipe


def _rule(name: str | None) -> CandidateRule:
    return (load_card(name).candidates if name is not None else None) or RULE


def _data(run: Path) -> list[str]:
    """Sources of the patches in words, without the names of files."""
    made_of = json.loads((run / TRAIN / "manifest.json").read_bytes())["made_of"]["source"]
    return [text for name, text in made_of.items() if "views" in name]


if __name__ == "__main__":
    sys.exit(main())
