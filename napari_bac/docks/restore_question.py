"""Corrections of an earlier session: one question offers those of all views, with their dates."""

from __future__ import annotations

from collections.abc import Callable

from napari_bac.docks.question_box import Question, QuestionBox
from napari_bac.session.exam_session import ExamSession


class RestoreQuestion:
    """Asks in a box while views of a session have corrections that no export holds."""

    def __init__(self, session: ExamSession, box: QuestionBox) -> None:
        self._session, self._box = session, box
        self._asked: tuple[tuple[str, str], ...] = ()

    def ask(self) -> None:
        """Ask about all views that have some; nothing where none has."""
        saves = self._session.autosave
        found = {key: saved for key in self._session.views if (saved := saves.restorable(key)) is not None}
        offers = tuple((key, saved.when) for key, saved in found.items())
        if offers == self._asked:
            return
        self._asked = offers
        if not found:
            self._box.withdraw("restore")
            return
        listed = ", ".join(f"{key} ({when})" for key, when in offers)
        keys = tuple(found)
        one = len(found) == 1
        self._box.ask(
            "restore",
            Question(
                f"Corrections from an earlier session were not exported: {listed}.",
                keys,
                ("Restore" if one else "Restore all", lambda: _each(saves.restore, keys)),
                ("Discard" if one else "Discard all", lambda: _each(saves.discard, keys)),
            ),
        )


def _each(do: Callable[[str], None], keys: tuple[str, ...]) -> None:
    for key in keys:
        do(key)
