"""A few of many views, where all would take too long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shared_core.training.example import Identity, TrainingView, ViewFiles, ViewSource, files_of


@dataclass(frozen=True)
class EvenlySpaced:
    """So many views of a source, from its first to its last; all of one that has no more."""

    source: ViewSource
    most: int

    def __len__(self) -> int:
        return min(self.most, len(self.source))

    def __iter__(self) -> Iterator[TrainingView]:
        return (self.load(number) for number in range(len(self)))

    def identity(self, number: int) -> Identity:
        """Who and what view `number` shows."""
        return self.source.identity(self._own(number))

    def load(self, number: int) -> TrainingView:
        """Make or read view `number`."""
        return self.source.load(self._own(number))

    def files(self, number: int) -> ViewFiles | None:
        """Of view `number`."""
        return files_of(self.source, self._own(number))

    @property
    def description(self) -> dict[str, str]:
        """Of the source, and how many of it."""
        return {**self.source.description, "taken": f"{len(self)} of {len(self.source)}, evenly spaced"}

    def _own(self, number: int) -> int:
        if not 0 <= number < len(self):
            raise IndexError(f"There are {len(self)} views; there is no number {number}.")
        return number * len(self.source) // len(self)
