"""Every held-out view by the model of its fold and by the published one, at matched recall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import UsageError
from shared_core.statistics.clusters import EstimateDifference, clustered_ratio_difference
from shared_core.training.evaluation.model_runs import evaluate_models
from shared_core.training.evaluation.probability_calibration import choose_threshold
from shared_core.training.evaluation.row import SWEEP, ViewRow
from shared_core.training.evaluation.source_subset import SourceSubset
from shared_core.training.example import ViewSource
from shared_core.weights.candidate_rule import CandidateRule
from validation.judged import Judged, with_both_rules
from validation.leave_one_out.folds import Fold
from validation.progress import each_fourth

THRESHOLDS: Final = (0.002, 0.005, 0.01, *SWEEP, 0.995, 0.998, 0.999, 0.9995, 0.9999)
"""From where the published model finds most to where a model that is too sure finds little."""
RECALLS: Final = (0.4, 0.5, 0.6, 0.7, 0.85)
DECISIVE: Final = 0.5
RULE: Final = CandidateRule(
    least_length_mm=6.0, gap_mm=5.0, least_elongation=4.0, least_border_distance_mm=1.0
)
"""Where no other is named: an artery is long, thin and goes on, and does not run along the border."""


@dataclass(frozen=True, eq=False)
class JudgedRows:
    """A model, or the models of all folds as one, on all held-out views."""

    name: str
    model: str
    rows: tuple[ViewRow, ...]


@dataclass(frozen=True, eq=False)
class Matched:
    """What is falsely marked where so much is found."""

    threshold: float
    patients: tuple[str, ...]
    """Whose view each is."""
    false_px: NDArray[np.float64]
    """(views without BAC,)."""

    @property
    def mean_px(self) -> float:
        """Of the views."""
        return float(self.false_px.mean())

    @property
    def median_px(self) -> float:
        """Of the views."""
        return float(np.median(self.false_px))


def judge_fold(
    source: ViewSource,
    fold: Fold,
    models: Sequence[Judged],
    rule: CandidateRule,
    folder: Path,
    *,
    workers: int = 1,
) -> list[JudgedRows]:
    """Run models, with and without a rule, on the views of a fold's patients.

    Parameters
    ----------
    source
        Real views as they are and with BAC put in, of all folds.
    models
        That of the fold first.
    folder
        Keeps what is done.
    """
    numbers = tuple(
        number for number in range(len(source)) if source.identity(number).patient_id in fold.patients
    )
    ruled = with_both_rules(models, rule)
    measured = evaluate_models(
        [model.entry(folder) for model in ruled],
        SourceSubset(source, numbers, f"fold {fold.number}"),
        thresholds=THRESHOLDS,
        workers=workers,
        progress=each_fourth(f"fold {fold.number}, views"),
    )
    return [JudgedRows(model.name, model.model, one.rows) for model, one in zip(ruled, measured, strict=True)]


def joined(folds: Sequence[Sequence[JudgedRows]]) -> list[JudgedRows]:
    """The folds as one, model by model."""
    return [
        JudgedRows(parts[0].name, parts[0].model, tuple(row for part in parts for row in part.rows))
        for parts in zip(*folds, strict=True)
    ]


def matched(rows: Sequence[ViewRow], recall: float) -> Matched | None:
    """False area of each view without BAC at the threshold where BAC is found to a share.

    The threshold is one for all views, and lies between those of the rows: areas are interpolated over the
    logit, view by view, as `choose_threshold` does for all. None where no threshold finds so much, or the
    highest one still finds more.
    """
    try:
        chosen = choose_threshold(rows, "recall", recall=recall)
    except UsageError:
        return None
    without = [row for row in rows if row.kind == "none"]
    if not without or chosen.recall > recall + 0.01:
        return None
    logits = [_logit(point.threshold) for point in without[0].sweep]
    at = _logit(chosen.threshold)
    false = [float(np.interp(at, logits, [point.marked_px for point in row.sweep])) for row in without]
    owners = tuple(row.identity.patient_id for row in without)
    return Matched(chosen.threshold, owners, np.array(false))


def difference(first: Matched, second: Matched) -> EstimateDifference:
    """Of the mean false areas on the same views; whole patients are drawn, at fixed thresholds."""
    ones = np.ones(len(first.patients))
    return clustered_ratio_difference((first.false_px, ones), (second.false_px, ones), first.patients)


def _logit(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))
