"""Edits are saved two seconds after the last stroke, and offered when the image is opened again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Final
from weakref import WeakKeyDictionary

from qtpy.QtCore import QTimer

from napari_bac.session.edit_store import EditStore, SavedEdits, image_name
from napari_bac.session.restoring import prepare_as_saved
from napari_bac.session.signals import SessionSignals
from napari_bac.session.workers import FunctionWorker, create_worker
from napari_bac.views.model_answer import KeptLabels, LabelPixels
from napari_bac.views.view_session import ViewSession
from shared_core import hosting as bac

REST_MS: Final = 2000
"""Without a change before edits are saved."""


@dataclass(eq=False)
class _Kept:
    """What is saved of one view."""

    image: str
    file: Path
    offers: list[SavedEdits] = field(default_factory=list)
    """Of views that are gone, the newest first."""
    restored: list[Path] = field(default_factory=list)
    """Files of edits that were taken over, kept until this session saved its own."""


class Autosave:
    """Saves edits, and offers those of earlier sessions.

    Parameters
    ----------
    views
        By key; the dictionary is followed as it changes.
    signals
        Heard for changes, and told of edits that are offered.
    settings
        Of the measurement.
    measure
        Called with the key of a view whose numbers are to be taken again.
    opening
        Whether further views are being read: what there is to say of all of them waits until then.
    """

    def __init__(
        self,
        views: Mapping[str, ViewSession],
        signals: SessionSignals,
        settings: Callable[[], bac.MeasurementSettings],
        measure: Callable[[str], None],
        opening: Callable[[], bool],
    ) -> None:
        self._views, self._signals, self._settings, self._measure = views, signals, settings, measure
        self._opening = opening
        self._store = EditStore()
        self._kept: WeakKeyDictionary[ViewSession, _Kept] = WeakKeyDictionary()
        self._waiting: dict[ViewSession, None] = {}
        self._untold: dict[str, SavedEdits] = {}
        """Offers by key, of which nothing was said yet."""
        self._failed = False
        self.taken_anew: ViewSession | None = None
        """A view that goes, whose labels the next one takes over itself: they are no offer to it."""
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.write_now)
        signals.live_changed.connect(self._on_change)
        signals.views_changed.connect(self._on_views)
        signals.run_changed.connect(self._tell)

    def restorable(self, key: str) -> SavedEdits | None:
        """Edits of an earlier session that no export holds; None where there are none."""
        view = self._views.get(key)
        kept = self._kept.get(view) if view is not None else None
        return kept.offers[0] if kept is not None and kept.offers else None

    def restore(self, key: str) -> None:
        """Bring them back, as one step of undo."""
        saved = self.restorable(key)
        if saved is None:
            return
        view = self._views[key]
        kept = self._kept[view]
        kept.offers.remove(saved)
        kept.restored.append(saved.file)
        if told := prepare_as_saved(view, saved, self._settings()):
            self._signals.said.emit(f"{key}: {told}")
        view.take_restored(saved.labels(), numbered=saved.numbered, tells_others=saved.tells_others)
        self._measure(key)
        self._on_change(key)
        self._signals.restorable_changed.emit(key)

    def discard(self, key: str) -> None:
        """Throw them away."""
        saved = self.restorable(key)
        if saved is not None:
            self._kept[self._views[key]].offers.remove(saved)
            self._store.remove(saved.file)
            self._signals.restorable_changed.emit(key)

    def exported(self, view: ViewSession, revision: int) -> None:
        """An export holds this revision: nothing up to it needs to be saved."""
        kept = self._kept.get(view)
        if kept is not None and view.revision == revision:
            self._waiting.pop(view, None)
            self._remove(view, kept, revision)

    def write_now(self) -> None:
        """Save what waits, in a worker, without waiting for the hand to rest."""
        waiting, self._waiting = list(self._waiting), {}
        for view in waiting:
            kept = self._kept.get(view)
            if kept is None or not view.fits:
                continue
            if not _is_work(view):
                # The model's own labels, and those of a file, can be had again.
                self._remove(view, kept, view.revision)
                continue
            worker: FunctionWorker[str] = create_worker(
                self._write, self._saved(view, kept), view.label_pixels().copy(), _start_thread=False
            )
            worker.returned.connect(partial(self._written, kept))
            worker.start()

    def stop(self) -> None:
        """Save at once what waits, and end."""
        self._timer.stop()
        for view in list(self._waiting):
            self._write_here(view)
        self._store.close()

    def _on_views(self) -> None:
        there = set(self._views.values())
        for view in set(self._kept) - there:
            self._write_here(view)
            if view is not self.taken_anew:
                self._store.release(self._kept[view].file)
        offered: list[str] = []
        for view in self._views.values():
            if view not in self._kept:
                image = image_name(view.opened)
                kept = _Kept(image, self._store.new_file(image), self._store.find(image))
                if self.taken_anew is not None:
                    kept.restored.append(self._kept[self.taken_anew].file)
                self._kept[view] = kept
                if kept.offers:
                    offered.append(view.key)
                    self._untold[view.key] = kept.offers[0]
        self._tell()
        for key in offered:
            self._signals.restorable_changed.emit(key)

    def _tell(self) -> None:
        """Say once what there is of all views, when the last is read."""
        if not self._untold or self._opening():
            return
        offers = [(key, saved) for key, saved in self._untold.items() if self.restorable(key) is saved]
        self._untold.clear()
        if offers:
            listed = ", ".join(f"{key} from {saved.when}" for key, saved in offers)
            self._signals.said.emit(
                f"Corrections were not exported: {listed}; choose Restore or Discard in the BAC panel."
            )

    def _on_change(self, key: str) -> None:
        self._waiting[self._views[key]] = None
        self._timer.start(REST_MS)

    def _saved(self, view: ViewSession, kept: _Kept) -> SavedEdits:
        return SavedEdits(
            image=kept.image,
            path=str(view.opened.path or ""),
            saved_at=datetime.now(timezone.utc),
            mask_style=view.mask_style,
            began_as=view.origin,
            packed=b"",
            shape=(0, 0),
            preset=view.opened.prepared.preset,
            numbered=view.numbered,
            tells_others=view.tells_others,
            revision=view.revision,
            file=kept.file,
        )

    def _write_here(self, view: ViewSession) -> None:
        """At once, for there may be no later."""
        kept = self._kept.get(view)
        waits = view in self._waiting
        self._waiting.pop(view, None)
        if waits and kept is not None and _is_work(view) and view.fits:
            self._written(kept, self._write(self._saved(view, kept), view.label_pixels()))

    def _write(self, saved: SavedEdits, labels: LabelPixels) -> str:
        """Why it cannot be done, or nothing: napari would show what is raised in a worker as a bug."""
        small = KeptLabels.of(labels)
        try:
            self._store.write(replace(saved, packed=small.packed, shape=small.shape))
        except bac.OpenBacError as error:
            return str(error)
        return ""

    def _written(self, kept: _Kept, reason: str = "") -> None:
        if reason and not self._failed:
            # Once, not at every stroke.
            self._signals.said.emit(
                f"Your corrections could not be saved: {reason} Export the exam to keep them."
            )
        self._failed = bool(reason)
        if reason:
            return
        for file in kept.restored:
            self._store.remove(file)
        kept.restored.clear()

    def _remove(self, view: ViewSession, kept: _Kept, revision: int) -> None:
        self._store.remove(kept.file, revision=revision)
        self._written(kept)


def _is_work(view: ViewSession) -> bool:
    return view.edited and view.dirty
