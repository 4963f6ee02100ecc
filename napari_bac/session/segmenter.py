"""The segmentation of a session: one at a time, each view's result pasted when it is there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from napari_bac.session.probability_layers import ProbabilityLayers
from napari_bac.session.pulse import Pulse
from napari_bac.session.segmentation_run import (
    RunEvent,
    RunRequest,
    SegmentationRun,
    TileDone,
    ViewBegun,
    ViewDone,
    ViewFailed,
)
from napari_bac.session.signals import SessionSignals
from napari_bac.views.model_answer import ModelAnswer
from napari_bac.views.view_session import ViewSession, problem_words
from shared_core import hosting as bac

_UNFIT: Final = bac.LABELS_UNFIT.notice()


class Segmenter:
    """Segments views, one run after the other; `take` gets what a model said and was shown of each."""

    def __init__(
        self,
        views: Mapping[str, ViewSession],
        probabilities: ProbabilityLayers,
        signals: SessionSignals,
        take: Callable[[str, ModelAnswer, bac.PreparedView], None],
    ) -> None:
        self._views, self._probabilities = views, probabilities
        self._take_answer = take
        self._say, self._changed = signals.said.emit, signals.run_changed.emit
        self._pulse = Pulse(self._show)
        self.run: SegmentationRun | None = None
        self._asked: dict[str, tuple[ViewSession, int]] = {}
        """Of the run: its views, and how often edits of each were restored before it began."""

    @property
    def is_running(self) -> bool:
        """Whether one runs now."""
        return self.run is not None and self.run.state == "running"

    def start(
        self, keys: Iterable[str], *, model: str | None, device: bac.Device, threshold: float | None
    ) -> bool:
        """Begin, or say why not."""
        asked = [self._views[key] for key in keys if key in self._views]
        # Labels that do not fit are replaced by those of the run.
        problems = {view.key: view.check_pixels() for view in asked}
        kept = {key: one for key, one in problems.items() if one is not None and one != _UNFIT}
        for key, problem in kept.items():
            self._say(f"{key}: {problem_words(problem)}")
        views = tuple((view.key, view.opened) for view in asked if view.key not in kept)
        if self.is_running:
            self._say("A segmentation is already running; wait until it ends, or cancel it.")
            return False
        if not views:
            if kept:
                return False
            self._say("There is no view to segment; open an exam or select an image layer.")
            return False
        self._asked = {view.key: (view, view.restorations) for view in asked if view.key not in kept}
        self.run = SegmentationRun(RunRequest(views, model, device, threshold), self._on_event)
        self.run.start()
        self._changed()
        return True

    def cancel(self) -> None:
        """End within the tile that is worked on."""
        if self.run is not None:
            self.run.cancel()

    def stop(self) -> None:
        """End for good, without a word."""
        self._pulse.stop()
        if self.run is not None:
            self.run.stop()

    def on_view_gone(self, key: str) -> None:
        """A view left the viewer; a run of which no view is left has nothing to do."""
        self._probabilities.hide(key)
        run = self.run
        if run is not None and self.is_running and not any(self._is_there(key) for key in self._asked):
            run.cancel()

    def _is_there(self, key: str) -> bool:
        return key in self._asked and self._views.get(key) is self._asked[key][0]

    def _was_restored_meanwhile(self, key: str) -> bool:
        view, before = self._asked[key]
        return view.restorations > before

    def _on_event(self, event: RunEvent | None) -> None:
        assert self.run is not None
        key = getattr(event, "key", "")
        if event is None:
            self._probabilities.end_preview()
            if self.run.state == "failed":
                self._say(self.run.words)
        elif key in self._asked and not self._is_there(key):
            # Another view may have come under the same key: what was seen on this one is not its.
            if isinstance(event, ViewDone):
                self._say(f"{key} was closed during segmentation; its result was not kept.")
        elif isinstance(event, ViewBegun):
            self._probabilities.begin_preview(key, event.shape)
        elif isinstance(event, TileDone):
            if event.answer is not None:
                self._probabilities.add_tile(event.answer)
            self._pulse.ask()
            return
        elif isinstance(event, ViewFailed):
            self._probabilities.end_preview()
            self._say(f"{key}: {event.reason}")
        elif isinstance(event, ViewDone):
            self._probabilities.end_preview()
            if self._was_restored_meanwhile(event.key):
                self._say(
                    f"{event.key}: corrections were restored during segmentation; they stay, and the "
                    "model's result was not kept."
                )
            else:
                self._take(event)
        self._pulse.now()

    def _show(self) -> None:
        self._probabilities.show_tiles()
        self._changed()

    def _take(self, event: ViewDone) -> None:
        answer, view = event.answer, self._views[event.key]
        view.notices.extend(new for new in answer.kept.about.notices if new not in view.notices)
        self._take_answer(event.key, answer, event.prepared)
        if not view.label_pixels().any():
            by = f"by {answer.card.name} at threshold {bac.threshold(answer.threshold)}"
            self._say(f"{event.key}: no calcification was found {by}.")
