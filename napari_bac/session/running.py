"""The segmentation of a session: one at a time, each view's result pasted when it is there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from napari_bac.session.segmentation_run import (
    RunEvent,
    RunRequest,
    SegmentationRun,
    TileDone,
    ViewBegun,
    ViewDone,
    ViewFailed,
)
from shared_core.inference.model import Device

if TYPE_CHECKING:
    from napari_bac.session.exam_session import ExamSession


class Running:
    """Runs of one session."""

    def __init__(self, session: ExamSession) -> None:
        self._session = session
        self.run: SegmentationRun | None = None

    @property
    def is_running(self) -> bool:
        """Whether one runs now."""
        return self.run is not None and self.run.state == "running"

    def start(
        self, keys: Iterable[str], *, model: str | None, device: Device, threshold: float | None
    ) -> bool:
        """Begin, or say why not."""
        session = self._session
        views = tuple((key, session.views[key].opened) for key in keys if key in session.views)
        if self.is_running:
            session.say("A segmentation is running already: wait for its end, or cancel it.")
            return False
        if not views:
            session.say("There is no view to segment: open an exam, or select an image layer.")
            return False
        self.run = SegmentationRun(RunRequest(views, model, device, threshold), self._on_event)
        self.run.start()
        session.signals.run_changed.emit()
        return True

    def cancel(self) -> None:
        """End within the tile that is worked on."""
        if self.run is not None:
            self.run.cancel()

    def stop(self) -> None:
        """End for good, without a word."""
        if self.run is not None:
            self.run.stop()

    def on_view_gone(self, key: str) -> None:
        """A view left the viewer; a run of which no view is left has nothing to do."""
        self._session.probabilities.hide(key)
        run = self.run
        if (
            run is not None
            and self.is_running
            and not any(self._is_there(*view) for view in run.request.views)
        ):
            run.cancel()

    def _is_there(self, key: str, opened: object) -> bool:
        view = self._session.views.get(key)
        return view is not None and view.opened is opened

    def _on_event(self, event: RunEvent | None) -> None:
        assert self.run is not None
        session, key = self._session, getattr(event, "key", "")
        opened = dict(self.run.request.views).get(key)
        if event is None:
            session.probabilities.end_preview()
            if self.run.state == "failed":
                session.say(self.run.words)
        elif opened is not None and not self._is_there(key, opened):
            # Another view may have come under the same key: what was seen on this one is not its.
            if isinstance(event, ViewDone):
                session.say(f"{key} was closed while it was segmented; its result is not kept.")
        elif isinstance(event, ViewBegun):
            session.probabilities.begin_preview(key, event.shape)
        elif isinstance(event, TileDone) and event.answer is not None:
            session.probabilities.add_tile(event.answer)
        elif isinstance(event, ViewFailed):
            session.probabilities.end_preview()
            session.say(f"{key}: {event.reason}")
        elif isinstance(event, ViewDone):
            session.probabilities.end_preview()
            self._take(event)
        session.signals.run_changed.emit()

    def _take(self, event: ViewDone) -> None:
        answer, view = event.answer, self._session.views[event.key]
        view.notices.extend(new for new in answer.kept.about.notices if new not in view.notices)
        self._session.set_answer(event.key, answer)
        if not view.label_pixels().any():
            by = f"by {answer.card.name} at threshold {answer.threshold:.2f}"
            self._session.say(f"{event.key}: no calcification was found {by}.")
