"""A click on an artery selects it, while the mouse moves the camera."""

from __future__ import annotations

from collections.abc import Callable
from weakref import ref

import numpy as np

from napari_bac.editing.arteries import choose
from napari_bac.editing.clicks import Floats, click_callback, view_at
from napari_bac.views.host import ViewsHost


class ArteryPicker:
    """Selects the artery that is clicked on, unless `busy` says that clicks mean something else now."""

    def __init__(self, host: ViewsHost, busy: Callable[[], bool]) -> None:
        self._host, self._busy = host, busy
        self._callback = click_callback(self._on_click)
        self._viewer = ref(host.viewer)
        host.viewer.mouse_drag_callbacks.append(self._callback)

    def stop(self) -> None:
        """Listen no more."""
        viewer = self._viewer()
        if viewer is not None and self._callback in viewer.mouse_drag_callbacks:
            viewer.mouse_drag_callbacks.remove(self._callback)

    def _on_click(self, position: Floats) -> None:
        active = self._host.viewer.layers.selection.active
        if self._busy() or str(getattr(active, "mode", "pan_zoom")) != "pan_zoom":
            return
        found = view_at(self._host.views, position)
        if found is None:
            return
        key, place = found
        row, column = np.rint(place).astype(int)
        label = int(self._host.views[key].label_pixels()[row, column])
        if label:
            choose(self._host, (key, label))
