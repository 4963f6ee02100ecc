"""What those who show and edit views may ask of whoever holds them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from napari.components import ViewerModel

from napari_bac.views.model_answer import LabelPixels
from napari_bac.views.view_session import ViewSession

Artery = tuple[str, int]
"""(key of the view, label)."""


class ViewsHost(Protocol):
    """Holds the views of one viewer, and which of their arteries is selected."""

    @property
    def viewer(self) -> ViewerModel:
        """Where they are shown."""
        ...

    @property
    def views(self) -> Mapping[str, ViewSession]:
        """By key, in the order in which they hang."""
        ...

    @property
    def selected(self) -> Artery | None:
        """The artery that the person looks at; label 0 for the view alone."""
        ...

    def select(self, key: str, label: int = 0) -> None:
        """Say what the person looks at."""
        ...

    def set_labels(self, key: str, labels: LabelPixels) -> None:
        """Change the labels of a view in one step of undo."""
        ...

    def say(self, sentence: str) -> None:
        """Pass a sentence on to the person."""
        ...
