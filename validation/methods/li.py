"""The Hausdorff loss after Li 2025, with and without: same seed, same patches, same order."""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from shared_core.errors import UsageError
from shared_core.inference.model import load_model
from shared_core.training.computing_device import Machine
from shared_core.training.data_specs import view_source
from shared_core.training.evaluation.model_runs import Entry, evaluate_models
from shared_core.training.example import ViewList
from shared_core.training.plan import PLAN_FILE, Plan, Watch, open_output
from shared_core.training.recipe import Recipe, load_recipe
from shared_core.training.starting_model import cutting_card
from shared_core.training.training_run import train
from shared_core.weights.card_json import CARD_FILE
from shared_core.weights.registry import load_card
from validation.methods.kept_views import KeptViews
from validation.methods.li_scores import Compared, JudgedSet, Missed, Place, branches_sheet

SMALL_RECIPE: Final = Path(__file__).with_name("li_small.toml")
WITHOUT, WITH = "without", "with"
_PATCHES: Final = "patches"


@dataclass(frozen=True)
class Budget:
    """What is taught and judged."""

    recipe: str
    data: str
    held_out: tuple[tuple[str, str], ...]
    """(name, data) of what the models are judged on."""
    seed: int = 1


@dataclass(frozen=True, eq=False)
class Study:
    """All that the page says."""

    budget: Budget
    recipe: Recipe
    log: dict[str, tuple[dict[str, str], ...]]
    """Rows of ``log.csv`` of both models."""
    compared: tuple[Compared, ...]
    missed: tuple[Missed, ...]
    sheet: bytes


def budget(real: Path | None, *, small: bool) -> Budget:
    """The full study, or one of less than an hour of one processor; real crops where there are any."""
    crops = () if real is None else (("real crops", f"real-bac:{real},kinds=vascular,spacing_mm=0.045"),)
    if not small:
        return Budget(
            "li-2025",
            "simulated:patients=60,seed=31",
            (("simulated", "simulated:patients=40,seed=91"), *crops),
        )
    return Budget(
        str(SMALL_RECIPE),
        "simulated:patients=12,seed=31,pitch_mm=0.2,field=breast",
        (("simulated", "simulated:patients=16,seed=91,pitch_mm=0.2,field=breast"), *crops),
    )


def run_study(folder: Path, asked: Budget, *, machine: Machine, workers: int = 1) -> Study:
    """Train both, judge both; what is done is not done again."""
    recipe = load_recipe(asked.recipe)
    if recipe.loss.kind != "dice+bce+hausdorff":
        raise UsageError(f"Recipe {asked.recipe} has no Hausdorff loss, so nothing can be left out of it.")
    arms = {
        WITHOUT: replace(recipe, name=f"{recipe.name}-without", loss=replace(recipe.loss, kind="dice+bce")),
        WITH: recipe,
    }
    sources = {held_out: view_source([spec], cutting_card(recipe, None)) for held_out, spec in asked.held_out}
    for held_out, source in sources.items():
        refuse_taught(view_source([asked.data], cutting_card(recipe, None)), source, held_out)
    for name, own in arms.items():
        _train(folder, name, own, asked, machine, workers)
    entries = {name: load_card(folder / name / CARD_FILE) for name in arms}
    compared: list[Compared] = []
    missed: list[Missed] = []
    thin: list[Place] = []
    for held_out, views in sources.items():
        source = KeptViews(views, folder / "views" / held_out.replace(" ", "-"))
        without, with_ = evaluate_models(
            [
                Entry(
                    card,
                    folder / "rows" / held_out.replace(" ", "-") / name,
                    partial(load_model, card, weights_dir=folder / name, device="cpu"),
                )
                for name, card in entries.items()
            ],
            source,
            thresholds=(),
            workers=workers,
            progress=partial(_judged, held_out),
        )
        judged = JudgedSet(held_out, source, without, with_)
        compared += judged.compared()
        missed.append(judged.missed())
        thin += judged.thin
    return Study(
        asked,
        recipe,
        {name: _log(folder / name / "log.csv") for name in arms},
        tuple(compared),
        tuple(missed),
        branches_sheet(thin),
    )


def refuse_taught(data: ViewList, held_out: ViewList, name: str) -> None:
    """A `UsageError` where a patient who teaches or validates is to judge as well."""
    taught, judging = (
        {views.identity(number).patient_id for number in range(len(views))} for views in (data, held_out)
    )
    if taught & judging:
        raise UsageError(
            f"Patient {min(taught & judging)} teaches, and is held out ({name}); give other patients to one."
        )


def _train(folder: Path, name: str, recipe: Recipe, asked: Budget, machine: Machine, workers: int) -> None:
    plan = Plan(
        recipe=recipe,
        source=view_source([asked.data], cutting_card(recipe, None)),
        output_dir=folder / name,
        name=f"li-{name}",
        seed=asked.seed,
        machine=machine,
        workers=workers,
    )
    if (plan.output_dir / CARD_FILE).exists():
        return
    open_output(plan, resume=(plan.output_dir / PLAN_FILE).exists())
    cut = folder / WITHOUT / _PATCHES
    if name != WITHOUT and not (plan.output_dir / _PATCHES).exists():
        # The same patches need not be cut again; half a copy is none.
        half = folder / f"{name}-{_PATCHES}"
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(cut, half)
        half.rename(plan.output_dir / _PATCHES)
    train(plan, Watch(epoch=partial(_told, name), says=partial(print, flush=True)))


def _told(name: str, row: dict[str, Any]) -> None:
    print(f"{name}, epoch {row['epoch']}: loss {row['loss']:.3f}", flush=True)


def _judged(name: str, done: int, total: int) -> None:
    if done % 10 == 0 or done == total:
        print(f"judging {name}: {done} of {total}", flush=True)


def _log(path: Path) -> tuple[dict[str, str], ...]:
    with path.open(newline="", encoding="utf-8") as file:
        return tuple(csv.DictReader(file))
