"""What a session says, shown as napari shows things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari.utils.notifications import show_warning

if TYPE_CHECKING:
    from napari_bac.session.exam_session import ExamSession


def notify(session: ExamSession) -> None:
    """Show the session's sentences in the corner of the window, once however many docks ask for it."""
    session.signals.said.connect(show_warning, unique=True)
