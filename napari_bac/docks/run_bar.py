"""What is always in sight: run the model, how far it is, Cancel, and a question that waits."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtWidgets import QWidget

from napari_bac.docks.question_box import QuestionBox
from napari_bac.docks.run_progress import RunProgress
from napari_bac.docks.widgets import button, column
from napari_bac.session.exam_session import ExamSession


class RunBar(QWidget):
    """Calls `segment` when the person wants the model on all views."""

    def __init__(self, session: ExamSession, segment: Callable[[], None]) -> None:
        super().__init__()
        self.all_button = button("Segment &all views", "Run the model on every view in the list", segment)
        self.progress = RunProgress(session)
        self.question = QuestionBox()
        column(self, self.question, self.progress, self.all_button)
