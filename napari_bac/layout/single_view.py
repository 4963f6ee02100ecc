"""One view alone on the canvas, or all of them."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import signature

import numpy as np
from napari.components import ViewerModel
from napari.layers import Layer

from napari_bac.views.host import ViewsHost
from napari_bac.views.view_session import ViewSession


def fill(host: ViewsHost, number: int) -> None:
    """Fill the canvas with the view that hangs at a number, from 1; 0 shows all.

    The others are hidden: a hidden layer costs nothing. A number without a view changes nothing.
    """
    views = list(host.views.values())
    if not 0 <= number <= len(views) or not views:
        return
    chosen = views[number - 1] if number else None
    for view in views:
        view.image.visible = view.labels.visible = chosen in (None, view)
    viewer = host.viewer
    if chosen is None:
        viewer.reset_view()
        return
    viewer.layers.selection.active = chosen.labels
    fit_to(viewer, chosen.image)
    host.select(chosen.key)


def fit_to(viewer: ViewerModel, layer: Layer) -> None:
    """Fill the canvas with a layer."""
    if "layers" in signature(viewer.fit_to_view).parameters:
        viewer.fit_to_view(layers=[layer])
        return
    # napari before 0.9 fits all layers; how many times smaller than they this one is, is how much to zoom.
    viewer.fit_to_view()
    own, whole = (np.ptp(extent.world, axis=0)[-2:] for extent in (layer.extent, viewer.layers.extent))
    viewer.camera.zoom *= float(np.min(whole / own))
    middle = np.mean(layer.extent.world, axis=0)[-2:]
    viewer.camera.center = (0.0, float(middle[0]), float(middle[1]))


def view_alone(views: Mapping[str, ViewSession]) -> str | None:
    """The key of the view that is alone on the canvas, None where more are shown."""
    shown = [view.key for view in views.values() if view.image.visible]
    return shown[0] if len(shown) == 1 and len(views) > 1 else None
