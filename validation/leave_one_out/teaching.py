"""One model for each fold."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared_core.exporting.atomic_write import write_bytes
from shared_core.records.canonical_json import json_bytes
from shared_core.training.card_making import Origin, write_model
from shared_core.training.computing_device import Machine
from shared_core.training.data.patches import load_patches
from shared_core.training.epochs import TrainingProgress
from shared_core.training.example import ViewSource
from shared_core.training.fit import fit
from shared_core.training.plan import Plan
from shared_core.training.recipe import Recipe
from shared_core.training.starting_model import Start
from shared_core.training.state import require_same
from shared_core.training.training_run import TRAIN, VALIDATION
from shared_core.version import SOFTWARE_VERSION
from shared_core.weights.card_json import CARD_FILE
from validation.leave_one_out.folds import Fold, patients_of_patches, teaching


@dataclass(frozen=True, eq=False)
class Teaching:
    """What all folds have in common."""

    recipe: Recipe
    start: Start
    patches: Path
    """Folder of a training run whose patches are all cut."""
    output_dir: Path
    seed: int = 1
    machine: Machine = field(default_factory=Machine)
    workers: int = 1

    def folder(self, fold: Fold) -> Path:
        """Of the model and of its rows."""
        return self.output_dir / f"fold-{fold.number}"

    def record(self, folds: tuple[Fold, ...]) -> dict[str, Any]:
        """What a study must have in common with what its folder holds."""
        made_of = json.loads((self.patches / TRAIN / "manifest.json").read_bytes())["made_of"]
        return {
            "recipe": self.recipe.as_dict(),
            "start": [self.start.card.name, self.start.card.sha256],
            "folds": [list(fold.patients) for fold in folds],
            "patches": made_of,
            "seed": self.seed,
            "software": SOFTWARE_VERSION,
        }


def begin(teaching_: Teaching, folds: tuple[Fold, ...]) -> None:
    """Begin the folder of a study, or see that it is of the same one.

    Raises
    ------
    UsageError
        It holds another study, or the patches are not there.
    """
    load_patches(teaching_.patches / TRAIN)
    path = teaching_.output_dir / "study.json"
    record = json.loads(json_bytes(teaching_.record(folds)))
    if path.exists():
        require_same(path, json.loads(path.read_bytes()), record)
    else:
        write_bytes(path, json_bytes(record))


def teach(teaching_: Teaching, fold: Fold, judged_on: ViewSource) -> Path:
    """Train the model of a fold, or go on with it; return its card.

    Parameters
    ----------
    judged_on
        The views that it is made for, none of which it sees.
    """
    folder = teaching_.folder(fold)
    card = folder / CARD_FILE
    if card.exists():
        return card
    owners = patients_of_patches(teaching_.patches / TRAIN)
    pool = teaching(owners, fold)
    recipe = teaching_.recipe
    fitted = fit(
        recipe,
        load_patches(teaching_.patches / TRAIN),
        load_patches(teaching_.patches / VALIDATION),
        output_dir=folder,
        seed=teaching_.seed,
        machine=teaching_.machine,
        workers=teaching_.workers,
        start=teaching_.start.arrays,
        pool=pool,
        progress=_told(fold),
    )
    plan = Plan(
        recipe=recipe,
        source=judged_on,
        output_dir=folder,
        name=f"{recipe.name}-fold-{fold.number}",
        seed=teaching_.seed,
        start=teaching_.start,
    )
    said = f"{len(pool)} of {len(owners)} patches of a run, without those of {', '.join(fold.patients)}."
    write_model(folder, fitted, plan, Origin(f"{recipe.title}, fold {fold.number}", said))
    return card


def _told(fold: Fold) -> Any:
    def tell(progress: TrainingProgress) -> None:
        if progress.step % 30 == 0 or progress.step == progress.steps:
            left = "" if progress.seconds_left is None else f", {progress.seconds_left / 60:.0f} min left"
            print(
                f"fold {fold.number}, epoch {progress.epoch} of {progress.epochs}, "
                f"step {progress.step} of {progress.steps}{left}",
                file=sys.stderr,
                flush=True,
            )

    return tell
