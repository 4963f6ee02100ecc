"""The session of each viewer: made when first asked for, gone with its window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from napari_bac.session.limits import binding_warning, version_warning
from napari_bac.session.notifying import notify

if TYPE_CHECKING:
    from napari.components import ViewerModel

    from napari_bac.session.exam_session import ExamSession

_SESSIONS: WeakKeyDictionary[Any, ExamSession] = WeakKeyDictionary()


def session_of(viewer: ViewerModel) -> ExamSession:
    """The session of a viewer, made when first asked for; it ends with the viewer's window."""
    from napari_bac.session.exam_session import ExamSession

    # Plugins get a proxy that forbids private names; all proxies of a viewer wrap one object.
    own = getattr(viewer, "__wrapped__", viewer)
    if own not in _SESSIONS:
        session = _SESSIONS[own] = ExamSession(own)
        notify(session)
        for sentence in filter(None, (version_warning(), binding_warning())):
            session.say(sentence)
        window = getattr(own, "window", None)
        if window is not None:
            window.main_menu.destroyed.connect(session.close)
    return _SESSIONS[own]


def forget(viewer: ViewerModel) -> None:
    """The session of a viewer is closed."""
    _SESSIONS.pop(viewer, None)
