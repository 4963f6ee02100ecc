"""The rounds as tables: a row a round, and a row for each patch that was taken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared_core.exporting.atomic_write import write_bytes
from shared_core.training.pseudo_labels.round_files import RoundResult, Selection
from shared_core.training.short_table import short_table

ROUNDS_FILE, TAKEN_FILE = "rounds.csv", "taken.csv"
_ROUND: Final = (
    *("round", "pool_patches", "eligible", "taken", "entropy_lowest_bits", "entropy_highest_bits"),
    *("teaching_patches", "pseudo_labels", "pseudo_validating", "epochs", "best_epoch"),
    *("validation_jaccard", "validation_dice", "validation_recall", "validation_precision", "chosen"),
)
_TAKEN: Final = (*("round", "patient", "view", "row_px", "column_px", "entropy_bits", "marked_area"),)
Cells = dict[str, object]


@dataclass(frozen=True)
class Round:
    """The base training or a round, done."""

    number: int
    """0: the base."""
    result: RoundResult | None
    """None where nothing was taken, and so nothing was learnt."""
    selection: Selection | None = None
    """None of the base."""

    @property
    def jaccard(self) -> float:
        """On the patches of annotated patients; below 0 where nothing was learnt."""
        return -1.0 if self.result is None else self.result.annotated["jaccard"]


def best_round(rounds: Sequence[Round]) -> Round:
    """The round of the highest validation Jaccard; of equal ones the first."""
    return max(rounds, key=lambda one: (one.jaccard, -one.number))


def write_logs(folder: Path, rounds: Sequence[Round]) -> None:
    """Write both tables whole."""
    best = best_round(rounds).number
    write_bytes(folder / ROUNDS_FILE, short_table(_ROUND, (_round_cells(one, best) for one in rounds)))
    taken = (cells for one in rounds for cells in _taken_cells(one))
    write_bytes(folder / TAKEN_FILE, short_table(_TAKEN, taken))


def in_words(one: Round) -> str:
    """One line for the person who waits."""
    said = "the rounds end here" if one.result is None else f"validation Jaccard {one.jaccard:.3f}"
    if one.selection is None:
        return f"base: {said}"
    chosen = one.selection
    return (
        f"round {one.number}: {chosen.eligible} of {chosen.pool} pool patches pass, "
        f"{len(chosen.taken)} taken; {said}"
    )


def _round_cells(one: Round, best: int) -> Cells:
    cells: Cells = {"round": one.number, "chosen": "yes" if one.number == best else "no"}
    result, selection = one.result, one.selection
    if result is not None:
        cells |= {
            "teaching_patches": result.teaching_patches,
            "pseudo_labels": result.pseudo_labels,
            "pseudo_validating": result.pseudo_validating,
            "epochs": result.epochs,
            "best_epoch": result.epoch,
            **{f"validation_{name}": value for name, value in result.annotated.items()},
        }
    if selection is not None:
        entropies = [patch.entropy_bits for patch in selection.taken]
        cells |= {
            "pool_patches": selection.pool,
            "eligible": selection.eligible,
            "taken": len(entropies),
            "entropy_lowest_bits": min(entropies, default=None),
            "entropy_highest_bits": max(entropies, default=None),
        }
    return cells


def _taken_cells(one: Round) -> Iterable[Cells]:
    if one.selection is None:
        return
    for patch in one.selection.taken:
        yield {
            "round": one.number,
            "patient": patch.patient_id,
            "view": patch.view_id,
            "row_px": patch.row_px,
            "column_px": patch.column_px,
            "entropy_bits": patch.entropy_bits,
            "marked_area": patch.area,
        }
