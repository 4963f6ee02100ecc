"""Notice when a layer is changed that a view was taken from, and say so once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from napari.utils.notifications import show_info
from qtpy.QtCore import QTimer

from napari_bac.session.signals import SessionSignals
from napari_bac.views.layer_pixels import in_bytes
from napari_bac.views.taken_layers import CHANGES
from napari_bac.views.view_session import ViewSession, problem_words

REST_MS = 100
"""Both layers of a view are moved one after the other: looked at is when they rest."""


class LayerGuard:
    """Looks at the layers of views after each change.

    `request_numbers` is called with the key of a view that can be measured no more, or again.
    """

    def __init__(
        self,
        views: Mapping[str, ViewSession],
        signals: SessionSignals,
        request_numbers: Callable[[str], None],
    ) -> None:
        self._views, self._signals, self._request_numbers = views, signals, request_numbers
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self.look)

    def watch(self, view: ViewSession) -> None:
        """Watch both layers of a view from now on."""
        for layer in (view.image, view.labels):
            for name in CHANGES:
                event = getattr(layer.events, name, None)
                if event is not None:
                    event.connect(self._on_event)

    def forget(self, view: ViewSession) -> None:
        """Watch them no more."""
        for layer in (view.image, view.labels):
            for name in CHANGES:
                event = getattr(layer.events, name, None)
                if event is not None:
                    event.disconnect(self._on_event)

    def stop(self) -> None:
        """The session is over."""
        self._timer.stop()

    def look(self) -> None:
        """Look at all views now."""
        for key, view in list(self._views.items()):
            labels = in_bytes(view.labels, view.opened.prepared.image_u8.shape)
            if labels is not None and labels.dtype != view.label_pixels().dtype:
                view.labels.data = labels
                show_info(f"{key}: its labels were brought back to 8 bits, in which they are measured.")
            before, problem = view.problem_told, view.check_pixels()
            if problem == before:
                continue
            view.problem_told = problem
            if problem is not None:
                self._signals.said.emit(f"{key}: {problem_words(problem)}")
            view.measured_is_current = False
            self._signals.live_changed.emit(key)
            self._signals.edited_changed.emit(key)
            self._request_numbers(key)

    def _on_event(self, _event: Any = None) -> None:
        self._timer.start()
