"""Images that are open already, and layers that show another image than the one that was read."""

from __future__ import annotations

from collections.abc import Mapping

from napari.layers import Image

from napari_bac.views.layer_pixels import pixels_of
from napari_bac.views.opened_view import OpenedView
from napari_bac.views.view_session import ViewSession


def twin_of(opened: OpenedView, views: Mapping[str, ViewSession]) -> str | None:
    """The key of the view that shows the same image already; None where there is none."""
    return next((key for key, view in views.items() if view.opened.is_same_image(opened)), None)


def open_already(opened: OpenedView, twin: str) -> str:
    """Why an image is not opened again."""
    whose = opened.exam_key or opened.name or "this image"
    return f"{opened.title} of {whose} is open already, as {twin}."


def why_not_taken(layer: Image, opened: OpenedView, views: Mapping[str, ViewSession]) -> str | None:
    """Why the layer of an image that was read makes no view by itself; None where it does."""
    twin = twin_of(opened, views)
    if not opened.is_shown_by(pixels_of(layer)):
        return (
            f"{layer.name} was changed after it was read; segment it as an image layer to take it as it is "
            "now, without patient and date."
        )
    if twin is not None:
        return f"{layer.name} shows the same image as {twin}, and is not taken as another view."
    return None
