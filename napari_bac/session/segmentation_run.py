"""A segmentation of some views, away from the GUI thread: progress, cancel within a tile, errors in words."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, Literal

from napari_bac.remedies import error_words
from napari_bac.session.workers import GeneratorWorker, create_worker
from napari_bac.views.model_answer import KeptLabels, KeptProbability, ModelAnswer
from napari_bac.views.opened_view import OpenedView
from shared_core import hosting as bac

CANCELLED: Final = "Cancelled; views already segmented keep their results."

State = Literal["running", "done", "cancelled", "failed"]


class SegmentationError(Exception):
    """Carries a sentence out of a worker, which swallows every `RuntimeError` raised in a generator."""


@dataclass(frozen=True)
class RunRequest:
    """What is to run."""

    views: tuple[tuple[str, OpenedView], ...]
    """(key, view)."""
    model: str | None = None
    """Name or card file; None for the default."""
    device: bac.Device = "auto"
    threshold: float | None = None
    """None takes the card's."""


@dataclass(frozen=True)
class ViewBegun:
    """One view is being segmented."""

    key: str
    shape: tuple[int, int]
    """(rows, columns) of the image that the network sees, on which its tiles lie."""


@dataclass(frozen=True, eq=False)
class TileDone:
    """One tile of one view is there."""

    key: str
    done: int
    total: int
    """Of the view."""
    answer: bac.TileProbability | None


@dataclass(frozen=True, eq=False)
class ViewDone:
    """One view is segmented."""

    key: str
    answer: ModelAnswer
    prepared: bac.PreparedView
    """As the model takes it: another than that of the opened view where its preset is another."""


@dataclass(frozen=True)
class ViewFailed:
    """One view could not be segmented; the others go on."""

    key: str
    reason: str


@dataclass(frozen=True)
class ModelLoaded:
    """What runs."""

    words: str
    """Model, device and backend."""


RunEvent = ViewBegun | TileDone | ViewDone | ViewFailed | ModelLoaded


@dataclass(eq=False)
class SegmentationRun:
    """A run and how far it is; calls `told` on the GUI thread after every event."""

    request: RunRequest
    told: Callable[[RunEvent | None], None]
    state: State = "running"
    words: str = "Loading the model"
    """What runs, or why it ended."""
    key: str = ""
    """The view that is worked on."""
    done: int = 0
    total: int = 0
    """Tiles of all views, as far as they are known."""
    failures: list[ViewFailed] = field(default_factory=list)
    _began: float = field(default_factory=time.monotonic)
    _finished_views: int = 0
    _worker: GeneratorWorker[RunEvent, None, None] | None = None

    def start(self) -> None:
        """Begin."""
        worker: GeneratorWorker[RunEvent, None, None] = create_worker(
            run_events, self.request, _start_thread=False, _ignore_errors=True
        )
        worker.yielded.connect(self._on_event)
        worker.errored.connect(self._on_error)
        worker.aborted.connect(partial(self._end, "cancelled", CANCELLED))
        worker.returned.connect(lambda _nothing: self._end("done", self._summary()))
        self._worker = worker
        worker.start()

    def cancel(self) -> None:
        """End within the tile that is worked on."""
        if self._worker is not None and self.state == "running":
            self._worker.quit()

    def stop(self) -> None:
        """The same, and say nothing more: nobody is there to hear it."""
        if self._worker is not None:
            self._worker.quit()
            self.state, self._worker = "cancelled", None

    @property
    def share(self) -> float:
        """Of the work, 0 to 1."""
        within = self.done / self.total if self.total else 0.0
        return min((self._finished_views + within) / max(len(self.request.views), 1), 1.0)

    @property
    def seconds_left(self) -> float | None:
        """None until there is something to tell it from."""
        share = self.share
        return None if share < 0.02 else (time.monotonic() - self._began) * (1 - share) / share

    def _on_event(self, event: RunEvent) -> None:
        if self.state != "running":
            return
        if isinstance(event, ModelLoaded):
            self.words = event.words
        elif isinstance(event, ViewBegun):
            self.key, self.done, self.total = event.key, 0, 0
        elif isinstance(event, TileDone):
            self.key, self.done, self.total = event.key, event.done, event.total
        else:
            self._finished_views += 1
            self.done = self.total = 0
            if isinstance(event, ViewFailed):
                self.failures.append(event)
        self.told(event)

    def _on_error(self, error: BaseException) -> None:
        self._end("failed", str(error))

    def _end(self, state: State, words: str) -> None:
        if self.state == "running":
            self.state, self.words, self._worker = state, words, None
            self.told(None)

    def _summary(self) -> str:
        seconds = time.monotonic() - self._began
        worked = f"{self.words}, {seconds:.0f} s"
        failed = "; ".join(f"{failure.key}: {failure.reason}" for failure in self.failures)
        return f"{worked}. Failed: {failed}" if failed else worked


