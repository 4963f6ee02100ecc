"""Small parts that the docks are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias, TypeVar

from qtpy.QtCore import QSize, Qt
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import (
    QAbstractItemView,
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QTableWidget,
    QVBoxLayout,
    QWidget,
)

_Widget = TypeVar("_Widget", bound=QWidget)
Part: TypeAlias = QWidget | QLayout | tuple[QWidget | QLayout, int]
"""What is put somewhere; the number says how much of the room that is left it gets."""

LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def with_tip(widget: _Widget, tip: str, *, is_name: bool = False) -> _Widget:
    """A widget with a tooltip, which may be what it is called by those who do not see it."""
    widget.setToolTip(tip)
    if is_name:
        widget.setAccessibleName(tip)
    return widget


def button(text: str, tip: str = "", do: Callable[..., Any] | None = None) -> QPushButton:
    """A button, and what it does."""
    made = with_tip(QPushButton(text), tip)
    if do is not None:
        made.clicked.connect(do)
    return made


def sentence(text: str = "", *, selectable: bool = False) -> QLabel:
    """Words that go on in the next line where they must."""
    label = QLabel(text)
    label.setWordWrap(True)
    if selectable:
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def row(*parts: Part) -> QHBoxLayout:
    """Widgets and layouts side by side."""
    layout = QHBoxLayout()
    fill(layout, *parts)
    return layout


def column(parent: QWidget, *parts: Part, margin_px: int | None = None) -> QVBoxLayout:
    """Widgets and layouts of a parent one below the other; without a margin, in the usual one."""
    layout = QVBoxLayout(parent)
    if margin_px is not None:
        layout.setContentsMargins(margin_px, margin_px, margin_px, margin_px)
    fill(layout, *parts)
    return layout


def fill(layout: QBoxLayout, *parts: Part) -> None:
    """Put widgets and layouts into one."""
    for part in parts:
        what, share = part if isinstance(part, tuple) else (part, 0)
        add = layout.addWidget if isinstance(what, QWidget) else layout.addLayout
        add(what, share)


class Scrolling(QScrollArea):
    """Scrolls up and down where there is less room than its content needs; never narrower than that."""

    def __init__(self, inside: QWidget | None = None) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        if inside is not None:
            self.setWidget(inside)

    def minimumSizeHint(self) -> QSize:
        """As wide as its content with the bar beside it, as the theme of now draws both."""
        least, inside = super().minimumSizeHint(), self.widget()
        # Out of sight nothing has the theme yet, and is of another size.
        if inside is None or not self.isVisible():
            return least
        bar = self.verticalScrollBar()
        width = max(inside.minimumSizeHint().width(), inside.minimumWidth())
        width += bar.sizeHint().width() if bar is not None else 0
        return QSize(max(least.width(), width), least.height())

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for the width that its content needs from now on."""
        super().showEvent(event)
        self.updateGeometry()


def reading_table(columns: tuple[str, ...], tip: str) -> QTableWidget:
    """An empty table to be read and chosen from, row by row; Tab leaves it."""
    table = with_tip(QTableWidget(0, len(columns)), tip)
    table.setHorizontalHeaderLabels(columns)
    table.verticalHeader().hide()
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setTabKeyNavigation(False)
    table.horizontalHeader().setDefaultAlignment(LEFT)
    return table
