"""Stand-ins for the ctk widgets of the module's .ui: their properties and signals, drawn simply."""

from __future__ import annotations

from typing import Any, Final

from PySide6 import QtCore, QtGui, QtWidgets

_TITLE_PX: Final = 24


class ctkCollapsibleButton(QtWidgets.QWidget):
    """A titled box that folds its content away."""

    contentsCollapsed = QtCore.Signal(bool)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._text, self._collapsed = "", False
        self.setContentsMargins(0, _TITLE_PX, 0, 0)

    def _get_text(self) -> str:
        return self._text

    def _set_text(self, text: str) -> None:
        self._text = text
        self.update()

    text = QtCore.Property(str, _get_text, _set_text)

    def _get_collapsed(self) -> bool:
        return self._collapsed

    def _set_collapsed(self, collapsed: bool) -> None:
        changed, self._collapsed = collapsed != self._collapsed, collapsed
        self._fold()
        if changed:
            self.contentsCollapsed.emit(collapsed)

    collapsed = QtCore.Property(bool, _get_collapsed, _set_collapsed)

    def _fold(self) -> None:
        self.setMaximumHeight(_TITLE_PX if self._collapsed else 16777215)

    def sizeHint(self) -> QtCore.QSize:
        """Of the title alone where it is folded."""
        hint = super().sizeHint()
        return QtCore.QSize(hint.width(), _TITLE_PX) if self._collapsed else hint

    def minimumSizeHint(self) -> QtCore.QSize:
        """The same."""
        return self.sizeHint() if self._collapsed else super().minimumSizeHint()

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        """Fold or unfold."""
        if event.position().y() < _TITLE_PX:
            self._set_collapsed(not self._collapsed)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """The title."""
        painter = QtGui.QPainter(self)
        wide = self.geometry.width()
        painter.fillRect(0, 0, wide, _TITLE_PX - 2, self.palette.color(QtGui.QPalette.ColorRole.Midlight))
        arrow = "\u25b8" if self._collapsed else "\u25be"
        painter.drawText(8, 16, f"{arrow} {self._text}")


class ctkSliderWidget(QtWidgets.QWidget):
    """A slider with a box for the number."""

    valueChanged = QtCore.Signal(float)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._slider = QtWidgets.QSlider(QtCore.Qt.Orientation.Horizontal)
        self._slider.setRange(0, 1000)
        self._box = QtWidgets.QDoubleSpinBox()
        layout.addWidget(self._slider)
        layout.addWidget(self._box)
        self._box.valueChanged.connect(self._on_value)
        self._slider.sliderMoved.connect(self._on_slider)

    def _on_value(self, value: float) -> None:
        span = self._box.maximum - self._box.minimum
        self._slider.setValue(round(1000 * (value - self._box.minimum) / span) if span else 0)
        self.valueChanged.emit(value)

    def _on_slider(self, place: int) -> None:
        self._box.setValue(self._box.minimum + place / 1000 * (self._box.maximum - self._box.minimum))

    def _own(kind: type, name: str) -> Any:  # type: ignore[misc]
        def get(self: Any) -> Any:
            return getattr(self._box, name)

        def put(self: Any, value: Any) -> None:
            setattr(self._box, name, value)

        return QtCore.Property(kind, get, put)

    value = _own(float, "value")
    minimum = _own(float, "minimum")
    maximum = _own(float, "maximum")
    singleStep = _own(float, "singleStep")
    decimals = _own(int, "decimals")


WIDGETS: Final = {one.__name__: one for one in (ctkCollapsibleButton, ctkSliderWidget)}
