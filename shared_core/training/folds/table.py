"""``folds.csv``: what each model scored on the patients that it had not seen, and all together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shared_core.training.evaluation.row import ViewRow
from shared_core.training.evaluation.scores import SCORES, RatioScore
from shared_core.training.short_table import short_table

FOLDS_FILE: Final = "folds.csv"
_SCORES: Final = (
    *("dice_pooled", "dice_mean", "jaccard_mean", "recall_mean", "precision_mean", "vessel_recall"),
    *("false_parts_mean", "false_px_mean"),
)
COLUMNS: Final = ("fold", "patients", "views", "views_with_bac", "threshold", *_SCORES)


def folds_csv(folds: Sequence[tuple[float, Sequence[ViewRow]]]) -> bytes:
    """A row a fold, from its threshold and its held-out views, and a row of all views."""
    lines: list[dict[str, object]] = [
        {"fold": number, "threshold": threshold, **_cells(rows)}
        for number, (threshold, rows) in enumerate(folds, 1)
    ]
    lines.append({"fold": "all", **_cells([row for _, rows in folds for row in rows])})
    return short_table(COLUMNS, lines)


def mean_score(rows: Sequence[ViewRow], name: str) -> float | None:
    """A score of views; None where no view has a say in it."""
    score = SCORES[name]
    assert isinstance(score, RatioScore)
    sums = [score.sums(row) for row in rows]
    below = sum(one for _, one in sums)
    return sum(one for one, _ in sums) / below if below else None


def _cells(rows: Sequence[ViewRow]) -> dict[str, object]:
    found = {name: mean_score(rows, name) for name in _SCORES}
    return {
        "patients": len({row.identity.patient_id for row in rows}),
        "views": len(rows),
        "views_with_bac": sum(row.kind == "BAC" for row in rows),
        **found,
    }
