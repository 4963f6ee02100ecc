"""Asks what a person knows of a view and its file does not say."""

from __future__ import annotations

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QDialog, QWidget

from napari_bac.docks.option_form import OptionForm
from napari_bac.docks.widgets import button, column, row, sentence
from shared_core import hosting as bac


class FactsDialog(QDialog):
    """Ask, without stopping the window."""

    stated = Signal(object)
    """`StatedFacts` of what was changed; not emitted where nothing was."""

    def __init__(self, name: str, header: bac.MammogramHeader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Facts: {name}")
        self._shown = bac.typed_facts(header)
        self.form = OptionForm(bac.FACT_OPTIONS, keys_taken="s")
        self.form.show(self._shown)
        self.problem = sentence("")
        self.state_button = button("&State", "Use what was changed for this view", self.state)
        self.state_button.setDefault(True)
        self.cancel_button = button("Cancel", do=self.reject)
        column(
            self,
            sentence("What you state wins over what the file says, and is marked as stated in all results."),
            self.form.native,
            self.problem,
            row(self.state_button, self.cancel_button),
        )

    def state(self) -> None:
        """Take what was changed; say what is wrong with it."""
        typed = self.form.texts()
        changed = {name: text for name, text in typed.items() if text != self._shown[name]}
        if {"row_spacing_mm", "column_spacing_mm"} & set(changed):
            # one that is typed alone stands for both
            both = typed["row_spacing_mm"] or typed["column_spacing_mm"]
            changed |= {name: typed[name] or both for name in ("row_spacing_mm", "column_spacing_mm")}
        try:
            facts = bac.stated_facts(changed)
        except bac.OpenBacError as error:
            self.problem.setText(str(error))
            return
        self.accept()
        if facts != bac.StatedFacts(source=facts.source):
            self.stated.emit(facts)
