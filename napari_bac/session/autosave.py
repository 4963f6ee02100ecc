"""Edits are put by two seconds after the last stroke, and offered when the image is opened again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from functools import partial
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from napari.qt.threading import FunctionWorker, create_worker
from qtpy.QtCore import QTimer

from napari_bac.session.edit_store import EditStore, SavedEdits, image_name
from napari_bac.session.view_session import KeptLabels, LabelPixels, ViewSession
from shared_core import OpenBacError

if TYPE_CHECKING:
    from napari_bac.session.exam_session import ExamSession

REST_MS: Final = 2000
"""Without a change before edits are put by."""


@dataclass(eq=False)
class _Kept:
    """What is put by of one view."""

    image: str
    number: int
    offers: list[SavedEdits] = field(default_factory=list)
    """Of sessions that are over, the newest first."""
    restored: list[SavedEdits] = field(default_factory=list)
    """Taken over, and kept on disk until this session put its own by."""


class Autosave:
    """Puts edits by, and offers those of earlier sessions.

    Parameters
    ----------
    session
        Whose views are watched.
    """

    def __init__(self, session: ExamSession) -> None:
        self._session = session
        self._store = EditStore()
        self._kept: WeakKeyDictionary[ViewSession, _Kept] = WeakKeyDictionary()
        self._waiting: dict[ViewSession, None] = {}
        self._workers: set[FunctionWorker[None]] = set()
        self._failed = False
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._write_all)
        session.signals.live_changed.connect(self._on_change)
        session.signals.views_changed.connect(self._on_views)

    def restorable(self, key: str) -> SavedEdits | None:
        """Edits of an earlier session that no export holds; None where there are none."""
        view = self._session.views.get(key)
        kept = self._kept.get(view) if view is not None else None
        return kept.offers[0] if kept is not None and kept.offers else None

    def restore(self, key: str) -> None:
        """Bring them back, as one step of undo."""
        saved = self.restorable(key)
        if saved is None:
            return
        view = self._session.views[key]
        kept = self._kept[view]
        kept.offers.remove(saved)
        kept.restored.append(saved)
        if view.answer is None:
            view.mask_style, view.began_as = saved.mask_style, saved.began_as
        self._session.set_labels(key, saved.labels())
        self._session.request_numbers(key)
        self._on_change(key)
        self._session.signals.restorable_changed.emit(key)

    def discard(self, key: str) -> None:
        """Throw them away."""
        saved = self.restorable(key)
        if saved is not None:
            self._kept[self._session.views[key]].offers.remove(saved)
            self._store.remove(saved.file)
            self._session.signals.restorable_changed.emit(key)

    def exported(self, view: ViewSession, revision: int) -> None:
        """An export holds this revision: nothing up to it needs to be put by."""
        kept = self._kept.get(view)
        if kept is not None and view.revision == revision:
            self._waiting.pop(view, None)
            self._remove(view, kept, revision)

    def stop(self) -> None:
        """Put by at once what waits, and end."""
        self._timer.stop()
        for view in self._waiting:
            kept = self._kept.get(view)
            if kept is not None and view.edited and view.fits:
                self._write(self._saved(view, kept), view.label_pixels())
        self._waiting.clear()
        self._store.close()

    def _on_views(self) -> None:
        for view in self._session.views.values():
            if view not in self._kept:
                image = image_name(view.opened)
                kept = self._kept[view] = _Kept(image, len(self._kept), self._store.find(image))
                if kept.offers:
                    self._session.say(
                        f"{view.key}: corrections of {kept.offers[0].when} were not exported; "
                        "choose Restore or Discard in BAC exam."
                    )
                    self._session.signals.restorable_changed.emit(view.key)

    def _on_change(self, key: str) -> None:
        self._waiting[self._session.views[key]] = None
        self._timer.start(REST_MS)

    def _write_all(self) -> None:
        waiting, self._waiting = list(self._waiting), {}
        for view in waiting:
            kept = self._kept.get(view)
            if kept is None or not view.fits:
                continue
            if not view.edited:
                # The model's own labels can be had again.
                self._remove(view, kept, view.revision)
                continue
            worker: FunctionWorker[None] = create_worker(
                self._write, self._saved(view, kept), view.label_pixels().copy(), _start_thread=False
            )
            worker.returned.connect(partial(self._written, kept))
            worker.errored.connect(self._on_error)
            worker.finished.connect(partial(self._workers.discard, worker))
            self._workers.add(worker)
            worker.start()

    def _saved(self, view: ViewSession, kept: _Kept) -> SavedEdits:
        return SavedEdits(
            image=kept.image,
            path=str(view.opened.path or ""),
            saved_at=datetime.now(timezone.utc),
            mask_style=view.mask_style,
            began_as=began_as(view),
            packed=b"",
            shape=(0, 0),
            revision=view.revision,
            file=self._store.file_of(kept.image, kept.number),
        )

    def _write(self, saved: SavedEdits, labels: LabelPixels) -> None:
        small = KeptLabels.of(labels)
        self._store.write(replace(saved, packed=small.packed, shape=small.shape))

    def _written(self, kept: _Kept, _nothing: None = None) -> None:
        self._failed = False
        for saved in kept.restored:
            self._store.remove(saved.file)
        kept.restored.clear()

    def _remove(self, view: ViewSession, kept: _Kept, revision: int) -> None:
        self._store.remove(self._store.file_of(kept.image, kept.number), revision=revision)
        self._written(kept)

    def _on_error(self, error: BaseException) -> None:
        # Once, not at every stroke.
        if not self._failed:
            self._failed = True
            reason = str(error) if isinstance(error, OpenBacError) else f"{type(error).__name__}: {error}"
            self._session.say(f"Your corrections cannot be put by: {reason} Export the exam to keep them.")


def began_as(view: ViewSession) -> dict[str, object] | None:
    """The model whose labels a view began with; None where there was none."""
    if view.answer is not None:
        card = view.answer.card
        return {
            "model_name": card.name,
            "model_sha256": card.sha256,
            "threshold": view.answer.threshold,
            "mask_style": card.mask_style,
        }
    return dict(view.began_as) if view.began_as is not None else None
