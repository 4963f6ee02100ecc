"""The session of each viewer: made when first asked for, gone with its window."""

from __future__ import annotations

import atexit
from typing import Any
from weakref import WeakKeyDictionary, ref

from napari.components import ViewerModel
from napari.utils.notifications import show_warning

from napari_bac.session.exam_session import ExamSession
from napari_bac.session.limits import binding_warning, version_warning

_SESSIONS: WeakKeyDictionary[Any, ExamSession] = WeakKeyDictionary()


def session_of(viewer: ViewerModel) -> ExamSession:
    """The session of a viewer, made when first asked for; it ends with the viewer's window."""
    # Plugins get a proxy that forbids private names; all proxies of a viewer wrap one object.
    own = getattr(viewer, "__wrapped__", viewer)
    if own not in _SESSIONS:
        _SESSIONS[own] = _begun(own)
    return _SESSIONS[own]


def open_sessions() -> tuple[ExamSession, ...]:
    """Those of all viewers that are there."""
    return tuple(_SESSIONS.values())


@atexit.register
def _close_all() -> None:
    """A script may end with its window open: what waits is saved, and timers end, while Qt is still there."""
    for session in open_sessions():
        session.close()


def _begun(viewer: ViewerModel) -> ExamSession:
    session = ExamSession(viewer)
    # A session must not keep its viewer, nor the table a session that is closed.
    key, ended = ref(viewer), []

    def forget() -> None:
        ended.append(True)
        own = key()
        if own is not None and _SESSIONS.get(own) is session:
            del _SESSIONS[own]

    session.signals.closing.connect(forget)
    session.signals.said.connect(show_warning, unique=True)
    for sentence in filter(None, (version_warning(), binding_warning())):
        session.say(sentence)
    window = getattr(viewer, "window", None)
    if window is not None:
        window.main_menu.destroyed.connect(lambda: None if ended else session.close())
    return session
