"""The slow numbers, away from the GUI thread: after a stroke, never during one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from qtpy.QtCore import QTimer

from napari_bac.session.workers import FunctionWorker, create_worker
from napari_bac.views.model_answer import LabelPixels
from napari_bac.views.view_session import ViewSession, others_of
from shared_core import hosting as bac

REST_MS = 150
"""Without a change before the slow numbers are taken."""


class MeasurementQueue:
    """Measures the views that were changed, one at a time, the latest labels only.

    Parameters
    ----------
    find
        The view of a key, None where it is gone.
    done
        Called on the GUI thread with the key when the numbers of a view are those of its labels, or when it
        is known that it has none.
    failed
        Called with a sentence.
    """

    def __init__(
        self,
        find: Callable[[str], ViewSession | None],
        settings: Callable[[], bac.MeasurementSettings],
        done: Callable[[str], None],
        failed: Callable[[str], None],
    ) -> None:
        self._find, self._settings, self._done, self._failed = find, settings, done, failed
        self._waiting: dict[str, None] = {}
        self._worker: FunctionWorker[bac.LabelledMeasurement] | None = None
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._next)

    @property
    def busy(self) -> bool:
        """Whether any numbers are still to come."""
        return bool(self._waiting) or self._worker is not None

    def ask(self, key: str) -> None:
        """Measure a view once its labels have rested."""
        self._waiting[key] = None
        self._timer.start(REST_MS)

    def stop(self) -> None:
        """Forget what waits; what runs ends without a word."""
        self._timer.stop()
        self._waiting.clear()
        if self._worker is not None:
            self._worker.quit()
            self._worker = None

    def _next(self) -> None:
        if self._worker is not None:
            return
        while self._waiting:
            key = next(iter(self._waiting))
            del self._waiting[key]
            view = self._find(key)
            if view is not None and view.state.is_analysed and view.check_pixels() is None:
                self._start(view)
                return
            if view is not None:
                view.take_no_numbers()
                self._done(key)

    def _start(self, view: ViewSession) -> None:
        labels = view.label_pixels().copy()
        worker: FunctionWorker[bac.LabelledMeasurement] = create_worker(
            _measured, view, labels, self._settings(), _start_thread=False, _ignore_errors=True
        )
        self._worker = worker
        worker.returned.connect(partial(self._take, view, view.revision))
        worker.errored.connect(lambda error: self._failed(f"The measurement failed: {error}"))
        # Not the worker itself: it would never go, nor the labels in it.
        worker.finished.connect(self._end)
        worker.start()

    def _take(self, view: ViewSession, revision: int, measured: bac.LabelledMeasurement) -> None:
        # Another patient's view may have come under the same key.
        if self._find(view.key) is not view or self._worker is None:
            return
        view.measured = measured
        view.measured_is_current = view.revision == revision
        if view.measured_is_current:
            view.stale.clear()
        else:
            self._waiting[view.key] = None
        self._done(view.key)

    def _end(self) -> None:
        self._worker = None
        if self._waiting and not self._timer.isActive():
            self._timer.start(REST_MS)


def _measured(
    view: ViewSession, labels: LabelPixels, settings: bac.MeasurementSettings
) -> bac.LabelledMeasurement:
    own = view.answer if not view.edited else None
    measured = bac.measure_labels(
        view.opened.prepared,
        bac.artery_labels(labels),
        probability=own.probability.values if own is not None else None,
        mask_style=view.mask_style,
        settings=settings,
        raw=view.opened.raw,
        judged=view.answer.judged if view.answer is not None else None,
        other=others_of(view, labels),
        edited=view.edited,
        numbered=view.numbered,
    )
    bac.give_back_freed()
    return measured
