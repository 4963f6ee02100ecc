"""What a person wrote for the report: of the exams that are open, and never of another patient."""

from __future__ import annotations

from collections.abc import Mapping

from napari_bac.views.view_session import ViewSession


class WrittenReports:
    """Sentences by the exams that they are about; those of an exam that is closed are there when it is back.

    Parameters
    ----------
    views
        By key; the dictionary is followed as it changes.
    """

    def __init__(self, views: Mapping[str, ViewSession]) -> None:
        self._views = views
        self._words: dict[frozenset[str], str] = {}

    @property
    def words(self) -> str | None:
        """As the person changed them; None while the draft stands."""
        return self._words.get(self._exams())

    def write(self, words: str | None) -> None:
        """These are the words from now on; None brings the draft back."""
        if words is None:
            self._words.pop(self._exams(), None)
        else:
            self._words[self._exams()] = words

    def _exams(self) -> frozenset[str]:
        # Images whose exam is not known are told apart by their pixels.
        return frozenset(view.opened.exam_key or f"{view.opened.crc32:08x}" for view in self._views.values())
