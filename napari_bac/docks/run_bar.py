"""What is always in sight: run the model, how far it is, Cancel, what was said, and a question that waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from qtpy.QtWidgets import QWidget

from napari_bac.docks.connections import Connections
from napari_bac.docks.question_box import QuestionBox
from napari_bac.docks.run_progress import RunProgress
from napari_bac.docks.widgets import button, column, sentence
from napari_bac.session.exam_session import ExamSession

_MOST_LETTERS: Final = 200


class RunBar(QWidget):
    """Calls `segment` when the person wants the model on all views."""

    def __init__(self, session: ExamSession, segment: Callable[[], None]) -> None:
        super().__init__()
        self._session = session
        self.all_button = button("Segment &all views", "Run the model on every view in the list", segment)
        self.progress = RunProgress(session)
        self.question = QuestionBox()
        self.said = sentence(selectable=True)
        """napari's own notices go by, and are cut off where the canvas is narrow."""
        self.said.setAccessibleName("What was said last")
        self.said.hide()
        column(self, self.question, self.said, self.progress, self.all_button)
        connections = Connections(self)
        connections.to(session.signals.said, self._say)
        connections.to(session.signals.views_changed, lambda: self.said.hide())
        connections.to(session.signals.run_changed, self._on_run)

    def _say(self, words: str) -> None:
        self.said.setText(words if len(words) <= _MOST_LETTERS else f"{words[: _MOST_LETTERS - 1]}…")
        self.said.setToolTip(words)
        self.said.show()

    def _on_run(self) -> None:
        if self._session.is_running:
            self.said.hide()
