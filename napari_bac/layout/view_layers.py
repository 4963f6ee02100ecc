"""The layers of a view: its image and its labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from napari.components import ViewerModel
from napari.layers import Image, Labels
from numpy.typing import NDArray

from napari_bac.layout.colours import label_colormap
from napari_bac.layout.hanging_protocol import Placed, hang, order_of, steps_together
from napari_bac.settings import Hanging, preferences
from napari_bac.views.opened_view import METADATA, OpenedView
from napari_bac.views.view_session import BRUSH_PX, ViewSession

LABELS_SUFFIX = " calcification"


def steps_of(opened: OpenedView) -> tuple[float, float]:
    """(row, column) scale of the layers of a view: mm, or 1 where the spacing is not known."""
    spacing = opened.prepared.spacing
    return (spacing.row_mm, spacing.column_mm) if spacing is not None else (1.0, 1.0)


def _of_layer(opened: OpenedView) -> dict[str, Any]:
    units = "mm" if opened.prepared.spacing is not None else "pixel"
    return {"scale": steps_of(opened), "units": (units, units), "metadata": {METADATA: opened}}


def image_layer(opened: OpenedView, name: str) -> Image:
    """The image as displayed, 8 bit: what the numbers and the model see before the median."""
    return Image(
        opened.prepared.display_u8,
        name=name,
        contrast_limits=(0, 255),
        interpolation2d="linear",
        **_of_layer(opened),
    )


def labels_layer(opened: OpenedView, name: str, labels: NDArray[np.uint8] | None = None) -> Labels:
    """Labels on a view: those given, or none yet."""
    pixels = np.zeros(opened.prepared.image_u8.shape, np.uint8) if labels is None else labels
    layer = Labels(pixels, name=name + LABELS_SUFFIX, opacity=preferences().opacity, **_of_layer(opened))
    layer.colormap = label_colormap()
    layer.brush_size = BRUSH_PX
    return layer


def put(layer: Image | Labels, placed: Placed) -> None:
    """Move a layer to its place on the canvas, turned and as large as it hangs; its pixels stay as they are.

    The size is no part of its scale, which holds what is known of its pixels.
    """
    layer.translate = placed.translate
    turn = placed.turn
    # In canvas units, from its first pixel, where it stands.
    steps = np.eye(2) * placed.enlarged
    reach = (np.array(layer.data.shape[:2]) - 1) * layer.scale * placed.enlarged
    shift = np.zeros(2)
    if turn.transposed:
        steps, reach = steps[::-1], reach[::-1]
    for axis, is_turned in enumerate((turn.upside_down, turn.mirrored)):
        if is_turned:
            steps[axis] *= -1
            shift[axis] = reach[axis]
    affine = np.eye(3)
    affine[:2, :2] = steps
    affine[:2, 2] = placed.translate + shift - steps @ placed.translate
    layer.affine = affine


def hang_layers(views: Mapping[str, ViewSession], hanging: Hanging) -> dict[str, ViewSession]:
    """Move the layers of views to where a radiologist looks for them; the views in that order.

    A layer that was the person's stays where it is, as others of theirs lie on it.
    """
    prepared = {key: view.opened.prepared for key, view in views.items()}
    ours = {key: prepared[key] for key, view in views.items() if not view.in_place}
    for key, place in hang(ours, steps_together(ours), hanging).items():
        put(views[key].image, place)
        put(views[key].labels, place)
        views[key].taken = replace(views[key].taken, enlarged=place.enlarged)
    return {key: views[key] for key in order_of(prepared, hanging)}


def add_view(
    viewer: ViewerModel, opened: OpenedView, name: str, *, image: Image | None = None, in_place: bool = False
) -> tuple[Image, Labels]:
    """Put a view into the viewer: images below, labels above; an image stays as it is if `in_place`."""
    if image is None:
        image = image_layer(opened, name)
        viewer.layers.insert(_images(viewer), image)
    elif opened.prepared.spacing is not None and not in_place:
        image.scale, image.units = steps_of(opened), ("mm", "mm")
    labels = labels_layer(opened, name)
    for name, value in place_of(image).items():
        setattr(labels, name, value)
    viewer.add_layer(labels)
    return image, labels


def place_of(layer: Image | Labels) -> dict[str, Any]:
    """What puts another layer of as many pixels where this one lies: a person's may be turned and sheared."""
    names = ("scale", "units", "rotate", "shear", "translate", "affine")
    return {name: getattr(layer, name) for name in names}


def enlarged_by(layer: Image) -> float:
    """How many times larger than its scale says a layer of ours hangs; see `put`."""
    return float(np.sqrt(abs(np.linalg.det(layer.affine.linear_matrix))))


def show_scale_bar(viewer: ViewerModel) -> None:
    """Show the bar, in mm or in pixels; none where layers of both hang together, as it holds for some."""
    # Since napari 0.9 it stands with the canvas; there, the older way warns.
    overlays = getattr(getattr(viewer, "canvas", None), "overlays", None)
    bar = overlays.scale_bar if overlays is not None else viewer.scale_bar
    units = {str(unit) for layer in viewer.layers for unit in layer.units}
    bar.visible = not {"millimeter", "pixel"} <= units
    # Notifications come up at the bottom, and over the whole of it where the canvas is narrow.
    bar.position = "top_left"
    if not hasattr(viewer.layers.extent, "units"):
        # An older bar does not ask the layers.
        bar.unit = "mm" if units == {"millimeter"} else None


def _images(viewer: ViewerModel) -> int:
    return sum(isinstance(layer, Image) for layer in viewer.layers)
