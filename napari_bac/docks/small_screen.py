"""On a screen that is too small for napari and a panel beside each other, both share one place."""

from __future__ import annotations

from typing import Final

from qtpy.QtCore import QPoint, QSize, Qt
from qtpy.QtWidgets import QDockWidget, QMainWindow, QTabWidget, QWidget

from napari_bac.docks.widgets import Scrolling

_CONTROLS: Final = "layer controls"
"""Of napari, by the name of its dock: those of labels are higher than some screens."""
_CANVAS_PX: Final = 200
"""At least left to the images."""
_LEAST: Final = QSize(50, 50)
"""Of napari's docks."""


def fit_screen(panel: QWidget) -> None:
    """Make the window of a panel fit its screen where it would be larger.

    napari's controls of a layer scroll where the window is too high. Where it is too wide, the panel, the
    controls and the layer list come behind tabs at the left. Where all fits, nothing changes.
    """
    window, dock, screen = panel.window(), panel.parentWidget(), panel.screen()
    if not isinstance(window, QMainWindow) or not isinstance(dock, QDockWidget) or screen is None:
        return
    free = screen.availableGeometry()
    least = window.minimumSizeHint()
    too_wide, too_high = least.width() + _CANVAS_PX > free.width(), least.height() > free.height()
    at_left = [one for one in window.findChildren(QDockWidget) if _is_at_left(window, one)]
    napari = [one for one in at_left if one is not dock]
    if too_high:
        for one in napari:
            if one.objectName() == _CONTROLS:
                _let_scroll(one)
    if napari and (too_wide or (too_high and dock in at_left)) and not window.tabifiedDockWidgets(dock):
        for first, second in zip(napari, [*napari[1:], dock], strict=True):
            window.tabifyDockWidget(first, second)
        # At the bottom they would be the first to be out of sight.
        window.setTabPosition(window.dockWidgetArea(dock), QTabWidget.TabPosition.North)
        dock.raise_()
    if window.height() > free.height() or window.width() > free.width():
        window.resize(window.size().boundedTo(free.size()))
        window.move(QPoint(min(window.x(), free.x()), min(window.y(), free.y())))


def _is_at_left(window: QMainWindow, dock: QDockWidget) -> bool:
    left = Qt.DockWidgetArea.LeftDockWidgetArea
    return not dock.isHidden() and not dock.isFloating() and window.dockWidgetArea(dock) == left


def _let_scroll(dock: QDockWidget) -> None:
    inside = dock.widget()
    if inside is None or isinstance(inside, Scrolling):
        return
    area = Scrolling()
    dock.setWidget(area)
    area.setWidget(inside)
    inside.show()
    # Qt keeps the least size that a dock once had.
    dock.setMinimumSize(_LEAST)
