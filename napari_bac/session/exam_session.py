"""The one place that joins a viewer and the engine: every dock reads it, and asks it to change things."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from napari.layers import Image, Labels

from napari_bac.layout.hanging import hang, order_of
from napari_bac.layout.view_layers import add_view, put, steps_of
from napari_bac.session.measuring import Measuring
from napari_bac.session.opened_view import METADATA, NotOpened, OpenedView, open_array, open_paths
from napari_bac.session.signals import SessionSignals
from napari_bac.session.view_session import KeptLabels, LabelPixels, ModelAnswer, ViewSession, count_view
from napari_bac.session.watcher import LabelsWatcher, Region
from shared_core import ExamMeasurement, MeasurementSettings, measure_exam

if TYPE_CHECKING:
    from napari.components import ViewerModel


class ExamSession:
    """Views of one viewer, their labels, numbers and what runs on them."""

    def __init__(self, viewer: ViewerModel) -> None:
        self.viewer = viewer
        self.signals = SessionSignals()
        self.settings = MeasurementSettings()
        self.views: dict[str, ViewSession] = {}
        """By key, in the order in which they hang."""
        self.exam: ExamMeasurement | None = None
        self.selected: tuple[str, int] | None = None
        self._measuring = Measuring(self.views.get, lambda: self.settings, self._on_measured, self.say)
        self._adding = False
        viewer.layers.events.removed.connect(self._on_removed)
        viewer.layers.events.inserted.connect(self._on_inserted)
        self.take_layers()

    # Opening

    def open(self, paths: Sequence[Path], *, spacing_mm: float | None = None) -> tuple[NotOpened, ...]:
        """Read files and folders, hang what they hold, and return what could not be read."""
        opened, refused = open_paths(paths, spacing_mm=spacing_mm)
        self.add(opened)
        return refused

    def add(self, opened: Iterable[OpenedView]) -> tuple[str, ...]:
        """Hang views; return their keys."""
        keys = tuple(self._add(view) for view in opened)
        if keys:
            self.hang()
        return keys

    def take_layer(self, layer: Image, *, spacing_mm: float | None = None) -> str:
        """Make a view of an image layer that is there; return its key.

        Raises
        ------
        OpenBacError
            The layer is no single grey image, or shows no breast.
        """
        opened = layer.metadata.get(METADATA)
        if not isinstance(opened, OpenedView):
            opened = open_array(np.asarray(layer.data), name=layer.name, spacing_mm=spacing_mm)
        key = self._add(opened, image=layer)
        self.signals.views_changed.emit()
        return key

    def take_layers(self) -> None:
        """Make views of the image layers that our reader brought and nobody took yet."""
        known = {id(view.image) for view in self.views.values()}
        found = [
            layer
            for layer in self.viewer.layers
            if isinstance(layer, Image) and METADATA in layer.metadata and id(layer) not in known
        ]
        for layer in found:
            self._add(layer.metadata[METADATA], image=layer)
        if found:
            self.hang()

    def hang(self) -> None:
        """Place all views as a radiologist reads them."""
        prepared = {key: view.opened.prepared for key, view in self.views.items()}
        places = hang(prepared, {key: steps_of(view.opened) for key, view in self.views.items()})
        for key, place in places.items():
            put(self.views[key].image, place)
            put(self.views[key].labels, place)
        self.views = {key: self.views[key] for key in order_of(prepared)}
        self.viewer.scale_bar.visible = True
        self.viewer.reset_view()
        self.signals.views_changed.emit()

    def close(self) -> None:
        """Let go of the viewer: no timer, worker or callback stays."""
        self._measuring.stop()
        self.viewer.layers.events.removed.disconnect(self._on_removed)
        self.viewer.layers.events.inserted.disconnect(self._on_inserted)
        for view in self.views.values():
            if view.watcher is not None:
                view.watcher.stop()
        self.views.clear()

    # Labels

    def set_labels(self, key: str, labels: LabelPixels, *, as_edit: bool = True) -> None:
        """Change the labels of a view in one step of undo."""
        layer = self.views[key].labels
        changed = np.nonzero(np.asarray(layer.data) != labels)
        if len(changed[0]):
            layer.data_setitem(changed, labels[changed])
        if not as_edit:
            self.views[key].edited = False

    def set_answer(self, key: str, answer: ModelAnswer) -> None:
        """Take a model's labels for a view, as one step of undo."""
        view = self.views[key]
        view.answer, view.mask_style = answer, answer.card.mask_style
        self.set_labels(key, answer.labels.labels())
        self._on_change(view, None)
        self.request_numbers(key)

    def reset_to_model(self, key: str) -> None:
        """Bring back the labels that the model gave, as one step of undo."""
        answer = self.views[key].answer
        if answer is not None:
            self.set_labels(key, answer.labels.labels())

    def request_numbers(self, key: str) -> None:
        """Take the slow numbers of a view soon."""
        self._measuring.ask(key)

    @property
    def measuring(self) -> bool:
        """Whether slow numbers are still to come."""
        return self._measuring.busy

    def select(self, key: str, label: int = 0) -> None:
        """Say what the person looks at."""
        if key in self.views and self.selected != (key, label):
            self.selected = (key, label)
            self.signals.selected.emit(key, label)

    def say(self, sentence: str) -> None:
        """Pass a sentence on to the person."""
        self.signals.said.emit(sentence)

    # Inside

    def _add(self, opened: OpenedView, *, image: Image | None = None) -> str:
        key = _unique(opened.title, self.views)
        self._adding = True
        try:
            image_layer, labels = add_view(self.viewer, opened, key, image=image)
        finally:
            self._adding = False
        image_layer.metadata[METADATA] = opened
        view = ViewSession(key, opened, image_layer, labels, count_view(opened, self.settings))
        view.watcher = LabelsWatcher(
            labels, lambda region: self._on_change(view, region), lambda: self.request_numbers(key)
        )
        labels.events.selected_label.connect(lambda: self.select(key, int(labels.selected_label)))
        view.notes.extend((*opened.prepared.header.warnings, *opened.prepared.warnings))
        self.views[key] = view
        self.request_numbers(key)
        return key

    def _on_change(self, view: ViewSession, region: Region | None) -> None:
        pixels = view.label_pixels()
        if pixels.shape != view.opened.prepared.image_u8.shape or pixels.dtype != np.uint8:
            self.say(
                f"{view.labels.name}: labels of another shape or type cannot be measured on {view.key}; "
                "undo, or load them as a layer of their own."
            )
            return
        if not len(view.counts.update(pixels, region)):
            return
        view.revision += 1
        view.measured_is_current = False
        edited = _differs(pixels, view.answer)
        if edited != view.edited:
            view.edited = edited
        self.signals.live_changed.emit(view.key)
        self.signals.edited_changed.emit(view.key)
        self._measuring.ask(view.key)

    def _on_measured(self, key: str) -> None:
        self.signals.measured.emit(key)
        views = [view for view in self.views.values() if view.measured is not None]
        if len(views) == len(self.views) and all(view.measured_is_current for view in views):
            self.exam = measure_exam(
                [(view.opened.prepared.header, view.measured.view) for view in views if view.measured]
            )
            self.signals.exam_measured.emit()

    def _on_inserted(self, _event: Any) -> None:
        if not self._adding:
            self.take_layers()

    def _on_removed(self, event: Any) -> None:
        """A view without its image or labels is none; the other layer stays as it is."""
        gone: Image | Labels = event.value
        for key, view in list(self.views.items()):
            if gone is view.image or gone is view.labels:
                if view.watcher is not None:
                    view.watcher.stop()
                del self.views[key]
                self.signals.views_changed.emit()


_SESSIONS: WeakKeyDictionary[Any, ExamSession] = WeakKeyDictionary()


def session_of(viewer: ViewerModel) -> ExamSession:
    """The session of a viewer, made when first asked for."""
    # Plugins get a proxy that forbids private names; all proxies of a viewer wrap one object.
    own = getattr(viewer, "__wrapped__", viewer)
    if own not in _SESSIONS:
        _SESSIONS[own] = ExamSession(own)
    return _SESSIONS[own]


def _differs(pixels: LabelPixels, answer: ModelAnswer | None) -> bool:
    if answer is None:
        return bool(pixels.any())
    return not np.array_equal(pixels > 0, answer.labels.labels() > 0)


def _unique(title: str, taken: Iterable[str]) -> str:
    number, key, names = 1, title, set(taken)
    while key in names:
        number += 1
        key = f"{title} {number}"
    return key


def kept(labels: LabelPixels) -> KeptLabels:
    """Put labels away; see `KeptLabels`."""
    return KeptLabels.of(labels)
