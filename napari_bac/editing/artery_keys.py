"""Keys on the canvas that go from artery to artery."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from napari_bac.editing.arteries import go
from napari_bac.session.exam_session import ExamSession

NEXT: Final = "N"
BEFORE: Final = "Shift+N"
"""As Qt names them; napari joins with a hyphen."""


def bind_artery_keys(session: ExamSession) -> None:
    """N shows the next artery, Shift-N the one before; to do it twice changes nothing."""
    for key, step in ((NEXT, 1), (BEFORE, -1)):
        session.viewer.bind_key(key.replace("+", "-"), _goes(session, step), overwrite=True)


def _goes(session: ExamSession, step: int) -> Callable[[Any], None]:
    # A function, as napari asks for its name, which a partial has not.
    def pressed(_viewer: Any) -> None:
        go(session, step)

    return pressed
