"""Asks what a person knows of a view and its file does not say."""

from __future__ import annotations

from typing import Final

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QComboBox, QDialog, QFormLayout, QLineEdit, QWidget

from napari_bac.docks.widgets import button, row, sentence
from shared_core import hosting as bac

UNKNOWN: Final = "not known"
_SIDES: Final = (UNKNOWN, "L", "R")
_VIEWS: Final = (UNKNOWN, *(view.value for view in bac.View if view is not bac.View.UNKNOWN))
_TIPS: Final = {
    "row_spacing_mm": "Distance of neighbouring rows in the plane of the breast, in mm, such as 0.07",
    "column_spacing_mm": "Distance of neighbouring columns in mm; empty for the same as of rows",
    "patient": "Patient ID: images with the same ID and date are one exam",
    "study_date": "Such as 2024-01-31",
}


class FactsDialog(QDialog):
    """Ask, without stopping the window."""

    stated = Signal(object)
    """`StatedFacts` of what was changed; not emitted where nothing was."""

    def __init__(self, name: str, header: bac.MammogramHeader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Facts: {name}")
        self._shown = bac.typed_facts(header)
        self.side, self.view = _choice(_SIDES, self._shown["side"]), _choice(_VIEWS, self._shown["view"])
        self.texts = {name: _line(self._shown[name], tip) for name, tip in _TIPS.items()}
        self.problem = sentence("")
        self.state_button = button("&State", "Use what was changed for this view", self.state)
        self.state_button.setDefault(True)
        self.cancel_button = button("Cancel", do=self.reject)
        form = QFormLayout(self)
        form.addRow(
            sentence("What you state wins over what the file says, and is marked as stated in all results.")
        )
        form.addRow("S&ide", self.side)
        form.addRow("&View", self.view)
        form.addRow("Pixel spacing, &rows", self.texts["row_spacing_mm"])
        form.addRow("Pixel spacing, &columns", self.texts["column_spacing_mm"])
        form.addRow("&Patient", self.texts["patient"])
        form.addRow("Study &date", self.texts["study_date"])
        form.addRow(self.problem)
        form.addRow(row(self.state_button, self.cancel_button))

    def state(self) -> None:
        """Take what was changed; say what is wrong with it."""
        typed = {name: box.text().strip() for name, box in self.texts.items()}
        typed |= {"side": _chosen(self.side), "view": _chosen(self.view)}
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


def _choice(names: tuple[str, ...], chosen: str) -> QComboBox:
    box = QComboBox()
    box.addItems(list(names))
    box.setCurrentIndex(names.index(chosen) if chosen in names else 0)
    return box


def _chosen(box: QComboBox) -> str:
    return "" if box.currentText() == UNKNOWN else box.currentText()


def _line(text: str, tip: str) -> QLineEdit:
    line = QLineEdit(text)
    line.setToolTip(tip)
    return line
