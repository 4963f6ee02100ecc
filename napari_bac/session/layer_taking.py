"""Which images and layers become views: none twice, and none as what it does not show any more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from napari.layers import Image, Layer

from napari_bac.views.layer_pixels import pixels_of, spacing_of
from napari_bac.views.opened_view import METADATA, OpenedView, open_array
from napari_bac.views.view_session import ViewSession

Spacing = float | tuple[float, float]
"""Of both directions, or (row, column), in mm."""


@dataclass(frozen=True, eq=False)
class TakenLayer:
    """What an image layer is taken as."""

    opened: OpenedView
    in_place: bool
    """It is the person's, and is not moved, turned or scaled."""


def layer_as_view(
    layer: Layer,
    views: Mapping[str, ViewSession],
    *,
    spacing_mm: Spacing | None,
    in_place: bool | None,
) -> TakenLayer | str:
    """What a layer that a person chose is taken as; the key of the view that shows it already.

    See `ExamSession.take_layer`.
    """
    taken = next((key for key, view in views.items() if layer in (view.image, view.labels)), None)
    if taken is not None:
        return taken
    opened = layer.metadata.get(METADATA)
    pixels = pixels_of(layer)
    if isinstance(opened, OpenedView) and opened.is_shown_by(pixels):
        return twin_of(opened, views) or TakenLayer(opened, bool(in_place))
    # What was read, if anything, is another image than the one that is shown.
    spacing_mm = spacing_mm if spacing_mm is not None else spacing_of(layer)
    made = open_array(pixels, name=layer.name, spacing_mm=spacing_mm)
    return TakenLayer(made, in_place is None or in_place)


def not_open_yet(
    opened: Iterable[OpenedView], views: Mapping[str, ViewSession], say: Callable[[str], None]
) -> Iterator[OpenedView]:
    """Those of several images that no view shows, looked at one after another; of the others it is said."""
    for one in opened:
        twin = twin_of(one, views)
        if twin is None:
            yield one
        else:
            whose = one.exam_key or one.name or "this image"
            say(f"{one.title} of {whose} is open already, as {twin}.")


def to_take(
    layers: Iterable[Layer], views: Mapping[str, ViewSession], say: Callable[[str], None]
) -> Iterator[Image]:
    """The image layers that our reader brought and nobody took yet; why some are not taken is said."""
    known = {id(view.image) for view in views.values()}
    for layer in list(layers):
        if isinstance(layer, Image) and METADATA in layer.metadata and id(layer) not in known:
            why_not = _why_not_taken(layer, layer.metadata[METADATA], views)
            if why_not is None:
                yield layer
            else:
                say(why_not)


def twin_of(opened: OpenedView, views: Mapping[str, ViewSession]) -> str | None:
    """The key of the view that shows the same image already; None where there is none."""
    return next((key for key, view in views.items() if view.opened.is_same_image(opened)), None)


def _why_not_taken(layer: Image, opened: OpenedView, views: Mapping[str, ViewSession]) -> str | None:
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
