"""From which probability on there is calcification: a slider, the number beside it, and the model's own."""

from __future__ import annotations

from typing import Final

from qtpy.QtCore import Qt, QTimer, Signal
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QDoubleSpinBox, QSlider, QWidget

from napari_bac.docks.widgets import button, row

REST_MS: Final = 120
"""Without a move before it is taken over: one step of undo for one drag."""
_STEPS: Final = 100
_BESIDE_NUMBER_PX: Final = 66
"""Of its buttons. Without them the number has no room at all in Qt 6.11.3."""


class ThresholdRow(QWidget):
    """Value in (0, 1)."""

    settled = Signal(float)
    """The person moved it and rests; not emitted for what the program shows."""

    def __init__(self) -> None:
        super().__init__()
        self.own = 0.5
        """The model's."""
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(1, _STEPS - 1)
        self.slider.setAccessibleName("Threshold")
        self.number = QDoubleSpinBox()
        self.number.setRange(0.01, 0.99)
        self.number.setSingleStep(0.01)
        self.number.setDecimals(2)
        self.own_button = button(
            "Model'&s", "Restore the model's own threshold", lambda: self._move(self.own)
        )
        for widget in (self.slider, self.number):
            widget.setToolTip(
                "Pixels with a model probability above this count as calcification. Segmented views "
                "follow at once, in one step of undo"
            )
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(lambda: self.settled.emit(self.value))
        self.value: float = self.own
        """As chosen, to the digit where it is the model's own."""
        self.slider.valueChanged.connect(lambda step: self._move(step / _STEPS))
        self.number.valueChanged.connect(self._move)
        self.setLayout(row((self.slider, 1), self.number, self.own_button))
        self.layout().setContentsMargins(0, 0, 0, 0)

    def showEvent(self, event: QShowEvent) -> None:
        """Only now does the number have napari's letters."""
        super().showEvent(event)
        self.number.setFixedWidth(self.number.fontMetrics().horizontalAdvance("0.00") + _BESIDE_NUMBER_PX)

    @property
    def wanted(self) -> float | None:
        """None where it is the model's own."""
        return None if self.value == self.own else self.value

    def show_value(self, value: float, own: float) -> None:
        """Show a threshold, and know the model's own."""
        self._rest.stop()
        self.own, self.value = own, value
        for widget, shown in ((self.slider, round(value * _STEPS)), (self.number, round(value, 2))):
            widget.blockSignals(True)
            widget.setValue(shown)
            widget.blockSignals(False)
        self.own_button.setEnabled(value != own)

    def _move(self, value: float) -> None:
        # What is shown is rounded; the model's own value is not.
        self.show_value(self.own if round(value, 2) == round(self.own, 2) else value, self.own)
        self._rest.start()
