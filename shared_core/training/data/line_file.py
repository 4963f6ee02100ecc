"""Centre lines of calcified arteries drawn on image files, with what is left open; one JSON file for all.

By file name: ``lines`` that are sure, ``uncertain_lines`` that count neither way, boxes of
``other_calcification`` as x, y, width, height, and how sure the reader was of the whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import UsageError
from shared_core.training.data.annotation_exports import read_json

Points = NDArray[np.float64]
Confidence = Literal["certain", "probable", "possible", "none"]
"""Of a reader, that arteries of this image are calcified."""
_CONFIDENCES: Final = get_args(Confidence)


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
    content = read_json(path)
    more = also_open or {}
    try:
        return {
            name: LineDrawing(
                _lines(entry["lines"]),
                _lines(entry["uncertain_lines"]) + tuple(more.get(name, ())),
                tuple(_box(box) for box in entry["other_calcification"]),
                _confidence(entry["confidence"]),
            )
            for name, entry in content.items()
            if isinstance(entry, dict)
        }
    except (AttributeError, KeyError, TypeError, ValueError):
        raise UsageError(
            f"{path} does not hold lines drawn on images: each image needs lines, uncertain_lines, "
            "other_calcification and confidence; check the file."
        ) from None


def _lines(content: list[list[list[float]]]) -> tuple[Points, ...]:
    lines = tuple(np.asarray(line, np.float64).reshape(-1, 2) for line in content)
    return tuple(line for line in lines if len(line) > 1)


def _box(content: list[float]) -> tuple[int, int, int, int]:
    x, y, width, height = (round(side) for side in content)
    return x, y, width, height


def _confidence(content: object) -> Confidence:
    if content not in _CONFIDENCES:
        raise ValueError(content)
    return cast(Confidence, content)
