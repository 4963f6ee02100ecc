"""The line that is being drawn, as wide as its band will be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from weakref import ref

import numpy as np
from napari.components import ViewerModel
from napari.layers import Shapes

from napari_bac.editing.clicks import Floats
from napari_bac.layout.colours import label_colour
from napari_bac.layout.view_layers import place_of
from napari_bac.views.view_session import ViewSession
from shared_core import hosting as bac

NAME: Final = "artery being drawn"


class LinePreview:
    """A layer that is there while a line is drawn."""

    def __init__(self, viewer: ViewerModel) -> None:
        self._viewer = ref(viewer)
        self._layer: Shapes | None = None

    def show(self, view: ViewSession, points: Sequence[Floats], width_mm: float) -> None:
        """Draw a line through points, in the pixels of a view."""
        width = width_mm / float(np.sqrt(bac.steps_mm(view.opened.prepared.spacing).prod()))
        layer = self._layer or self._added(view)
        line = np.array(points, float)
        if len(line) == 1:
            half = width / 2
            corners = line[0] + np.array([[-half, -half], [-half, half], [half, half], [half, -half]])
            layer.data = []
            layer.add_ellipses([corners], edge_width=0, face_color=layer.current_edge_color)
        else:
            layer.data = []
            layer.add_paths([line], edge_width=width, edge_color=layer.current_edge_color)

    def hide(self) -> None:
        """Take the layer away."""
        layer, self._layer = self._layer, None
        viewer = self._viewer()
        if layer is not None and viewer is not None and layer in viewer.layers:
            viewer.layers.remove(layer)

    def _added(self, view: ViewSession) -> Shapes:
        viewer = self._viewer()
        assert viewer is not None
        layer = Shapes(ndim=2, name=NAME, opacity=0.6, **place_of(view.labels))
        layer.current_edge_color = label_colour(bac.free_label(view.label_pixels()) or 1)
        selection = viewer.layers.selection
        active = selection.active
        viewer.add_layer(layer)
        # Keys and undo stay with the labels.
        selection.active = active
        self._layer = layer
        return layer
