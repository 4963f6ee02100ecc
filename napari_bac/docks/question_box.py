"""A question in the dock itself, answered or left alone; the window goes on."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtWidgets import QFrame

from napari_bac.docks.widgets import button, column, row, sentence


class QuestionBox(QFrame):
    """One question at a time; hidden while there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.words = sentence()
        self._yes: Callable[[], None] = lambda: None
        self._no: Callable[[], None] = lambda: None
        self.yes_button = button("", do=lambda: self._answer(self._yes))
        self.no_button = button("", do=lambda: self._answer(self._no))
        column(self, self.words, row(self.yes_button, self.no_button))
        self.hide()

    def ask(
        self,
        question: str,
        yes: tuple[str, Callable[[], None]],
        no: tuple[str, Callable[[], None]] = ("Not now", lambda: None),
    ) -> None:
        """Put a question, in place of one that waits; each answer with what it does."""
        self.words.setText(question)
        self.yes_button.setText(yes[0])
        self.no_button.setText(no[0])
        self._yes, self._no = yes[1], no[1]
        self.show()

    def _answer(self, do: Callable[[], None]) -> None:
        self.hide()
        do()
