"""Pseudo-labels after Ibrahim 2025: what the rounds gain over the base on held-out patients, and why."""

from __future__ import annotations

import csv
import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from shared_core.errors import UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.inference.model import load_model
from shared_core.statistics.bootstrap import BootstrapDifference, paired_bootstrap
from shared_core.statistics.catalogue import LEAST_FOR_INTERVAL
from shared_core.training.computing_device import Machine
from shared_core.training.data.patches import load_patches
from shared_core.training.data_specs import pool_source, view_source
from shared_core.training.evaluation.model_runs import Entry, ModelRows, evaluate_models
from shared_core.training.fit import fit
from shared_core.training.plan import PLAN_FILE, Plan, Watch, open_output
from shared_core.training.pseudo_labels.contact_sheet import SHEET_FILE
from shared_core.training.pseudo_labels.round_files import ROUNDS, WEIGHTS_FILE
from shared_core.training.pseudo_labels.rounds_log import ROUNDS_FILE
from shared_core.training.pseudo_labels.run import train_with_pool
from shared_core.training.pseudo_labels.teaching import BASE, round_recipe
from shared_core.training.recipe import load_recipe
from shared_core.training.starting_model import cutting_card
from shared_core.training.training_run import TRAIN, VALIDATION
from shared_core.weights.card import ModelCard
from shared_core.weights.card_json import CARD_FILE
from shared_core.weights.registry import load_card
from shared_core.weights.safetensors import read_safetensors, safetensors_bytes
from validation.methods.pseudo_truth import HiddenLabels, PseudoTruth, pseudo_truths

SMALL_RECIPE: Final = Path(__file__).with_name("ibrahim_small.toml")
_PICTURE_PX: Final = 1400
"""Longer side of the picture on the page."""
MODEL, CONTROL = Path("model"), Path("control")


@dataclass(frozen=True)
class Budget:
    """What is trained on, drawn from and judged on."""

    recipe: str
    data: str
    real_pool: str
    simulated_pool: str
    held_out: tuple[tuple[str, str], ...]
    """(name, data) of what the models are judged on."""
    seed: int = 1


def budget(real_bac: Path, *, small: bool) -> Budget:
    """The full study, or one of some fifteen minutes of one processor."""
    pool = f"real-bac:{real_bac},kinds=cesm,spacing_mm=0.1"
    real = f"real-bac:{real_bac},kinds=vascular,spacing_mm=0.045"
    if not small:
        return Budget(
            "ibrahim-2025",
            "simulated:patients=60,seed=31",
            pool,
            "simulated:patients=60,seed=61",
            (("real", real), ("simulated", "simulated:patients=40,seed=91")),
        )
    return Budget(
        str(SMALL_RECIPE),
        "simulated:patients=6,seed=31,pitch_mm=0.14,field=breast",
        f"{pool},fold=0",
        "simulated:patients=4,seed=61,pitch_mm=0.14,field=breast",
        (("real", real),),
    )


@dataclass(frozen=True)
class Gain:
    """One model against the base, on one set."""

    model: str
    held_out: str
    patients: int
    base_jaccard: float
    jaccard: float
    difference: BootstrapDifference | None
    """None where there are fewer than `LEAST_FOR_INTERVAL` patients."""
    base_false_px: float | None
    false_px: float | None
    """Marked on a view without BAC, mean; None where there is none."""


@dataclass(frozen=True, eq=False)
class Study:
    """All that the page says."""

    budget: Budget
    rounds: tuple[dict[str, str], ...]
    """Rows of ``rounds.csv``."""
    truths: tuple[dict[str, PseudoTruth], ...]
    """Of each round, by ``real`` and ``simulated``."""
    gains: tuple[Gain, ...]
    taken: bytes | None = None
    """A JPEG of the patches that the last round took; None where none took any."""


