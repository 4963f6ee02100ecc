"""Asks for the pixel spacing of an image that does not say it; it may be left open."""

from __future__ import annotations

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QDialog, QFormLayout, QLineEdit, QWidget

from napari_bac.docks.widgets import button, row, sentence
from shared_core import hosting as bac


class SpacingDialog(QDialog):
    """Ask, without stopping the window. Nothing is filled in: a spacing that nobody typed is not known."""

    chosen = Signal(object)
    """Spacing in mm, or None to go on in pixels; not emitted where the person gives up."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Pixel spacing")
        question = sentence(
            f"The pixel spacing of {name} is unknown. Without it, areas and lengths are given in "
            "pixels, and the model may mark too much or too little."
        )
        self.spacing_mm = QLineEdit()
        self.spacing_mm.setPlaceholderText("mm, such as 0.07")
        self.spacing_mm.setToolTip("Distance between neighbouring pixels in the plane of the breast, in mm")
        self.spacing_mm.textChanged.connect(self._show)
        self.problem = sentence()
        self.use_button = button("&Use this spacing", do=self._use)
        self.unknown_button = button(
            "Continue in &pixels", "Areas and lengths are then given in pixels", lambda: self._choose(None)
        )
        self.cancel_button = button("Cancel", do=self.reject)
        # Enter takes what was typed, and no other button, whichever has the focus.
        for one in (self.unknown_button, self.cancel_button):
            one.setAutoDefault(False)
        self.use_button.setDefault(True)
        layout = QFormLayout(self)
        layout.addRow(question)
        layout.addRow("Pixel &spacing", self.spacing_mm)
        layout.addRow(self.problem)
        layout.addRow(row(self.use_button, self.unknown_button, self.cancel_button))
        self._show()

    def _show(self) -> None:
        self.use_button.setEnabled(bool(self.spacing_mm.text().strip()))
        self.problem.setText("")

    def _use(self) -> None:
        typed = self.spacing_mm.text().strip()
        if not typed:
            return
        try:
            stated = bac.stated_facts({"row_spacing_mm": typed, "column_spacing_mm": typed}).spacing_mm
        except bac.OpenBacError as error:
            self.problem.setText(str(error))
            return
        assert stated is not None, "a spacing was typed"
        self._choose(stated[0])

    def _choose(self, spacing_mm: float | None) -> None:
        self.accept()
        self.chosen.emit(spacing_mm)
