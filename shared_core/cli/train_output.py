"""What ``bac train`` shows while it works."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import TextColumn

from shared_core.cli.screen import progress_bar

if TYPE_CHECKING:
    from shared_core.training.epochs import TrainingProgress as Step

LINE_SECONDS = 60.0
"""Without a terminal, one line so often."""


class TrainingConsole:
    """A bar of views or steps with the time left, a line an epoch; plain lines without a terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = progress_bar(console, TextColumn("{task.fields[note]}"))
        self._task = self._bar.add_task("", total=None, visible=False, note="")
        self._last_line = time.monotonic()

    def __enter__(self) -> TrainingConsole:
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def patches(self, what: str, done: int, total: int) -> None:
        """A view was cut into patches."""
        self._show(f"views for {what}", done, total, "")

    def pool(self, number: int, done: int, total: int) -> None:
        """Patches of a pool were ranked for a round."""
        self._show(f"pool patches for round {number}", done, total, "")

    def step(self, now: Step) -> None:
        """One step of training is done."""
        parts = [] if now.loss is None else [f"loss {now.loss:.3f}"]
        if now.seconds_left is not None:
            parts.append(f"{duration(now.seconds_left)} left")
        self._show(f"epoch {now.epoch} of {now.epochs}", now.step, now.steps, ", ".join(parts))

    def epoch(self, row: dict[str, Any]) -> None:
        """One epoch is done."""
        line = f"epoch {row['epoch']}: loss {row['loss']:.3f}"
        if "auc" in row:
            line += f", validation AUC {row['auc']:.3f}, AUC-PR {row['auc_pr']:.3f}"
        if "score" in row:
            line += (
                f", validation score {row['score']:.3f}, Dice {row['dice']:.3f}, recall {row['recall']:.3f}, "
                f"precision {row['precision']:.3f}"
            )
        self.say(line)

    def say(self, sentence: str) -> None:
        """A sentence for the person."""
        self._console.print(sentence, markup=False, soft_wrap=True)

    def _show(self, what: str, done: int, total: int, note: str) -> None:
        self._bar.update(self._task, description=what, completed=done, total=total, note=note, visible=True)
        now = time.monotonic()
        if not self._console.is_terminal and now - self._last_line >= LINE_SECONDS:
            self._last_line = now
            self.say(f"{what}: {done}/{total}{f', {note}' if note else ''}")


def duration(seconds: float) -> str:
    """Hours and minutes, or minutes, or seconds."""
    if seconds >= 3600:
        return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60)} min"
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
