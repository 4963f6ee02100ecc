"""The sentence for the report: a draft that follows the numbers until a person changes it."""

from __future__ import annotations

from qtpy.QtGui import QGuiApplication
from qtpy.QtWidgets import QLabel, QPlainTextEdit, QWidget

from napari_bac.docks.connections import Connections
from napari_bac.docks.widgets import button, column, row, with_tip
from napari_bac.session.exam_session import ExamSession
from shared_core import hosting as bac


class ReportBox(QWidget):
    """Shows and edits the sentence of a session, which keeps what the person wrote."""

    def __init__(self, session: ExamSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.text = with_tip(
            QPlainTextEdit(), "A draft from the measurements, for you to check and change; never a diagnosis"
        )
        self.text.setAccessibleName("Sentence for the report")
        self.text.setTabChangesFocus(True)
        self.text.setMinimumHeight(4 * self.fontMetrics().height())
        self.state = QLabel()
        self.again = button(
            "Draft a&gain",
            "Discard your changes and write the sentence again from the current numbers",
            self._draft_again,
        )
        self.copy = button(
            "Copy sen&tence",
            "Copy the sentence to the clipboard",
            lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()),
        )
        column(self, row((self.state, 1), self.again, self.copy), (self.text, 1), margin_px=0)
        self.text.textChanged.connect(self._on_typed)
        connections = Connections(self)
        for signal in (session.signals.exam_measured, session.signals.views_changed):
            connections.to(signal, self.refresh)
        connections.to(session.signals.live_changed, self._say_state)
        self.refresh()

    def refresh(self) -> None:
        """Show what the person wrote, else the draft."""
        written = self._session.reports.words
        text = draft(self._session) if written is None else written
        if text != self.text.toPlainText():
            self.text.blockSignals(True)
            self.text.setPlainText(text)
            self.text.blockSignals(False)
        self._say_state()

    def _on_typed(self) -> None:
        self._session.reports.write(self.text.toPlainText())
        self._say_state()

    def _draft_again(self) -> None:
        self._session.reports.write(None)
        self.refresh()

    def _say_state(self, _key: str = "") -> None:
        written = self._session.reports.words is not None
        self.again.setEnabled(written)
        if written:
            self.state.setText("Report sentence, changed by you")
        elif any(not view.measured_is_current for view in self._session.views.values()):
            self.state.setText("Report sentence …")
        else:
            self.state.setText("Report sentence (draft)")


def draft(session: ExamSession) -> str:
    """The sentence of the exam, or of the one view; empty until it is measured."""
    if len(session.views) == 1:
        (view,) = session.views.values()
        if not view.is_measurable:
            return bac.view_sentence(None)
        if view.measured is None:
            return ""
        return bac.view_sentence(view.measured.view, mass=bac.view_mass_words(view.measured.view))
    if not session.views or session.exam is None:
        return ""
    return bac.exam_sentence(session.exam, mass=bac.exam_mass_words(session.exam))
