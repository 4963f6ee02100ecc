"""A few of many views, where all would take too long."""

from __future__ import annotations

from shared_core.training.evaluation.source_subset import SourceSubset
from shared_core.training.example import ViewSource


def evenly_spaced(source: ViewSource, most: int) -> SourceSubset:
    """So many views of a source, from its first to its last; all of one that has no more."""
    count = min(most, len(source))
    numbers = tuple(number * len(source) // count for number in range(count))
    return SourceSubset(source, numbers, f"{count} of {len(source)}, evenly spaced")
