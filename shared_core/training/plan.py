"""What one training run is to do, and the folder that it does it in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from shared_core.documents import DocumentError, any_json
from shared_core.errors import UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.notices import Remedy
from shared_core.records.canonical_json import json_bytes
from shared_core.training.computing_device import Machine
from shared_core.training.data.bilateral import BilateralViews
from shared_core.training.data.input_files import keep_inputs
from shared_core.training.epochs import TrainingProgress
from shared_core.training.example import ViewList, ViewSource
from shared_core.training.recipe import Recipe, recipe_toml
from shared_core.training.starting_model import Start
from shared_core.training.state import require_same
from shared_core.version import SOFTWARE_VERSION

PLAN_FILE, RECIPE_FILE, SPLIT_FILE, INPUTS_FILE = "plan.json", "recipe.toml", "split.json", "inputs.json"
POOL_INPUTS_FILE = "pool_inputs.json"
NOT_STATED = "not stated by whoever trained it"
"""For a licence."""


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything that decides on the finished model."""

    recipe: Recipe
    source: ViewSource
    output_dir: Path
    name: str
    """Of the finished model."""
    seed: int = 0
    machine: Machine = field(default_factory=Machine)
    workers: int = 1
    """Processes that cut patches, threads that prepare batches; never changes a result."""
    start: Start | None = None
    split: Path | None = None
    """A ``split.json`` to keep to; None draws one."""
    licence: str = NOT_STATED
    problems: tuple[str, ...] = ()
    """That were found when the data were put together, such as images without a mask; any stops the run."""
    pool: ViewSource | None = None
    """Views without labels, for a recipe with rounds of pseudo-labels."""
    folds: int = 0
    """Of a cross-validation over patients; 0 for one training."""

    @cached_property
    def cut_source(self) -> ViewSource:
        """What patches are cut from: the views, or pairs of them where the recipe asks for both breasts."""
        return self._as_seen(self.source)

    @cached_property
    def cut_pool(self) -> ViewSource | None:
        """The same of the pool."""
        return None if self.pool is None else self._as_seen(self.pool)

    def _as_seen(self, source: ViewSource) -> ViewSource:
        return BilateralViews.of(source) if self.recipe.input == "bilateral" else source

    def record(self) -> dict[str, Any]:
        """What two runs must have in common for the one to go on with the other."""
        return {
            "recipe": self.recipe.as_dict(),
            "data": self.source.description,
            "views": len(self.source),
            "seed": self.seed,
            "name": self.name,
            "start": None if self.start is None else [self.start.card.name, self.start.card.sha256],
            "software": SOFTWARE_VERSION,
            "pool": None if self.pool is None else [self.pool.description, len(self.pool)],
            "folds": self.folds,
        }


@dataclass(frozen=True)
class Watch:
    """Whom to tell how far a run is, and whom to ask whether to go on."""

    patches: Callable[[str, int, int], None] | None = None
    """Called with (what, views done, views in all)."""
    steps: Callable[[TrainingProgress], None] | None = None
    pool: Callable[[int, int, int], None] | None = None
    """Called with (round, patches ranked, patches in all)."""
    epoch: Callable[[dict[str, Any]], None] | None = None
    says: Callable[[str], None] | None = None
    """Called with a sentence that a person should read."""
    cancelled: Callable[[], bool] | None = None

    def views(self, what: str) -> Callable[[int, int], None] | None:
        """`patches` for one thing that is done view by view."""
        return None if self.patches is None else partial(self.patches, what)

    def say(self, sentence: str) -> None:
        """Pass on a sentence."""
        if self.says is not None:
            self.says(sentence)


def open_output(plan: Plan, *, resume: bool) -> None:
    """Begin the folder of a run, or see that it is of the same run.

    A `UsageError` where it holds another run, or this one and `resume` was not asked for, or images or labels
    changed since it began.
    """
    open_folder(
        plan.output_dir,
        record=plan.record(),
        recipe=recipe_toml(plan.recipe),
        inputs={INPUTS_FILE: plan.source} | ({} if plan.pool is None else {POOL_INPUTS_FILE: plan.pool}),
        resume=resume,
    )


def open_folder(
    folder: Path, *, record: Mapping[str, Any], recipe: str, inputs: Mapping[str, ViewList], resume: bool
) -> None:
    """The same of any kind of run, by what two runs must have in common; see `open_output`.

    `inputs` are the views that are read, by the file that keeps their prints.
    """
    path = folder / PLAN_FILE
    record = json.loads(json_bytes(record))
    if path.exists():
        if not resume:
            raise UsageError(f"{folder} already holds a training run.", Remedy.RESUME_OR_OTHER_OUTPUT)
        try:
            saved = any_json(path.read_bytes())
        except (OSError, DocumentError):
            saved = None
        if not isinstance(saved, dict):
            raise UsageError(f"{path} cannot be read; choose another output folder.")
        # Runs from before there were any say nothing of them.
        require_same(path, {"pool": None, "folds": 0, **saved}, dict(record))
        _keep_all(folder, inputs)
        return
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(f"{folder} holds other files; choose a new folder for the training run.")
    _keep_all(folder, inputs)
    write_bytes(path, json_bytes(record))
    write_bytes(folder / RECIPE_FILE, recipe.encode())


def _keep_all(folder: Path, inputs: Mapping[str, ViewList]) -> None:
    for name, source in inputs.items():
        keep_inputs(folder / name, source)
