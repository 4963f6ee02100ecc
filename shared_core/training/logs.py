"""What a training run writes down as it goes: a CSV table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shared_core.exporting.atomic_write import write_bytes
from shared_core.training.short_table import short_table

History = Sequence[dict[str, Any]]

COLUMNS = (
    "epoch",
    "step",
    "learning_rate",
    "loss",
    "score",
    "threshold",
    "dice",
    "recall",
    "precision",
    "false_share",
    "best_dice",
    "mined",
    "skipped_steps",
    "hausdorff_weight",
)
"""No times: the same run writes the same bytes."""


def write_history(folder: Path, history: History, columns: Sequence[str] = COLUMNS) -> None:
    """Write ``log.csv`` whole, as a resumed run may have to replace rows."""
    write_bytes(folder / "log.csv", short_table(columns, history))
