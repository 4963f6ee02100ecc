"""What runs, how far it is and how it ended: bar on the left, Cancel on the right while it runs."""

from __future__ import annotations

from qtpy.QtWidgets import QProgressBar, QWidget

from napari_bac.docks.widgets import button, column, row, sentence
from napari_bac.session.exam_session import ExamSession
from napari_bac.session.segmentation_run import SegmentationRun
from napari_bac.session.time_words import time_words

_STEPS = 1000
_CANCEL_RUN = "Stop after the current tile; views already segmented keep their results"
_CANCEL_EXPORT = "Stop after the current view; nothing is saved"


class RunProgress(QWidget):
    """Shows a session's segmentation, its export, or the files that it opens, and cancels the first two."""

    def __init__(self, session: ExamSession) -> None:
        super().__init__()
        self._session = session
        self.bar = QProgressBar()
        self.bar.setRange(0, _STEPS)
        self.bar.setAccessibleName("Progress")
        self.cancel_button = button("&Cancel", _CANCEL_RUN, lambda: self._cancel())
        self.words = sentence()
        self.words.setAccessibleName("What ran")
        self.row = QWidget()
        self.row.setLayout(row((self.bar, 1), self.cancel_button))
        self.row.layout().setContentsMargins(0, 0, 0, 0)
        column(self, self.row, self.words, margin_px=0)

    def show_session(self) -> None:
        """Show how far it is."""
        session = self._session
        run, opening, exporting = session.run, session.opener, session.exporter
        self.row.setVisible(session.is_running or opening.is_open or exporting.busy)
        self.cancel_button.setVisible(session.is_running or exporting.busy)
        self.cancel_button.setToolTip(_CANCEL_RUN if session.is_running else _CANCEL_EXPORT)
        if session.is_running and run is not None:
            self.bar.setRange(0, _STEPS)
            self.bar.setValue(round(_STEPS * run.share))
            self.bar.setFormat(running_words(run))
            self.words.setText(run.words)
        elif exporting.busy:
            self.bar.setRange(0, exporting.total)
            self.bar.setValue(exporting.done)
            self.bar.setFormat("%p %")
            self.words.setText("Exporting")
        elif opening.is_open:
            # Without a known end the bar moves to and fro.
            self.bar.setRange(0, opening.total)
            self.bar.setValue(opening.done)
            self.bar.setFormat(f"%v of {opening.total} files")
            self.words.setText("Opening")
        else:
            self.words.setText(run.words if run is not None else "")
        self.words.setVisible(bool(self.words.text()))

    def _cancel(self) -> None:
        if self._session.is_running:
            self._session.cancel()
        else:
            self._session.exporter.cancel()


def running_words(run: SegmentationRun) -> str:
    """The view, its tiles and the time that is left."""
    if not run.key:
        return "…"
    words = run.key + (f": tile {run.done} of {run.total}" if run.total else "")
    left = run.seconds_left
    return words + (f", {time_words(left)} left" if left is not None else "")
