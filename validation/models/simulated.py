"""Models on fresh simulated exams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared_core.statistics.clusters import Estimate
from shared_core.training.data.simulated import SimulatedViews
from shared_core.training.evaluation.curves import curve, point_at_card
from shared_core.training.evaluation.difference import ScoreDifference, differences, in_words
from shared_core.training.evaluation.model_runs import ModelRows, evaluate_models
from shared_core.training.evaluation.row import ViewRow
from shared_core.training.evaluation.scores import TITLES, scores_of
from validation.judged import Judged
from validation.markdown import shown, shown_limits, table
from validation.models.figure import NamedCurve
from validation.progress import each_fourth

SCORES: Final = {
    "dice_pooled_whole": 3,
    "dice_pooled": 3,
    "dice_pooled_bac": 3,
    "dice_mean": 3,
    "dice_median": 3,
    "recall_mean": 3,
    "precision_mean": 3,
    "vessel_recall": 3,
    "arteries_found": 3,
    "false_parts_mean": 2,
    "false_mm2_median": 1,
    "false_mm2_mean": 1,
    "false_above_0_px": 2,
    "false_above_500_px": 2,
    "false_above_2000_px": 2,
}
"""With their decimals."""
IN_GROUPS: Final = {
    "dice_pooled": ("Dice", 2),
    "vessel_recall": ("length found", 2),
    "false_mm2_median": ("false mm²", 1),
}
_ORDER: Final = ("none", "mild", "moderate", "severe", "hologic", "ge", "fuji")


@dataclass(frozen=True, eq=False)
class Scored:
    """One model with one rule on all views."""

    model: Judged
    rows: tuple[ViewRow, ...]
    scores: dict[str, Estimate]


def measure_simulated(
    models: Sequence[Judged], folder: Path, *, first: int, patients: int, workers: int = 1
) -> tuple[ModelRows, ...]:
    """Simulate each view that the folder lacks once, and run all models on it.

    Parameters
    ----------
    models
        The first one's preparation is that of the views.
    first
        Seed of the patients, which no training has used.
    """
    source = SimulatedViews(seed=first, patients=patients, card=models[0].card)
    return evaluate_models(
        [model.entry(folder) for model in models],
        source,
        workers=workers,
        progress=each_fourth("simulated views"),
    )


def scored(models: Sequence[Judged], measured: Sequence[ModelRows]) -> tuple[Scored, ...]:
    """All scores with intervals over patients."""
    return tuple(
        Scored(model, one.rows, scores_of(one.rows)) for model, one in zip(models, measured, strict=True)
    )


def scores_table(models: Sequence[Scored]) -> list[str]:
    """A line for each score."""
    lines = []
    for name, digits in SCORES.items():
        cells = []
        for model in models:
            estimate = model.scores.get(name)
            cells.append(
                "-"
                if estimate is None
                else f"{shown(estimate.value, digits)} ({shown_limits(estimate.limits, digits)})"
            )
        lines.append([TITLES[name], *cells])
    return table(["", *(model.model.name for model in models)], lines)


def groups_table(models: Sequence[Scored], tag: str) -> list[str]:
    """`IN_GROUPS` for each value of a tag."""
    values = {row.tags[tag] for row in models[0].rows if tag in row.tags}
    ordered = sorted(values, key=lambda value: (_ORDER.index(value) if value in _ORDER else 99, value))
    lines = []
    for value in ordered:
        members = [[row for row in model.rows if row.tags.get(tag) == value] for model in models]
        scores = [scores_of(own) for own in members]
        cells = [
            shown(one[name].value if name in one else None, digits)
            for name, (_, digits) in IN_GROUPS.items()
            for one in scores
        ]
        bac = sum(row.kind == "BAC" for row in members[0])
        lines.append([value, f"{len(members[0])}, {bac} with BAC", *cells])
    head = [f"{words}: {model.model.name}" for words, _ in IN_GROUPS.values() for model in models]
    return table([tag, "views", *head], lines, texts=2)


def compared(first: Scored, second: Scored) -> list[str]:
    """The differences of two models on the same views in words."""
    names = first.model.name, second.model.name
    return [f"- {in_words(one, names)}" for one in difference_of(first, second)]


def difference_of(first: Scored, second: Scored) -> tuple[ScoreDifference, ...]:
    """First less second, paired by patient."""
    return differences(first.rows, second.rows)


def named_curves(models: Sequence[Scored]) -> list[NamedCurve]:
    """For the figure."""
    return [
        NamedCurve(one.model.name, one.model.model, curve(one.rows), point_at_card(one.rows))
        for one in models
    ]
