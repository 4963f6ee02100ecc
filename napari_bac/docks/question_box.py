"""Questions in the dock itself, answered or left alone; the window goes on."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Literal

from qtpy.QtWidgets import QFrame

from napari_bac.docks.widgets import button, column, row, sentence

Topic = Literal["restore", "exams", "threshold"]
"""What a question is about: of each topic one waits at most."""
Answer = tuple[str, Callable[[], None]]
"""What stands on a button, and what it does."""


@dataclass(frozen=True)
class Question:
    """What is asked, about which views, and the two answers."""

    words: str
    about: tuple[str, ...]
    """Keys of views: without one of them the question is void."""
    yes: Answer
    no: Answer


class QuestionBox(QFrame):
    """Shows the latest question, then the one before it; hidden while there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.words = sentence()
        self._waiting: dict[Topic, Question] = {}
        self.yes_button = button("", do=lambda: self._answer(yes=True))
        self.no_button = button("", do=lambda: self._answer(yes=False))
        column(self, self.words, row(self.yes_button, self.no_button))
        self.hide()

    def ask(self, topic: Topic, question: Question) -> None:
        """Put a question, in place of one of the same topic; others wait behind it."""
        self._waiting.pop(topic, None)
        self._waiting[topic] = question
        self._show()

    def withdraw(self, topic: Topic) -> None:
        """Ask this no more."""
        self._waiting.pop(topic, None)
        self._show()

    def keep_those_about(self, views: Container[str]) -> None:
        """Ask no more about views that are gone: no question stands over another patient's image."""
        for topic, question in list(self._waiting.items()):
            if not all(key in views for key in question.about):
                del self._waiting[topic]
        self._show()

    def _show(self) -> None:
        question = next(reversed(self._waiting.values()), None)
        self.setVisible(question is not None)
        if question is not None:
            self.words.setText(question.words)
            self.yes_button.setText(question.yes[0])
            self.no_button.setText(question.no[0])

    def _answer(self, *, yes: bool) -> None:
        _topic, question = self._waiting.popitem()
        self._show()
        (question.yes if yes else question.no)[1]()
