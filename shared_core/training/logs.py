"""What a training run writes down as it goes: a CSV table."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shared_core.exporting.atomic_write import write_bytes

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


def history_csv(history: History, columns: Sequence[str] = COLUMNS) -> bytes:
    """One row an epoch."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in history:
        writer.writerow({name: _short(row.get(name, "")) for name in columns})
    return stream.getvalue().encode()


def write_history(folder: Path, history: History, columns: Sequence[str] = COLUMNS) -> None:
    """Write ``log.csv`` whole, as a resumed run may have to replace rows."""
    write_bytes(folder / "log.csv", history_csv(history, columns))


def _short(value: Any) -> Any:
    return f"{value:.6g}" if isinstance(value, float) else value
