"""Asks for the pixel spacing of an image that does not say it; it may be left open."""

from __future__ import annotations

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QDialog, QDoubleSpinBox, QFormLayout, QWidget

from napari_bac.docks.widgets import button, row, sentence

USUAL_MM = 0.070
"""Of many detectors, and what the models know."""


class SpacingDialog(QDialog):
    """Ask, without stopping the window."""

    chosen = Signal(object)
    """Spacing in mm, or None to go on in pixels; not emitted where the person gives up."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Pixel spacing")
        question = sentence(
            f"The pixel spacing of {name} is unknown. Without it, areas and lengths are given in "
            "pixels, and the model may mark too much or too little."
        )
        self.spacing_mm = QDoubleSpinBox()
        self.spacing_mm.setRange(0.01, 1.0)
        self.spacing_mm.setDecimals(4)
        self.spacing_mm.setSingleStep(0.005)
        self.spacing_mm.setValue(USUAL_MM)
        self.spacing_mm.setSuffix(" mm")
        self.spacing_mm.setToolTip("Distance between neighbouring pixels in the plane of the breast")
        self.use_button = button("&Use this spacing", do=lambda: self._choose(self.spacing_mm.value()))
        self.use_button.setDefault(True)
        self.unknown_button = button(
            "Continue in &pixels", "Areas and lengths are then given in pixels", lambda: self._choose(None)
        )
        self.cancel_button = button("Cancel", do=self.reject)
        layout = QFormLayout(self)
        layout.addRow(question)
        layout.addRow("Pixel &spacing", self.spacing_mm)
        layout.addRow(row(self.use_button, self.unknown_button, self.cancel_button))

    def _choose(self, spacing_mm: float | None) -> None:
        self.accept()
        self.chosen.emit(spacing_mm)
