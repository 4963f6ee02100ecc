"""Clicks on the canvas that are no drags, and the view under them; and what a key does."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from napari_bac.views.view_session import ViewSession

Floats = NDArray[np.float64]
OnClick = Callable[[Floats], None]
_STILL_PX: Final = 4.0
"""A hand moves less than this between press and release of a click."""


def click_callback(clicked: OnClick) -> Callable[[Any, Any], Generator[None, None, None]]:
    """A mouse callback for a viewer; `clicked` gets the position in the world."""

    def callback(_viewer: Any, event: Any) -> Generator[None, None, None]:
        if event.button != 1 or event.modifiers:
            return
        began, position = np.array(event.pos, float), np.array(event.position, float)
        yield
        still = True
        while event.type == "mouse_move":
            still &= float(np.hypot(*(np.array(event.pos, float) - began))) < _STILL_PX
            yield
        if still:
            clicked(position)

    return callback


def key_callback(do: Callable[[], object]) -> Callable[[Any], None]:
    """A key callback for a viewer or layer: a function, as napari asks for its name."""

    def pressed(_target: Any) -> None:
        do()

    return pressed


def view_at(views: Mapping[str, ViewSession], position: Floats) -> tuple[str, Floats] | None:
    """The visible view at a place of the world, the one on top, and the (row, column) in its pixels."""
    for key, view in reversed(list(views.items())):
        place = np.array(view.labels.world_to_data(position), float)[-2:]
        inside = ((place >= -0.5) & (place < np.array(view.labels.data.shape[-2:]) - 0.5)).all()
        if inside and (view.image.visible or view.labels.visible):
            return key, place
    return None
