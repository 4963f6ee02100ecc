"""One model, or two on the same views, with all scores, curves and differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from shared_core.errors import UsageError
from shared_core.training.evaluation.curves import CurvePoint, curve, point_at_card
from shared_core.training.evaluation.difference import ScoreDifference, differences
from shared_core.training.evaluation.guo_scores import (
    GuoDifference,
    GuoScores,
    guo_differences,
    guo_scores,
)
from shared_core.training.evaluation.model_runs import ModelRows
from shared_core.training.evaluation.probability_calibration import (
    CERTAIN_NO,
    ReliabilityBin,
    calibration_error,
    fit_temperature,
    pooled_counts,
    reliability,
)
from shared_core.training.evaluation.scores import GroupScores, breakdown


@dataclass(frozen=True)
class CalibrationScores:
    """How far the probabilities are from what is true."""

    error: float
    """Expected calibration error of all pixels."""
    error_above: float
    """Of those that are not certainly no BAC."""
    temperature: float
    """That would fit these views best; NaN where none can be fitted."""
    error_above_fitted: float
    bins: tuple[ReliabilityBin, ...]


@dataclass(frozen=True, eq=False)
class ModelScores:
    """One model, scored."""

    rows: ModelRows
    groups: tuple[GroupScores, ...]
    """All views first."""
    curve: tuple[CurvePoint, ...]
    at_card: CurvePoint
    calibration: CalibrationScores
    guo: tuple[GuoScores, ...]

    @property
    def name(self) -> str:
        """Of the model."""
        return self.rows.card.name


@dataclass(frozen=True, eq=False)
class Evaluation:
    """One model, or two on the same views."""

    models: tuple[ModelScores, ...]
    differences: tuple[ScoreDifference, ...] = ()
    guo_differences: tuple[GuoDifference, ...] = ()
    """First model less the second."""
    seen: tuple[str, ...] = ()
    """A sentence for each model that has seen some of these views before."""
    pictures: tuple[tuple[str, str], ...] = field(default=())
    """(file, what it shows)."""


def evaluate_rows(models: Sequence[ModelRows], *, seed: int = 0) -> Evaluation:
    """All scores of one model, or of two and their difference.

    A `UsageError` where no view has been scored, two models carry one name, or the views of both differ.
    """
    if len({rows.card.name for rows in models}) < len(models):
        raise UsageError("Two models of one name cannot be told apart; give one of the cards another name.")
    scored = tuple(_scored(rows, seed) for rows in models)
    compared: tuple[ScoreDifference, ...] = ()
    guo: tuple[GuoDifference, ...] = ()
    if len(scored) == 2:
        compared = differences(models[0].rows, models[1].rows, seed=seed)
        guo = guo_differences(models[1].rows, {scored[0].name: models[0].rows}, seed=seed)
    return Evaluation(scored, compared, guo)


def _scored(rows: ModelRows, seed: int) -> ModelScores:
    if not any(row.kind != "open" for row in rows.rows):
        why = f": {rows.failures[0].error}" if rows.failures else "."
        raise UsageError(f"No view could be scored with {rows.card.name}{why}")
    return ModelScores(
        rows=rows,
        groups=breakdown(rows.rows, seed=seed),
        curve=curve(rows.rows),
        at_card=point_at_card(rows.rows),
        calibration=_calibration(rows),
        guo=guo_scores(rows.rows),
    )


def _calibration(rows: ModelRows) -> CalibrationScores:
    counts = pooled_counts(rows.rows)
    both = counts.bac.any() and counts.other.any()
    temperature = fit_temperature(counts) if both and rows.card.output == "logits" else float("nan")
    fitted = float("nan")
    if both:
        fitted = calibration_error(counts, temperature=temperature, above=CERTAIN_NO)
    return CalibrationScores(
        error=calibration_error(counts),
        error_above=calibration_error(counts, above=CERTAIN_NO),
        temperature=temperature,
        error_above_fitted=fitted,
        bins=reliability(counts),
    )
