"""Masks that came as layers of their own: onto the view that they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from napari.layers import Labels
from qtpy.QtCore import QTimer

from napari_bac.session.given_labels import METADATA_LABELS, GivenLabels, view_of
from shared_core import OpenBacError

if TYPE_CHECKING:
    from napari_bac.session.exam_session import ExamSession


def take_over(session: ExamSession, key: str, given: GivenLabels) -> None:
    """Put the labels of a file onto a view, as one step of undo; what lies on disk is no edit."""
    view = session.views[key]
    was_saved = not view.dirty
    labels = given.on(view.opened, mask_style=view.mask_style)
    if view.answer is None:
        view.began_as = given.began_as
        view.counts.compare_with(labels > 0)
    session.set_labels(key, labels)
    view.edited = view.counts.differing_px > 0
    if was_saved:
        view.saved_revision = view.revision
    session.signals.edited_changed.emit(key)
    session.request_numbers(key)


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
                key, _ = view_of(given, [(key, view.opened) for key, view in session.views.items()])
            except OpenBacError as error:
                self._told.add(id(layer))
                session.say(str(error))
                continue
            take_over(session, key, given)
            session.viewer.layers.remove(layer)
            session.say(
                f"{key}: the labels of {given.path.name} were taken over; undo brings the others back."
            )
