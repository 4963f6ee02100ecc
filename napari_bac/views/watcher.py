"""Every change of a labels layer, from whatever hand: brush, undo, another plugin, a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from napari.layers import Labels

Region = tuple[slice, slice]
Changed = Callable[[Region | None], None]


class LabelsWatcher:
    """Call `changed` with the region of an edit, or None where napari does not say it.

    Brush, fill and polygon tell the box, during a stroke as well; undo, redo and assigning data tell
    nothing. The box is in the order of the displayed axes, so it is taken only where that is the layer's
    own.
    """

    def __init__(self, layer: Labels, changed: Changed, stroke_ended: Callable[[], None]) -> None:
        self._layer, self._changed, self._stroke_ended = layer, changed, stroke_ended
        layer.events.labels_update.connect(self._on_box)
        layer.events.set_data.connect(self._on_anything)
        layer.events.paint.connect(self._on_stroke)

    def stop(self) -> None:
        """Watch no more."""
        self._layer.events.labels_update.disconnect(self._on_box)
        self._layer.events.set_data.disconnect(self._on_anything)
        self._layer.events.paint.disconnect(self._on_stroke)

    def _on_box(self, event: Any) -> None:
        region: Region | None = None
        if self._layer.ndim == 2 and self._layer._slice_input.order == (0, 1):
            rows, columns = (
                slice(int(start), int(start) + size)
                for start, size in zip(event.offset, np.shape(event.data), strict=True)
            )
            region = (rows, columns)
        self._changed(region)

    def _on_anything(self, _event: Any = None) -> None:
        self._changed(None)

    def _on_stroke(self, _event: Any = None) -> None:
        self._stroke_ended()
