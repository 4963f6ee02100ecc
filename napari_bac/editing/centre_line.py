"""Mark an artery by clicking along it: the line becomes a band of one width, as Guo 2021 annotated.

While the tool is on, a click on a view adds a point and a drag moves the image. Where it follows calcium,
the first click takes the artery that is there from end to end, and each further one goes on to its place.
Enter or a double click makes the band, Backspace takes the last click back, Escape leaves everything as it
was.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from weakref import ref

import numpy as np
from napari.layers import Labels
from psygnal import Signal

from napari_bac.editing.arteries import choose
from napari_bac.editing.clicks import Floats, click_callback, key_callback, view_at
from napari_bac.editing.followed_calcium import FollowedCalcium
from napari_bac.editing.line_preview import LinePreview
from napari_bac.views.host import ViewsHost
from napari_bac.views.view_session import ViewSession
from shared_core import hosting as bac

_CLOSER_IS_THE_SAME_PX: Final = 1.5


class CentreLineTool:
    """Draws one line after the other until it is turned off."""

    changed = Signal()
    """Turned on or off, or a point came or went."""

    def __init__(self, host: ViewsHost) -> None:
        self.width_mm = bac.BAND_MM
        """Of the band; on images of unknown spacing a pixel counts as 70 um."""
        self.key: str | None = None
        """The view that is drawn on; None before the first click."""
        self.points: list[Floats] = []
        """(row, column) in the pixels of the view."""
        self.active = False
        self.follows = True
        """Whether a click follows calcium; else points are joined by straight lines."""
        self._clicks: list[int] = []
        """How many points each click added."""
        self._calcium = FollowedCalcium()
        self._host = host
        self._viewer = ref(host.viewer)
        self._on_press = click_callback(self._add)
        self._kept_double_clicks: list[Callable[..., Any]] = []
        self._bound: list[Any] = []
        self._preview = LinePreview(host.viewer)

    def start(self) -> None:
        """Turn on."""
        if self.active:
            return
        viewer = self._host.viewer
        self.active = True
        viewer.mouse_drag_callbacks.append(self._on_press)
        viewer.mouse_move_callbacks.append(self._on_move)
        # Else a double click zooms.
        self._kept_double_clicks = list(viewer.mouse_double_click_callbacks)
        viewer.mouse_double_click_callbacks[:] = [self._on_double_click]
        layers = [view.labels for view in self._host.views.values()]
        self._let_the_mouse_move_the_image(layers)
        self._bind(viewer, *layers)
        self.changed.emit()

    def stop(self) -> None:
        """Turn off; a line that is not finished is forgotten."""
        if not self.active:
            return
        self.active = False
        self._clear()
        viewer = self._viewer()
        if viewer is not None:
            viewer.mouse_drag_callbacks.remove(self._on_press)
            viewer.mouse_move_callbacks.remove(self._on_move)
            viewer.mouse_double_click_callbacks[:] = self._kept_double_clicks
        for holder in self._bound:
            for key in self._keys():
                holder.bind_key(key, None)
        self._bound = []
        self.changed.emit()

    def set_width(self, width_mm: float) -> None:
        """Of this band and the next ones."""
        self.width_mm = width_mm
        self._show()

    def finish(self) -> bool:
        """Make a band of the line, as one step of undo; False where there is none."""
        host, key = self._host, self.key
        view = host.views.get(key) if key is not None else None
        if view is None or len(self.points) < 2:
            host.say("Click at least two points along an artery, then press Enter.")
            return False
        labels = view.label_pixels()
        label = bac.free_label(labels)
        if label is None:
            host.say(f"{view.key} already has {bac.MOST_ARTERIES} arteries; join or delete some first.")
            return False
        band = bac.line_bands(
            [np.array(self.points)],
            view.opened.prepared.image_u8.shape,
            spacing=view.opened.prepared.spacing,
            width_mm=self.width_mm,
        )
        marked = bac.added(labels, band, label)
        self._clear()
        if not (marked == label).any():
            host.say("All of this band is already marked; nothing was added.")
            return False
        host.set_labels(view.key, marked)
        choose(host, (view.key, label))
        self.changed.emit()
        return True

    def take_back(self) -> None:
        """Forget what the last click added."""
        if self.points:
            del self.points[len(self.points) - self._clicks.pop() :]
            if not self.points:
                self._clear()
            self._show()
            self.changed.emit()

    def cancel(self) -> None:
        """Forget the line; where there is none, turn off."""
        if self.points:
            self._clear()
            self.changed.emit()
        else:
            self.stop()

    def _add(self, position: Floats) -> None:
        found = view_at(self._host.views, position)
        if found is None:
            return
        key, place = found
        if self.key is not None and key != self.key:
            self._host.say(f"This line is drawn on {self.key}; press Enter to finish it first.")
            return
        self.key = key
        if self.points and float(np.hypot(*(place - self.points[-1]))) < _CLOSER_IS_THE_SAME_PX:
            return
        added = self._added(self._host.views[key], place)
        self.points.extend(added)
        self._clicks.append(len(added))
        self._show()
        self.changed.emit()

    def _added(self, view: ViewSession, place: Floats) -> list[Floats]:
        """The points that a click stands for."""
        if not self.follows:
            return [place]
        if self.points:
            if len(self._clicks) == 1 and bac.goes_on_at_start(self.points[0], self.points[-1], place):
                # The artery goes on at its other end.
                self.points.reverse()
            return list(self._calcium.way_on(view, self.points[-1], place))
        found = self._calcium.artery(view, place)
        if found is None:
            self._host.say(
                f"No calcium was found within {bac.SNAP_MM:g} mm of this point of {view.key}; the next "
                "clicks go on from here, along calcium where there is some."
            )
            return [place]
        return list(found)

    def _show(self, towards: Floats | None = None) -> None:
        if self.key is None or self.key not in self._host.views or not self.points:
            self._preview.hide()
            return
        view, points = self._host.views[self.key], list(self.points)
        if towards is not None:
            if (
                self.follows
                and len(self._clicks) == 1
                and bac.goes_on_at_start(points[0], points[-1], towards)
            ):
                points.reverse()
            points.extend(self._calcium.way_on(view, points[-1], towards) if self.follows else [towards])
        self._preview.show(view, points, self.width_mm)

    def _clear(self) -> None:
        self.key, self.points, self._clicks = None, [], []
        self._preview.hide()

    def _on_move(self, _viewer: Any, event: Any) -> None:
        if self.key in self._host.views and self.points:
            assert self.key is not None
            layer = self._host.views[self.key].labels
            self._show(np.array(layer.world_to_data(event.position), float)[-2:])

    def _on_double_click(self, _viewer: Any, _event: Any) -> None:
        self.finish()

    def _keys(self) -> dict[str, Callable[[], object]]:
        return {"Enter": self.finish, "Escape": self.cancel, "Backspace": self.take_back}

    def _bind(self, *holders: Any) -> None:
        # A layer's keys come before the viewer's: napari ends polygons with the same ones.
        self._bound = list(holders)
        for holder in holders:
            for key, do in self._keys().items():
                holder.bind_key(key, key_callback(do), overwrite=True)

    def _let_the_mouse_move_the_image(self, layers: list[Labels]) -> None:
        for layer in layers:
            layer.mode = "pan_zoom"
        selection = self._host.viewer.layers.selection
        if layers and selection.active not in layers:
            key = self._host.selected[0] if self._host.selected is not None else None
            chosen = self._host.views.get(key) if key is not None else None
            selection.active = chosen.labels if chosen is not None else layers[0]
