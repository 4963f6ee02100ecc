"""Everything that is known of the views into one folder, away from the GUI thread, whole or not at all."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from napari_bac.session.autosave import began_as
from napari_bac.session.opened_view import OpenedView
from napari_bac.session.view_session import LabelPixels, ModelAnswer, ViewSession
from napari_bac.session.working import GeneratorWorker, create_worker
from napari_bac.settings import preferences
from shared_core import MeasurementSettings, OpenBacError, load_card
from shared_core.cohort.exam_export import export_steps
from shared_core.cohort.reviewed_view import Answer, ReviewedView, reviewed_view
from shared_core.exporting.atomic_write import write_bytes
from shared_core.records.tables import views_csv
from shared_core.records.view_and_exam import view_record
from shared_core.weights.card import MaskStyle
from shared_core.weights.default_model import PREFERRED

if TYPE_CHECKING:
    from napari_bac.session.exam_session import ExamSession

HOST: Final = "napari"


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A view at one moment, safe from the strokes that follow."""

    view: ViewSession
    """Only to say afterwards what was saved; not read meanwhile."""
    revision: int
    opened: OpenedView
    labels: LabelPixels
    answer: ModelAnswer | None
    edited: bool
    mask_style: MaskStyle
    began_as: dict[str, object] | None

    @classmethod
    def of(cls, view: ViewSession) -> Snapshot:
        """As it is now."""
        return cls(
            view,
            view.revision,
            view.opened,
            view.label_pixels().copy(),
            view.answer,
            view.edited,
            view.mask_style,
            began_as(view) if view.answer is None else None,
        )

    def final(self, settings: MeasurementSettings) -> ReviewedView:
        """Measured anew: the numbers of the table, to the digit."""
        answer = self.answer
        return reviewed_view(
            self.opened.prepared,
            self.labels,
            edited=self.edited,
            settings=settings,
            answer=Answer(answer.card, answer.probability, answer.threshold) if answer is not None else None,
            mask_style=self.mask_style,
            preprocessing=load_card(PREFERRED).preprocessing.name,
            began_as=self.began_as,
            raw=self.opened.raw,
            exam_key=self.opened.exam_key,
        )


class Exporting:
    """One export at a time.

    Parameters
    ----------
    session
        Whose views are written; told what lies on disk.
    """

    def __init__(self, session: ExamSession) -> None:
        self._session = session
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
        session = self._session
        views = [view for view in session.views.values() if view.fits]
        if self.busy or not views:
            session.say(
                "An export is being written; wait for it." if self.busy else "There is no view to export."
            )
            return False
        snapshots = [Snapshot.of(view) for view in views]
        worker: GeneratorWorker[tuple[int, int], None, str] = create_worker(
            _steps,
            snapshots,
            folder,
            session.settings,
            replace,
            preferences().formats,
            _start_thread=False,
        )
        worker.yielded.connect(self._on_step)
        worker.aborted.connect(lambda: session.say("The export was stopped; nothing of it was kept."))
        worker.returned.connect(partial(self._done, snapshots, folder))
        worker.finished.connect(self._end)
        self._worker, self.done, self.total = worker, 0, 2 * len(snapshots)
        worker.start()
        session.signals.run_changed.emit()
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
        session = self._session
        finals = [Snapshot.of(view).final(session.settings) for view in session.views.values() if view.fits]
        return views_csv(
            view_record(
                final.header,
                final.prepared,
                final.measurement,
                provenance=final.provenance,
                notices=final.notices,
                exam=final.exam_key or None,
            )
            for final in finals
        )

    def save_metrics(self, path: Path) -> bool:
        """Write ``views.csv`` of the views as they are now; False, and a sentence, where that cannot be."""
        try:
            write_bytes(path, self.metrics_csv())
        except OpenBacError as error:
            self._session.say(str(error))
            return False
        return True

    def _done(self, snapshots: Sequence[Snapshot], folder: Path, reason: str) -> None:
        session = self._session
        if reason:
            session.say(f"Not exported: {reason}")
            return
        for snapshot in snapshots:
            snapshot.view.saved_revision = snapshot.revision
            session.autosave.exported(snapshot.view, snapshot.revision)
            session.signals.edited_changed.emit(snapshot.view.key)
        session.say(f"Exported to {folder}.")

    def _on_step(self, step: tuple[int, int]) -> None:
        if self.busy:
            self.done, self.total = step
            self._session.signals.run_changed.emit()

    def _end(self) -> None:
        if self.busy:
            self._worker = None
            self._session.signals.run_changed.emit()


def _steps(
    snapshots: Sequence[Snapshot],
    folder: Path,
    settings: MeasurementSettings,
    replace: bool,
    formats: tuple[str, ...],
) -> Generator[tuple[int, int], None, str]:
    """Return why it cannot be done, or nothing: a worker swallows or shows as a bug what is raised in it."""
    try:
        views: list[ReviewedView] = []
        for snapshot in snapshots:
            views.append(snapshot.final(settings))
            yield len(views), 2 * len(snapshots)
        writing = export_steps(folder, views, settings=settings, host=HOST, replace=replace, formats=formats)
        with closing(writing):
            for done, _views in writing:
                yield len(views) + done, 2 * len(snapshots)
    except OpenBacError as error:
        return str(error)
    except (RuntimeError, MemoryError) as error:
        return f"the computer gave up ({error}); close other programs and try again."
    return ""
