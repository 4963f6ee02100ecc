"""A hand at the mouse: real Qt events on the canvas, at places of the world."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from qtpy.QtCore import QEvent, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QWidget

if TYPE_CHECKING:
    import napari
    from napari.layers import Layer

Place = tuple[float, float]
_NO_BUTTON, _LEFT = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton


def show(viewer: napari.Viewer) -> None:
    """Bring the window to the screen, before it has layers: only then the canvas has its size."""
    # Large enough beside a dock that a pixel of the screen is one or two of the image.
    viewer.window.resize(1500, 1000)
    viewer.show()
    for _ in range(5):
        QApplication.processEvents()


def canvas(viewer: napari.Viewer) -> QWidget:
    """The widget that gets the mouse."""
    return viewer.window._qt_viewer.canvas.native  # type: ignore[no-any-return]


def point(viewer: napari.Viewer, layer: Layer, place: Place) -> QPointF:
    """Where a (row, column) of a layer stands on the canvas, in its pixels."""
    world = np.array(layer.data_to_world(place))[list(viewer.dims.displayed)]
    widget = canvas(viewer)
    middle = np.array([widget.height(), widget.width()]) / 2
    rows, columns = middle + (world - np.array(viewer.camera.center)[-2:]) * viewer.camera.zoom
    return QPointF(float(columns), float(rows))


def stroke(viewer: napari.Viewer, layer: Layer, places: Sequence[Place]) -> None:
    """Press at the first place, move along the others, release at the last."""
    points = [point(viewer, layer, place) for place in places]
    _send(viewer, QEvent.Type.MouseMove, points[0], _NO_BUTTON, _NO_BUTTON)
    _send(viewer, QEvent.Type.MouseButtonPress, points[0], _LEFT, _LEFT)
    for at in points[1:]:
        # What comes faster is left out on the way.
        QTest.qWait(20)
        _send(viewer, QEvent.Type.MouseMove, at, _NO_BUTTON, _LEFT)
    QTest.qWait(20)
    _send(viewer, QEvent.Type.MouseButtonRelease, points[-1], _LEFT, _NO_BUTTON)
    QApplication.processEvents()


def hover(viewer: napari.Viewer, layer: Layer, places: Sequence[Place]) -> None:
    """Move over places with no button held."""
    for place in places:
        _send(viewer, QEvent.Type.MouseMove, point(viewer, layer, place), _NO_BUTTON, _NO_BUTTON)
        QTest.qWait(20)


def click(viewer: napari.Viewer, layer: Layer, place: Place) -> None:
    """Press and release."""
    stroke(viewer, layer, [place])


def double_click(viewer: napari.Viewer, layer: Layer, place: Place) -> None:
    """As a window system tells it."""
    click(viewer, layer, place)
    at = point(viewer, layer, place)
    _send(viewer, QEvent.Type.MouseButtonDblClick, at, _LEFT, _LEFT)
    _send(viewer, QEvent.Type.MouseButtonRelease, at, _LEFT, _NO_BUTTON)
    QApplication.processEvents()


def polygon(viewer: napari.Viewer, layer: Layer, places: Sequence[Place]) -> None:
    """A click at each corner, two at the last."""
    for place in places[:-1]:
        click(viewer, layer, place)
    double_click(viewer, layer, places[-1])


def _send(
    viewer: napari.Viewer, kind: QEvent.Type, at: QPointF, button: Qt.MouseButton, held: Qt.MouseButton
) -> None:
    widget = canvas(viewer)
    on_screen = QPointF(widget.mapToGlobal(at.toPoint()))
    modifiers = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(widget, QMouseEvent(kind, at, on_screen, button, held, modifiers))
