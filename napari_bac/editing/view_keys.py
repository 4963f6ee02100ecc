"""Keys on the canvas: one view or all, the overlay or its outline, the window; and what a part is."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from functools import partial
from typing import Any, Final

from napari.components import ViewerModel
from qtpy.QtCore import QTimer

from napari_bac.editing.clicks import key_callback
from napari_bac.editing.part_class import MOVE, move_part
from napari_bac.layout.single_view import fill
from napari_bac.layout.window_level import WindowDrag, invert, next_preset
from napari_bac.views.host import ViewsHost
from napari_bac.views.view_session import ViewSession

KEYS: Final = {
    "Ctrl+1 to Ctrl+4": "show one view alone, in hanging order",
    "Q": "show all views",
    "H (held)": "hide the labels",
    "U": "labels as outlines or filled",
    MOVE: "the part under the cursor is no artery, or is one after all",
    "W": "next window setting",
    "G": "invert the greys of the images",
    "right button": "drag left or right for window width, up or down for level",
}
"""For the help of the dock. None of napari's own: what its buttons say of their keys stays true."""

_OUTLINE_PX: Final = 1.5
"""On the screen, at least."""
_MOST_PX: Final = 6


class ViewKeys:
    """Binds the keys to a viewer, and the mouse to windowing.

    Parameters
    ----------
    host
        Whose views the keys work on.
    """

    def __init__(self, host: ViewsHost) -> None:
        self._host = host
        self._drag = WindowDrag(host.views)
        host.viewer.mouse_drag_callbacks.append(self._drag)
        for key, action in _actions(host).items():
            host.viewer.bind_key(key, action, overwrite=True)

    def stop(self) -> None:
        """Let go of the mouse; keys of a viewer that stays do nothing without views."""
        callbacks = self._host.viewer.mouse_drag_callbacks
        if self._drag in callbacks:
            callbacks.remove(self._drag)


def _actions(host: ViewsHost) -> dict[str, Callable[[Any], Any]]:
    """By key; napari tells a held one by a generator function."""

    def window() -> None:
        next_preset(view.image for view in host.views.values() if view.image.visible)

    def hide_while_held(_target: Any) -> Generator[None, None, None]:
        yield from hidden_labels(host.views)

    numbers = {f"Control-{number}": key_callback(partial(fill, host, number)) for number in range(1, 5)}
    return {
        **numbers,
        "Q": key_callback(partial(fill, host, 0)),
        "U": key_callback(lambda: toggle_outline(host.viewer, host.views)),
        "W": key_callback(window),
        "G": key_callback(lambda: invert(view.image for view in host.views.values())),
        MOVE: key_callback(partial(move_part, host)),
        "H": hide_while_held,
    }


def hidden_labels(views: Mapping[str, ViewSession]) -> Generator[None, None, None]:
    """Hide all labels until gone on with."""
    shown = [view.labels for view in views.values() if view.labels.visible]
    for labels in shown:
        labels.visible = False
    yield
    for labels in shown:
        labels.visible = True


def toggle_outline(viewer: ViewerModel, views: Mapping[str, ViewSession]) -> None:
    """Show labels as outlines, or filled again.

    napari takes some 0.3 s for the outline of 12 megapixels: it is done for the views that are seen, one
    a turn of the event loop, so that the window never waits longer than for one.
    """
    seen = [view for view in views.values() if view.labels.visible]
    outlined = any(view.labels.contour for view in seen)
    zoom = float(viewer.camera.zoom)
    for turn, view in enumerate(seen):
        thickness = 0 if outlined else outline_px(zoom * view.taken.canvas_steps[-1])
        QTimer.singleShot(turn, partial(_set_contour, view, thickness))


def outline_px(screen_px_per_pixel: float) -> int:
    """Pixels of the image that an outline needs to be seen."""
    return min(max(round(_OUTLINE_PX / max(screen_px_per_pixel, 1e-6)), 1), _MOST_PX)


def _set_contour(view: ViewSession, thickness: int) -> None:
    if view.labels.contour != thickness:
        view.labels.contour = thickness
