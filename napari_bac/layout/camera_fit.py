"""All layers in sight, unless the person has begun to look at one while others are still being opened."""

from __future__ import annotations

from typing import TypeAlias
from weakref import ref

import napari
from napari.components import ViewerModel
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QApplication

_Sight: TypeAlias = tuple[tuple[float, ...], float]


class CameraFit:
    """Remembers what it showed last."""

    def __init__(self) -> None:
        self._shown: _Sight | None = None

    def show_all(self, viewer: ViewerModel, *, goes_on: bool) -> None:
        """Show all layers; where views of the same exam still come, only if nobody moved the camera."""
        if goes_on and self._shown is not None and _sight(viewer) != self._shown:
            return
        viewer.reset_view()
        self._shown = _sight(viewer)


def show_all_when_added() -> None:
    """Show all layers that a reader is about to give to an empty viewer; napari shows the first alone."""
    viewer = napari.current_viewer()
    if viewer is None or len(viewer.layers) or QApplication.instance() is None:
        return
    there = ref(viewer)

    def show() -> None:
        found = there()
        if found is not None and len(found.layers):
            found.reset_view()

    QTimer.singleShot(0, show)


def _sight(viewer: ViewerModel) -> _Sight:
    return tuple(map(float, viewer.camera.center)), float(viewer.camera.zoom)