def run_events(request: RunRequest) -> Generator[RunEvent, None, None]:
    """Do the work, event by event; also runs without any window.

    Raises
    ------
    SegmentationError
        No view can be done: the model or the device cannot be had.
    """
    try:
        model = bac.load_model(request.model, device=request.device)
    except bac.OpenBacError as error:
        raise SegmentationError(error_words(error)) from error
    except RuntimeError as error:
        raise SegmentationError(f"The model could not be loaded: {error}") from error
    info = model.backend.info
    yield ModelLoaded(f"{model.card.name} on {info.device} ({info.name} {info.version})")
    for key, opened in request.views:
        try:
            yield from _view_events(key, opened, model, request.threshold)
        except bac.OpenBacError as error:
            yield ViewFailed(key, error_words(error))
        except (RuntimeError, MemoryError) as error:
            # torch.OutOfMemoryError is a RuntimeError; raised on, it would leave the dock waiting for ever.
            reason = "the memory is full" if _is_full(error) else f"the computation failed ({error})"
            yield ViewFailed(key, f"{reason}; close other programs or choose the CPU, then run it again")


def _is_full(error: BaseException) -> bool:
    return isinstance(error, MemoryError) or "out of memory" in str(error).lower()


def _view_events(
    key: str, opened: OpenedView, model: bac.Model, threshold: float | None
) -> Generator[RunEvent, None, None]:
    began = time.monotonic()
    card = model.card
    prepared = bac.prepared_by(opened.prepared, card.preprocessing)
    yield ViewBegun(key, bac.model_grid(prepared.display_u8, prepared.valid_mask, prepared.spacing, card))
    result = None
    for step in bac.segment_steps(prepared, model):
        result = step.result
        yield TileDone(key, step.done, step.total, step.answer)
    assert result is not None
    cut = card.threshold if threshold is None else threshold
    decision, labels = _decided(prepared, result, card, cut)
    answer = ModelAnswer(
        card,
        KeptProbability.of(result),
        cut,
        labels,
        time.monotonic() - began,
        decision.judged,
        decision.other is not None,
    )
    yield ViewDone(key, answer, prepared)


def decided(prepared: bac.PreparedView, answer: ModelAnswer, threshold: float) -> ModelAnswer:
    """What the model said, cut at another threshold; takes some 0.2 s on 12 megapixels.

    Raises
    ------
    OpenBacError
        If the threshold is not inside (0, 1).
    """
    decision, labels = _decided(prepared, answer.probability, answer.card, threshold)
    return replace(answer, threshold=threshold, labels=labels, judged=decision.judged)


def _decided(
    prepared: bac.PreparedView, probability: bac.ProbabilityMap, card: bac.ModelCard, threshold: float
) -> tuple[bac.Decision, KeptLabels]:
    decision = bac.decide_mask(
        prepared,
        probability.values,
        card,
        threshold=threshold,
        image_probability=probability.image_probability,
    )
    labels = bac.numbered_labels(prepared, decision.mask, mask_style=card.mask_style)
    return decision, KeptLabels.of(bac.both_classes(labels, decision.other))
