"""All layers in sight, unless the person has begun to look at one while others are still being opened."""

from __future__ import annotations

from typing import TypeAlias

from napari.components import ViewerModel

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


def _sight(viewer: ViewerModel) -> _Sight:
    return tuple(map(float, viewer.camera.center)), float(viewer.camera.zoom)
