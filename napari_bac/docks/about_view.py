"""What a person states of a view: facts that its file lacks, and labels that another plugin made."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from qtpy.QtWidgets import QWidget

from napari_bac.docks.facts_dialog import FactsDialog
from napari_bac.docks.widgets import button, row
from napari_bac.remedies import error_words
from napari_bac.session.exam_session import ExamSession
from napari_bac.session.foreign_labels import use_labels
from napari_bac.session.stated_view import state_facts
from shared_core import hosting as bac


class AboutView(QWidget):
    """Two buttons; `targets` are the keys of the views that the person means."""

    def __init__(self, session: ExamSession, targets: Callable[[], list[str]]) -> None:
        super().__init__()
        self._session, self._targets = session, targets
        self.facts_button = button(
            "Fac&ts…",
            "State side, view, pixel spacing, patient or date of the selected view",
            self.ask_for_facts,
        )
        self.labels_button = button(
            "&Use selected labels",
            "Take the labels layer that is selected in the layer list for the view selected above",
            self.use_selected_labels,
        )
        self.setLayout(row(self.facts_button, self.labels_button))
        self.layout().setContentsMargins(0, 0, 0, 0)

    def ask_for_facts(self) -> None:
        """Ask what the person knows of the view that is selected, or of the only one."""
        key = self._one()
        if key is not None:
            dialog = FactsDialog(key, self._session.views[key].opened.prepared.header, self)
            dialog.stated.connect(partial(self._state_facts, key))
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()

    def use_selected_labels(self) -> None:
        """Take the labels layer that is selected for the view that is selected, or the only one."""
        key = self._one()
        if key is not None:
            try:
                use_labels(self._session, self._session.viewer.layers.selection.active, key)
            except bac.OpenBacError as error:
                self._session.say(str(error))

    def _one(self) -> str | None:
        keys = self._targets()
        if len(keys) == 1:
            return keys[0]
        self._session.say("Select one view in the list first.")
        return None

    def _state_facts(self, key: str, facts: bac.StatedFacts) -> None:
        try:
            self._session.select(state_facts(self._session, key, facts))
        except bac.OpenBacError as error:
            self._session.say(error_words(error))
