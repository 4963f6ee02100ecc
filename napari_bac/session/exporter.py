"""Everything that is known of the views into one folder, away from the GUI thread, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final

from napari.utils.notifications import show_info

from napari_bac.session.signals import SessionSignals
from napari_bac.session.workers import GeneratorWorker, create_worker
from napari_bac.settings import preferences
from napari_bac.views.snapshot import Snapshot
from napari_bac.views.view_session import ViewSession, problem_words
from shared_core import hosting as bac

HOST: Final = "napari"


class Exporter:
    """One export at a time.

    Parameters
    ----------
    views
        By key; the dictionary is followed as it changes.
    signals
        Told whenever an export began, advanced or ended, and what the person should know.
    settings
        Of the measurement.
    exported
        Called with a view and its revision that lies on disk now.
    """

    def __init__(
        self,
        views: Mapping[str, ViewSession],
        signals: SessionSignals,
        settings: Callable[[], bac.MeasurementSettings],
        exported: Callable[[ViewSession, int], None],
    ) -> None:
        self._views, self._settings, self._exported = views, settings, exported
        self._say, self._changed = signals.said.emit, signals.run_changed.emit
        self._worker: GeneratorWorker[tuple[int, int], None, str] | None = None
        self.done = 0
        self.total = 0
        """Steps: each view is measured, then written."""

    @property
    def busy(self) -> bool:
        """Whether files are being written."""
        return self._worker is not None

    def start(self, folder: Path, *, replace: bool = False) -> bool:
        """Begin to write; False, and a sentence, where that cannot be.

        Parameters
        ----------
        folder
            Takes the results; made beside and renamed.
        replace
            Whether an export that lies there gives way.
        """
        views = list(self._views.values())
        if self.busy or not any(view.problem is None for view in views):
            self._say(
                "An export is already being written; wait until it is finished."
                if self.busy
                else "There is no view to export."
            )
            return False
        snapshots = [Snapshot.of(view) for view in views]
        worker: GeneratorWorker[tuple[int, int], None, str] = create_worker(
            _steps,
            snapshots,
            folder,
            self._settings(),
            replace,
            preferences().formats,
            _start_thread=False,
        )
        worker.yielded.connect(self._on_step)
        worker.aborted.connect(lambda: self._say("The export was cancelled; nothing was saved."))
        worker.returned.connect(partial(self._done, snapshots, folder))
        worker.finished.connect(self._end)
        self._worker, self.done, self.total = worker, 0, 2 * len(snapshots)
        worker.start()
        self._changed()
        return True

    def cancel(self) -> None:
        """End after the view that is worked on; nothing is kept."""
        if self._worker is not None:
            self._worker.quit()

    def stop(self) -> None:
        """The session is over."""
        self.cancel()
        self._worker = None

    def metrics_csv(self) -> bytes:
        """``views.csv`` of the views as they are now.

        Raises
        ------
        OpenBacError
            A view cannot be measured.
        """
        settings = self._settings()
        finals = [Snapshot.of(view).final(settings) for view in self._views.values()]
        return bac.views_csv(bac.record_of(final) for final in finals)

    def save_metrics(self, path: Path) -> bool:
        """Write ``views.csv`` of the views as they are now; False, and a sentence, where that cannot be."""
        try:
            bac.write_bytes(path, self.metrics_csv())
        except bac.OpenBacError as error:
            self._say(str(error))
            return False
        return True

    def _done(self, snapshots: Sequence[Snapshot], folder: Path, reason: str) -> None:
        if reason:
            self._say(f"Not exported: {reason}")
            return
        for snapshot in snapshots:
            if snapshot.problem is None:
                self._exported(snapshot.view, snapshot.revision)
        left_out = left_out_words(snapshots)
        # What went well is no warning.
        tell = self._say if left_out else show_info
        tell(f"Exported to {folder}.{left_out}")

    def _on_step(self, step: tuple[int, int]) -> None:
        if self.busy:
            self.done, self.total = step
            self._changed()

    def _end(self) -> None:
        if self.busy:
            self._worker = None
            self._changed()


def left_out_words(snapshots: Sequence[Snapshot]) -> str:
    """Which views are exported without mask and numbers, and why; empty where none is."""
    unseen = [one.view.key for one in snapshots if one.problem is None and not one.has_numbers]
    said = f" Not analysed, so without mask and numbers: {', '.join(unseen)}." if unseen else ""
    unfit = [f" {one.view.key}: {problem_words(one.problem)}" for one in snapshots if one.problem is not None]
    return said + "".join(unfit)


def _steps(
    snapshots: Sequence[Snapshot],
    folder: Path,
    settings: bac.MeasurementSettings,
    replace: bool,
    formats: tuple[str, ...],
) -> Generator[tuple[int, int], None, str]:
    """Return why it cannot be done, or nothing: a worker swallows or shows as a bug what is raised in it."""
    try:
        views: list[bac.ReviewedView] = []
        for snapshot in snapshots:
            views.append(snapshot.final(settings))
            yield len(views), 2 * len(snapshots)
        writing = bac.export_steps(
            folder, views, settings=settings, host=HOST, replace=replace, formats=formats
        )
        with closing(writing):
            for done, _views in writing:
                yield len(views) + done, 2 * len(snapshots)
    except bac.OpenBacError as error:
        return str(error)
    except (RuntimeError, MemoryError) as error:
        return f"the computation failed ({error}); close other programs and try again."
    return ""
