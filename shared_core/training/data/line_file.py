"""Centre lines of calcified arteries drawn on image files, with what is left open; one JSON file for all.

By file name: ``lines`` that are sure, ``uncertain_lines`` that count neither way, boxes of
``other_calcification`` as x, y, width, height, and how sure the reader was of the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from shared_core.training.data.annotation_exports import read_export

Points = NDArray[np.float64]
Confidence = Literal["certain", "probable", "possible", "none"]
"""Of a reader, that arteries of this image are calcified."""
_Line = tuple[tuple[float, float], ...]


class _Entry(msgspec.Struct, frozen=True):
    """What stands in the file for one image; what is no such group of fields is about the file."""

    lines: tuple[_Line, ...]
    uncertain_lines: tuple[_Line, ...]
    other_calcification: tuple[tuple[float, float, float, float], ...]
    confidence: Confidence


@dataclass(frozen=True, eq=False)
class LineDrawing:
    """What was drawn on one image; x and y in pixels of the file."""

    sure: tuple[Points, ...]
    """(n, 2) each."""
    open: tuple[Points, ...]
    """(n, 2) each: perhaps calcified."""
    other_calcification: tuple[tuple[int, int, int, int], ...]
    """Boxes x, y, width, height; not complete."""
    confidence: Confidence

    @property
    def clear(self) -> bool:
        """Whether its sure lines are plainly calcified arteries."""
        return self.confidence == "certain"


def read_lines(
    path: Path, *, also_open: Mapping[str, tuple[Points, ...]] | None = None
) -> dict[str, LineDrawing]:
    """Read the drawings of a JSON file, by name of the image.

    Parameters
    ----------
    also_open
        By name of the image: stretches that are left open as well.

    Raises
    ------
    UsageError
        It cannot be read, or is no such file.
    """
    entries = read_export(
        path, dict[str, _Entry | str | float | bool | list[Any] | None], "does not hold lines drawn on images"
    )
    more = also_open or {}
    return {
        name: LineDrawing(
            _lines(entry.lines),
            _lines(entry.uncertain_lines) + tuple(more.get(name, ())),
            tuple(_box(box) for box in entry.other_calcification),
            entry.confidence,
        )
        for name, entry in entries.items()
        if isinstance(entry, _Entry)
    }


def _lines(content: Sequence[Sequence[tuple[float, float]]]) -> tuple[Points, ...]:
    lines = tuple(np.asarray(line, np.float64).reshape(-1, 2) for line in content)
    return tuple(line for line in lines if len(line) > 1)


def _box(content: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
    x, y, width, height = (round(side) for side in content)
    return x, y, width, height
