"""The one place that joins a viewer and the engine: every dock reads it, and asks it to change things."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count
from pathlib import Path
from typing import Any
from weakref import ref

from napari.components import ViewerModel
from napari.layers import Image, Labels, Layer

from napari_bac.editing.view_keys import ViewKeys
from napari_bac.layout.camera_fit import CameraFit
from napari_bac.layout.view_layers import add_view, enlarged_by, hang_layers, show_scale_bar
from napari_bac.session.autosave import Autosave
from napari_bac.session.exam_opener import ExamOpener
from napari_bac.session.exporter import Exporter
from napari_bac.session.layer_guard import LayerGuard
from napari_bac.session.layer_taking import Spacing, layer_as_view, not_open_yet, to_take
from napari_bac.session.limits import size_warning
from napari_bac.session.mask_layers import MaskLayers
from napari_bac.session.measurement_queue import MeasurementQueue
from napari_bac.session.probability_layers import ProbabilityLayers
from napari_bac.session.segmentation_run import SegmentationRun, decided
from napari_bac.session.segmenter import Segmenter
from napari_bac.session.signals import SessionSignals
from napari_bac.session.written_reports import WrittenReports
from napari_bac.settings import preferences
from napari_bac.views.given_labels import GivenLabels
from napari_bac.views.host import Artery
from napari_bac.views.model_answer import LabelPixels, ModelAnswer
from napari_bac.views.open_exams import exam_keys, exam_of
from napari_bac.views.opened_view import METADATA, OpenedView, open_each
from napari_bac.views.taken_layers import TakenLayers
from napari_bac.views.view_session import ViewSession
from napari_bac.views.watcher import LabelsWatcher, Region
from shared_core import hosting as bac


class ExamSession:
    """Views of one viewer, their labels, numbers and what runs on them."""

    def __init__(self, viewer: ViewerModel) -> None:
        # The table of sessions must not keep a closed viewer.
        self._viewer = ref(viewer)
        self.signals = SessionSignals()
        self.settings = bac.MeasurementSettings()
        self.views: dict[str, ViewSession] = {}
        """By key, in the order in which they hang."""
        self.exam: bac.ExamMeasurement | None = None
        self.selected: Artery | None = None
        self.reports = WrittenReports(self.views)
        self.hanging = preferences().hanging
        self.probabilities = ProbabilityLayers(viewer, self.views)
        self.opener = ExamOpener(self.add, self.say, self.signals.run_changed.emit)
        self._segmenter = Segmenter(self.views, self.probabilities, self.signals, self.set_answer)
        self._queue = MeasurementQueue(self.views.get, lambda: self.settings, self._on_measured, self.say)
        self._guard = LayerGuard(self.views, self.signals, self.request_numbers)
        self._adding, self._camera, self._numbers = False, CameraFit(), count()
        self.autosave = Autosave(
            self.views, self.signals, lambda: self.settings, self.request_numbers, lambda: self.opener.is_open
        )
        self._mask_layers = MaskLayers(viewer, self.views, take=self.set_given, say=self.say)
        self.exporter = Exporter(self.views, self.signals, lambda: self.settings, self._on_exported)
        viewer.layers.events.removed.connect(self._on_removed)
        viewer.layers.events.inserted.connect(self._on_inserted)
        self._keys = ViewKeys(self)
        self.take_layers()

    @property
    def viewer(self) -> ViewerModel:
        """The viewer."""
        viewer = self._viewer()
        assert viewer is not None, "the viewer of this session is gone"
        return viewer

    # Opening

    def open(self, paths: Sequence[Path], *, spacing_mm: float | None = None) -> tuple[bac.UnusedFile, ...]:
        """Read and hang files and folders while the window waits, as `opener` does not; what is not read."""
        listing = bac.find_exams(paths)
        found = list(open_each(listing.exams, spacing_mm=spacing_mm))
        self.add(view for view in found if isinstance(view, OpenedView))
        return (*listing.unused, *(file for file in found if isinstance(file, bac.UnusedFile)))

    def add(self, opened: Iterable[OpenedView]) -> tuple[str, ...]:
        """Hang views; return their keys."""
        keys = tuple(self._add(view) for view in not_open_yet(opened, self.views, self.say))
        if keys:
            self.hang()
        return keys

    def take_layer(
        self, layer: Layer, *, spacing_mm: Spacing | None = None, in_place: bool | None = None
    ) -> str:
        """Make a view of an image layer that is there; return its key.

        The spacing is the one given, else that of a layer in units of length, else not known. A layer that is
        not of our reader is the person's, and stays where it is, unless `in_place` says otherwise.

        Raises
        ------
        OpenBacError
            The layer is no single grey image, or shows no breast.
        """
        taken = layer_as_view(layer, self.views, spacing_mm=spacing_mm, in_place=in_place)
        if isinstance(taken, str):
            return taken
        key = self._add(taken.opened, image=layer, in_place=taken.in_place)
        show_scale_bar(self.viewer)
        self.signals.views_changed.emit()
        return key

    def take_layers(self) -> None:
        """Make views of the image layers that our reader brought and nobody took yet."""
        found = to_take(self.viewer.layers, self.views, self.say)
        if tuple(self._add(layer.metadata[METADATA], image=layer) for layer in found):
            self.hang()

    def hang(self) -> None:
        """Place all views as a radiologist reads them."""
        in_order = hang_layers(self.views, self.hanging)
        # The same dictionary: others hold it.
        self.views.clear()
        self.views.update(in_order)
        show_scale_bar(self.viewer)
        self._camera.show_all(self.viewer, goes_on=self.opener.goes_on)
        self.signals.views_changed.emit()

    def close(self) -> None:
        """Let go of the viewer: no timer, worker or callback stays."""
        self.signals.closing.emit()
        self.autosave.stop()
        self._mask_layers.stop()
        self.exporter.stop()
        self._segmenter.stop()
        self.opener.stop()
        self._queue.stop()
        self._guard.stop()
        viewer = self._viewer()
        if viewer is not None:
            self._keys.stop()
            viewer.layers.events.removed.disconnect(self._on_removed)
            viewer.layers.events.inserted.disconnect(self._on_inserted)
        for view in self.views.values():
            view.close()
        self.views.clear()

    # Running

    @property
    def run(self) -> SegmentationRun | None:
        """The segmentation that runs, or the last one."""
        return self._segmenter.run

    @property
    def is_running(self) -> bool:
        """Whether it runs."""
        return self._segmenter.is_running

    def segment(
        self,
        keys: Iterable[str] | None = None,
        *,
        model: str | None = None,
        device: bac.Device = "auto",
        threshold: float | None = None,
    ) -> bool:
        """Begin to segment views, all where none are named; False, and a sentence, where that cannot be.

        Model (name or card file), device and threshold as in `RunRequest`.
        """
        wanted = self.views if keys is None else keys
        return self._segmenter.start(wanted, model=model, device=device, threshold=threshold)

    def cancel(self) -> None:
        """End the segmentation within the tile that is worked on."""
        self._segmenter.cancel()

    # Labels

    def set_labels(self, key: str, labels: LabelPixels) -> None:
        """Change the labels of a view in one step of undo."""
        self.views[key].set_labels(labels)

    def set_answer(self, key: str, answer: ModelAnswer, prepared: bac.PreparedView | None = None) -> None:
        """Take a model's labels for a view, as one step of undo; what it was shown is then measured on."""
        view = self.views[key]
        if prepared is not None and prepared is not view.opened.prepared:
            view.take_prepared(prepared, self.settings)
        view.take_answer(answer)
        self.signals.edited_changed.emit(key)
        self.probabilities.follow(key)
        self.request_numbers(key)

    def set_given(self, key: str, given: GivenLabels) -> None:
        """Take the labels of a file for a view, as one step of undo."""
        self.views[key].take_given(given)
        self.signals.edited_changed.emit(key)
        self.request_numbers(key)

    def set_threshold(self, key: str, threshold: float) -> None:
        """Decide again, inside (0, 1), on what the model said of a view; one step of undo, edits are lost."""
        view = self.views[key]
        if view.answer is not None and (threshold != view.answer.threshold or view.edited):
            self.set_answer(key, decided(view.opened.prepared, view.answer, threshold))

    def reset_to_model(self, key: str) -> None:
        """Bring back the labels that the model gave, as one step of undo."""
        if self.views[key].answer is not None:
            self.views[key].take_back_to_model()
            self.signals.edited_changed.emit(key)
            self.request_numbers(key)

    def request_numbers(self, key: str) -> None:
        """Take the slow numbers of a view soon."""
        self._queue.ask(key)

    @property
    def is_measuring(self) -> bool:
        """Whether slow numbers are still to come."""
        return self._queue.busy

    def select(self, key: str, label: int = 0) -> None:
        """Say what the person looks at."""
        if key in self.views and self.selected != (key, label):
            self.selected = (key, label)
            self.signals.selected.emit(key, label)

    def say(self, sentence: str) -> None:
        """Pass a sentence on to the person."""
        self.signals.said.emit(sentence)

    # Inside

    def _add(self, opened: OpenedView, *, image: Layer | None = None, in_place: bool = False) -> str:
        key = opened.unique_title(self.views)
        self._adding = True
        try:
            image_layer, labels = add_view(self.viewer, opened, key, image=image, in_place=in_place)
        finally:
            self._adding = False
        image_layer.metadata[METADATA] = opened
        counts = bac.LiveCounts(opened.prepared, self.settings)
        taken = TakenLayers.of(image_layer, enlarged=1.0 if in_place else enlarged_by(image_layer))
        view = ViewSession(key, opened, image_layer, labels, counts, taken, in_place=in_place)
        view.watcher = LabelsWatcher(
            labels, lambda region: self._on_change(view, region), lambda: self.request_numbers(key)
        )
        labels.events.selected_label.connect(lambda: self.select(key, int(labels.selected_label)))
        view.notices.extend((*opened.prepared.header.notices, *opened.prepared.notices))
        view.number, self.views[key] = next(self._numbers), view
        self._guard.watch(view)
        self.request_numbers(key)
        # Reading and preparing freed several images of float32.
        bac.give_back_freed()
        if coarse := size_warning(key, opened.prepared.image_u8.shape):
            self.say(coarse)
        return key

    def _on_change(self, view: ViewSession, region: Region | None) -> None:
        if not view.fits:
            self._guard.look()
        elif view.take_change(region):
            self.signals.live_changed.emit(view.key)
            self.signals.edited_changed.emit(view.key)
            self._queue.ask(view.key)

    def _on_measured(self, key: str) -> None:
        self.signals.measured.emit(key)
        exam = exam_of(self.views.values())
        if exam is not None or len(exam_keys(self.views.values())) > 1:
            self.exam = exam
            self.signals.exam_measured.emit()

    def _on_exported(self, view: ViewSession, revision: int) -> None:
        view.saved_revision = revision
        self.autosave.exported(view, revision)
        self.signals.edited_changed.emit(view.key)

    def _on_inserted(self, _event: Any) -> None:
        if not self._adding:
            self.take_layers()

    def _on_removed(self, event: Any) -> None:
        """A view without its image or labels is none; the other layer stays as it is."""
        gone: Image | Labels = event.value
        for key, view in list(self.views.items()):
            if gone is view.image or gone is view.labels:
                view.close()
                self._guard.forget(view)
                del self.views[key]
                if self.selected is not None and self.selected[0] == key:
                    self.selected = None
                self.exam = exam_of(self.views.values())
                self._segmenter.on_view_gone(key)
                self.signals.views_changed.emit()