def run_study(folder: Path, asked: Budget, *, machine: Machine, workers: int = 1) -> Study:
    """Train, judge and look behind the pseudo-labels; what is done is not done again."""
    recipe = load_recipe(asked.recipe)
    card = cutting_card(recipe, None)
    problems: list[str] = []
    plan = Plan(
        recipe=recipe,
        source=view_source([asked.data], card),
        pool=pool_source([asked.real_pool, asked.simulated_pool], card, problems=problems),
        problems=tuple(problems),
        output_dir=folder / MODEL,
        name="ibrahim",
        seed=asked.seed,
        machine=machine,
        workers=workers,
    )
    if not (plan.output_dir / CARD_FILE).exists():
        open_output(plan, resume=(plan.output_dir / PLAN_FILE).exists())
        train_with_pool(plan, Watch(says=partial(print, flush=True)))
    rounds = _rows(plan.output_dir / ROUNDS_FILE)
    learnt = [row for row in rounds if row["validation_jaccard"]]
    base = load_card(plan.output_dir / BASE / CARD_FILE)
    models = {"base": (base, plan.output_dir / BASE)}
    chosen = next(row["round"] for row in rounds if row["chosen"] == "yes")
    for number in dict.fromkeys((chosen, learnt[-1]["round"])):
        if number != "0":
            own = plan.output_dir / ROUNDS / f"{int(number):02d}"
            models[f"round {number}"] = (_card_of_round(own, number, base), own)
    models["control"] = _control(plan, learnt, base, folder / CONTROL)
    gains = []
    for held_out, spec in asked.held_out:
        source = view_source([spec], card)
        entries = [
            Entry(
                one,
                folder / "rows" / held_out / name.replace(" ", "-"),
                partial(load_model, one, weights_dir=own, device="cpu"),
            )
            for name, (one, own) in models.items()
        ]
        judged = evaluate_models(entries, source, workers=workers)
        names = list(models)
        gains += [
            gain(name, held_out, judged[0], one) for name, one in zip(names[1:], judged[1:], strict=True)
        ]
    known = HiddenLabels()
    sources = [view_source([spec], card) for spec in (asked.real_pool, asked.simulated_pool)]
    truths = tuple(
        pseudo_truths(plan, int(row["round"]), sources, known) for row in learnt if row["round"] != "0"
    )
    return Study(asked, rounds, truths, tuple(gains), _taken(plan, learnt))


def _taken(plan: Plan, learnt: Sequence[dict[str, str]]) -> bytes | None:
    path = plan.output_dir / ROUNDS / f"{int(learnt[-1]['round']):02d}" / SHEET_FILE
    found = cv2.imread(str(path)) if path.exists() else None
    if found is None:
        return None
    scale = min(1.0, _PICTURE_PX / max(found.shape[:2]))
    small = cv2.resize(found, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()


def gain(model: str, held_out: str, base: ModelRows, other: ModelRows) -> Gain:
    """The mean Jaccard of patients with BAC, and its difference from the base by the paired bootstrap."""
    first, second = _jaccard_by_patient(base), _jaccard_by_patient(other)
    patients = sorted(first.keys() & second.keys())
    if not patients:
        raise UsageError(f"No held-out patient of {held_out} has BAC; judge on others.")
    ours, theirs = (np.array([own[name] for name in patients]) for own in (second, first))
    return Gain(
        model,
        held_out,
        len(patients),
        float(theirs.mean()),
        float(ours.mean()),
        paired_bootstrap(ours, theirs) if len(patients) >= LEAST_FOR_INTERVAL else None,
        _false_px(base),
        _false_px(other),
    )


def _jaccard_by_patient(model: ModelRows) -> dict[str, float]:
    """Mean over the views of each patient whose labels show BAC."""
    of: dict[str, list[float]] = defaultdict(list)
    for row in model.rows:
        if row.kind == "BAC":
            of[row.identity.patient_id].append(row.at_card.overlap.jaccard)
    return {patient: float(np.mean(values)) for patient, values in of.items()}


def _false_px(model: ModelRows) -> float | None:
    marked = [row.at_card.marked_px for row in model.rows if row.kind == "none"]
    return float(np.mean(marked)) if marked else None


def _control(
    plan: Plan, learnt: Sequence[dict[str, str]], base: ModelCard, folder: Path
) -> tuple[ModelCard, Path]:
    """The base trained on as long as the rounds, without what they took from the pool."""
    epochs = sum(int(row["epochs"]) for row in learnt if row["round"] != "0")
    if not (folder / WEIGHTS_FILE).exists():
        recipe = round_recipe(plan.recipe)
        recipe = replace(recipe, epochs=max(epochs, 1), validation=replace(recipe.validation, patience=0))
        fitted = fit(
            recipe,
            load_patches(plan.output_dir / TRAIN),
            load_patches(plan.output_dir / VALIDATION),
            output_dir=folder,
            seed=plan.seed + 1,
            machine=plan.machine,
            start=read_safetensors(plan.output_dir / BASE / base.weights_file),
        )
        write_bytes(folder / WEIGHTS_FILE, safetensors_bytes(fitted.arrays))
    return _card_of_round(folder, "control", base), folder


def _card_of_round(folder: Path, number: str, base: ModelCard) -> ModelCard:
    """The weights of a round as a model that decides as the base does."""
    path = folder / WEIGHTS_FILE
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return replace(
        base,
        name=number if number == "control" else f"round-{number}",
        weights_file=WEIGHTS_FILE,
        sha256=sha256,
        size_bytes=path.stat().st_size,
        graph=None,
    )


def _rows(path: Path) -> tuple[dict[str, str], ...]:
    with path.open(newline="", encoding="utf-8") as file:
        return tuple(csv.DictReader(file))
