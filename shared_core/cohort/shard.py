"""A part of a cohort, for one of several machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from shared_core.errors import UsageError

Item = TypeVar("Item")


@dataclass(frozen=True)
class Shard:
    """A part of a cohort: every `of`-th exam, from the `number`-th on."""

    number: int
    of: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.of:
            raise UsageError(f"There is no shard {self.number} of {self.of}; they are numbered from 1.")

    def part(self, items: Sequence[Item]) -> Sequence[Item]:
        """Its items, in order."""
        return items[self.number - 1 :: self.of]
