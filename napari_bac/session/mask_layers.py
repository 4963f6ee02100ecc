"""Masks that came as layers of their own: onto the view that they belong to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from weakref import ref

from napari.components import ViewerModel
from napari.layers import Labels
from napari.utils.notifications import show_info
from qtpy.QtCore import QTimer

from napari_bac.views.given_labels import METADATA_LABELS, GivenLabels, view_of
from napari_bac.views.view_session import ViewSession
from shared_core import hosting as bac


class MaskLayers:
    """Puts the labels that the reader brought onto their view, as one step of undo, and takes the layer away.

    `take` is called with the key of a view and the labels that belong to it.
    """

    def __init__(
        self,
        viewer: ViewerModel,
        views: Mapping[str, ViewSession],
        *,
        take: Callable[[str, GivenLabels], None],
        say: Callable[[str], None],
    ) -> None:
        self._viewer, self._views, self._take, self._say = ref(viewer), views, take, say
        self._told: set[int] = set()
        self._stopped = False
        # A layer must not go while napari is still adding it.
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self.take)
        viewer.layers.events.inserted.connect(self._look)
        self._look()

    def stop(self) -> None:
        """Look no more."""
        self._stopped = True
        self._timer.stop()

    def _look(self, _event: Any = None) -> None:
        viewer = self._viewer()
        if self._stopped or viewer is None:
            return
        if any(METADATA_LABELS in layer.metadata for layer in viewer.layers):
            self._timer.start()

    def take(self) -> None:
        """Put labels onto their views now; those that fit nowhere stay, and the reason is said."""
        viewer = self._viewer()
        if viewer is None:
            return
        loaded: list[str] = []
        for layer in list(viewer.layers):
            given = layer.metadata.get(METADATA_LABELS)
            if given is None or not isinstance(layer, Labels) or id(layer) in self._told:
                continue
            try:
                key, _ = view_of(given, [(key, view.opened) for key, view in self._views.items()])
            except bac.OpenBacError as error:
                self._told.add(id(layer))
                self._say(str(error))
                continue
            self._take(key, given)
            viewer.layers.remove(layer)
            loaded.append(f"{key} from {given.path.name}")
        if loaded:
            show_info(f"Labels loaded: {', '.join(loaded)}. Undo restores the previous ones.")
