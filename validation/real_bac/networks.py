"""Train a model further with real crops: once without the patients of each fold, and once with all.

    python -m validation.real_bac.networks openbac-2-real --from BASE/model.json --data REAL_BAC \\
        --replay inserted:IMAGES,variants=4 --replay simulated:patients=6,seed=1 --out NETWORKS

``NETWORKS/fold-0`` to ``fold-4`` hold models that judge the patients of their fold
(``python -m validation.real_bac --networks NETWORKS``), ``NETWORKS/all`` the one to keep. Stopped, the same
command goes on.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from shared_core.errors import OpenBacError
from shared_core.training.batches import Numbers, has_bac
from shared_core.training.card_making import Origin, write_model
from shared_core.training.data.real_bac import FOLDS, RealBacImage, real_bac_images
from shared_core.training.data_specs import view_source
from shared_core.training.data_statement import cut_views, short_statement
from shared_core.training.fit import fit
from shared_core.training.holding_out import pool_of
from shared_core.training.patch import PatchSet
from shared_core.training.plan import Plan, Watch, open_output
from shared_core.training.recipe import load_recipe
from shared_core.training.starting_model import Start, cutting_card
from shared_core.training.training_run import cut_side
from shared_core.weights.card import ModelCard
from validation.real_bac.maps import fold_card

ALL: Final = "all"
PATCHES: Final = Path("patches/all")
MEASURED_PATIENTS: Final = 2
"""The last of the replay: they only tell whether it is forgotten."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Train and write; return the exit code."""
    args = _parser().parse_args(arguments)
    cv2.setNumThreads(1)
    try:
        start = Start.load(args.start)
        recipe = start.fitted(load_recipe(args.recipe)).with_epochs(args.epochs)
        card = cutting_card(recipe, start)
        source = view_source([f"real-bac:{args.data}", *args.replay], card)
        plan = Plan(recipe, source, args.out, args.name, seed=args.seed, start=start, licence=args.licence)
        open_output(plan, resume=(args.out / "plan.json").exists())
        teaching = _Teaching.cut(plan, real_bac_images(args.data))
        for fold in (*range(FOLDS), None):
            card = teaching.teach(fold)
            print(f"{card.name}: {card.training_data.split('Then: ')[-1]}", flush=True)
    except OpenBacError as error:
        print(f"validation: {error}", file=sys.stderr)
        return 1
    return 0


@dataclass(frozen=True, eq=False)
class _Teaching:
    plan: Plan
    images: tuple[RealBacImage, ...]
    """The first views of the plan's source; replay follows."""
    patches: PatchSet
    measured: Numbers

    @classmethod
    def cut(cls, plan: Plan, images: tuple[RealBacImage, ...]) -> _Teaching:
        views = range(len(plan.source))
        patches = cut_side(plan, list(views), PATCHES, Watch())
        replay = [plan.source.identity(view).patient_id for view in views[len(images) :]]
        held = set(sorted(set(replay))[-MEASURED_PATIENTS:])
        measured = [len(images) + place for place, patient in enumerate(replay) if patient in held]
        return cls(plan, images, patches, _patches_of(patches, measured))

    def teach(self, fold: int | None) -> ModelCard:
        """Train without the patients of a fold, or with all; the card is there already where it was done."""
        plan, patches = self.plan, self.patches
        folder = plan.output_dir / ALL if fold is None else fold_card(plan.output_dir, fold).parent
        own = teaching_patches(patches, self.images, fold)
        replay = np.setdiff1d(_patches_of(patches, range(len(self.images), len(plan.source))), self.measured)
        assert plan.start is not None
        fitted = fit(
            plan.recipe,
            patches,
            _chosen(patches, self.measured),
            output_dir=folder,
            seed=plan.seed,
            machine=plan.machine,
            start=plan.start.arrays,
            pool=pool_of(own, replay, has_bac(patches), data_share=plan.recipe.fine_tuning.data_share),
        )
        cut = cut_views(plan.output_dir / PATCHES)
        said = "" if fold is None else f" Without the patients of fold {fold}."
        origin = Origin(
            f"{plan.start.card.title}; {plan.recipe.title}",
            short_statement(plan.source, {"Training": cut}) + said,
            plan.start.card.limitations,
        )
        kept = replace(fitted, threshold=plan.start.card.threshold)
        own_name = plan.name if fold is None else f"{plan.name}-{folder.name}"
        return write_model(folder, kept, replace(plan, name=own_name), origin)


def teaching_patches(patches: PatchSet, images: Sequence[RealBacImage], fold: int | None) -> Numbers:
    """Numbers of the patches of real images that teach the network of a fold; None: all of them.

    Parameters
    ----------
    images
        The first views of the source that the patches were cut from.
    """
    return _patches_of(patches, [view for view, image in enumerate(images) if image.fold != fold])


def _patches_of(patches: PatchSet, views: Iterable[int]) -> Numbers:
    return np.flatnonzero(np.isin(patches.views, list(views)))


def _chosen(patches: PatchSet, numbers: Numbers) -> PatchSet:
    return PatchSet(
        patches.images_u8[numbers],
        patches.labels[numbers],
        patches.views[numbers],
        patches.corners_px[numbers],
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m validation.real_bac.networks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("recipe", metavar="RECIPE", help="name or file")
    add("--from", dest="start", required=True, metavar="MODEL", help="to begin from: name or card file")
    add("--data", type=Path, required=True, metavar="DIR", help="with lines.json and a folder for each kind")
    add("--replay", action="append", required=True, metavar="SPEC", help="views to rehearse; can be repeated")
    add("--out", type=Path, required=True, metavar="DIR", help="gets patches and a model for each fold")
    add("--name", default="openbac-2", help="of the model of all folds (openbac-2)")
    add("--licence", default="MIT", metavar="TEXT", help="of the models (MIT)")
    add("--seed", type=int, default=0, metavar="N", help="of patches and training (0)")
    add("--epochs", type=int, metavar="N", help="in place of the recipe's")
    return parser


if __name__ == "__main__":
    sys.exit(main())
