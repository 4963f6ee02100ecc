"""Some of the views of a source."""

from __future__ import annotations

from dataclasses import dataclass

from shared_core.training.example import (
    Identity,
    Sided,
    TrainingView,
    ViewFiles,
    ViewSource,
    files_of,
    sided_of,
)


@dataclass(frozen=True)
class SourceSubset:
    """Chosen views of a source, e.g. one side of a split, renumbered."""

    source: ViewSource
    numbers: tuple[int, ...]
    name: str
    """Of the choice, for the description."""

    def __len__(self) -> int:
        return len(self.numbers)

    def identity(self, number: int) -> Identity:
        """Who and what view `number` shows."""
        return self.source.identity(self.numbers[number])

    def load(self, number: int) -> TrainingView:
        """Make or read view `number`."""
        return self.source.load(self.numbers[number])

    def files(self, number: int) -> ViewFiles | None:
        """Of view `number`."""
        return files_of(self.source, self.numbers[number])

    def sided(self, number: int) -> Sided | None:
        """Of view `number`."""
        return sided_of(self.source, self.numbers[number])

    @property
    def description(self) -> dict[str, str]:
        """That of the source, and the choice."""
        return {**self.source.description, "of these": f"{self.name}: {len(self)} views"}
