"""Progress of a batch: bar on the left, Cancel on the right, there only while it runs."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtWidgets import QProgressBar, QWidget

from napari_bac.docks.widgets import button, column, row, sentence
from napari_bac.session.batch_run import BatchRun
from napari_bac.session.time_words import time_words

_STEPS = 1000


class ProgressRow(QWidget):
    """Shows a run, and calls `cancel` when the person wants it to end."""

    def __init__(self, cancel: Callable[[], None]) -> None:
        super().__init__()
        self.words = sentence()
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Progress of the analysis")
        self.cancel_button = button(
            "&Cancel", "Stop after the current tiles; finished exams are kept", lambda: cancel()
        )
        column(self, self.words, row((self.bar, 1), self.cancel_button), margin_px=0)
        self.hide()

    def show_run(self, run: BatchRun | None) -> None:
        """Show how far it is; nothing where nothing runs."""
        running = run is not None and run.state == "running"
        self.setVisible(running)
        if run is None or not running:
            return
        # Without a known end the bar moves to and fro.
        self.bar.setRange(0, _STEPS if run.images else 0)
        self.bar.setValue(int(_STEPS * run.share))
        left = run.seconds_left
        said = [run.words]
        said += [f"{run.images_done} done"] if run.images else []
        said += [f"about {time_words(left)} left"] if left is not None else []
        self.words.setText(", ".join(said))
