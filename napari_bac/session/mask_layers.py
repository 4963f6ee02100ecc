"""Masks that came as layers of their own: onto the view that they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from napari.layers import Labels
from qtpy.QtCore import QTimer

from napari_bac.session.given_labels import METADATA_LABELS, view_of
from shared_core import OpenBacError

if TYPE_CHECKING:
    from napari_bac.session.exam_session import ExamSession


class MaskLayers:
    """Puts the labels that the reader brought onto their view, as one step of undo, and takes the layer away.

    Parameters
    ----------
    session
        Whose viewer is looked through whenever a layer came.
    """

    def __init__(self, session: ExamSession) -> None:
        self._session = session
        self._told: set[int] = set()
        self._stopped = False
        # A layer must not go while napari is still adding it.
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self.take)
        session.viewer.layers.events.inserted.connect(self._look)
        self._look()

    def stop(self) -> None:
        """Look no more."""
        self._stopped = True
        self._timer.stop()

    def _look(self, _event: Any = None) -> None:
        if not self._stopped and any(
            METADATA_LABELS in layer.metadata for layer in self._session.viewer.layers
        ):
            self._timer.start()

    def take(self) -> None:
        """Put labels onto their views now; those that fit nowhere stay, and the reason is said."""
        session = self._session
        for layer in list(session.viewer.layers):
            given = layer.metadata.get(METADATA_LABELS)
            if given is None or not isinstance(layer, Labels) or id(layer) in self._told:
                continue
            try:
                key, opened = view_of(given, [(key, view.opened) for key, view in session.views.items()])
            except OpenBacError as error:
                self._told.add(id(layer))
                session.say(str(error))
                continue
            session.set_labels(key, given.on(opened, mask_style=session.views[key].mask_style))
            session.viewer.layers.remove(layer)
            session.request_numbers(key)
            session.say(
                f"{key}: the labels of {given.path.name} were taken over; undo brings the others back."
            )
