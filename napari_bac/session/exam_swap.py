"""Another exam into the viewer, with the masks that results hold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from napari_bac.session.exam_session import ExamSession
from napari_bac.views.given_labels import read_given_labels, view_of
from shared_core import hosting as bac


class ShowExam(Protocol):
    """`show_exam` of a session."""

    def __call__(self, files: Sequence[Path], masks: Sequence[Path] = (), *, beside: bool = False) -> bool:
        """Open an exam with masks; False, and a sentence, where that cannot be."""
        ...


def show_exam(
    session: ExamSession, files: Sequence[Path], masks: Sequence[Path] = (), *, beside: bool = False
) -> bool:
    """Open an exam in place of what is open, or beside it; False, and a sentence, where that cannot be.

    Edits that were not exported are kept: the autosave offers them when the exam is opened again.
    """
    there = [path for path in files if bac.is_there(path)]
    if not there:
        session.say(
            "The images of this exam are no longer where they were analysed; open their folder instead."
        )
        return False
    if session.opener.is_open:
        session.say("Files are already being opened; wait until that is finished.")
        return False
    if not beside:
        for key in {view.opened.exam_key for view in session.views.values()}:
            close_exam(session, key)
    session.opener.start(there)
    if masks:
        _put_when_open(session, masks, before=set(session.views))
    return True


def close_exam(session: ExamSession, key: str) -> None:
    """Remove the layers of one exam; edits that were not exported are kept, as by `show_exam`."""
    for view in list(session.views.values()):
        if view.opened.exam_key == key:
            for layer in (view.labels, view.image):
                if layer in session.viewer.layers:
                    session.viewer.layers.remove(layer)
    session.hang()


def _put_when_open(session: ExamSession, masks: Sequence[Path], *, before: set[str]) -> None:
    """Wait for the views, then put their masks on them."""

    def look() -> None:
        if not session.opener.is_open:
            session.signals.run_changed.disconnect(look)
            _put(session, masks, [key for key in session.views if key not in before])

    session.signals.run_changed.connect(look)


def _put(session: ExamSession, masks: Sequence[Path], keys: Sequence[str]) -> None:
    new = [(key, session.views[key].opened) for key in keys]
    for path in masks:
        try:
            given = read_given_labels(path)
            key, _ = view_of(given, new)
        except bac.OpenBacError as error:
            session.say(str(error))
            continue
        session.set_given(key, given)
