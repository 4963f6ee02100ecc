"""Crops of one view that show the same tissue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from validation.real_bac.maps import sized

_SIZE: Final = 0.25
_LEAST_CORRELATION: Final = 0.8
_LEAST_PX: Final = 16


@dataclass(frozen=True)
class Overlap:
    """Two crops."""

    smaller: str
    larger: str
    correlation: float


def find_overlaps(paths: Sequence[Path]) -> list[Overlap]:
    """Pairs of crops of one view of which the smaller lies within the larger."""
    by_view: dict[str, list[Path]] = {}
    for path in paths:
        view = re.match(r"P_\d+_(?:LEFT|RIGHT)_(?:CC|MLO)", path.stem)
        if view:
            by_view.setdefault(view.group(), []).append(path)
    found = []
    for crops in by_view.values():
        for one, other in combinations(sorted(crops), 2):
            pictures = {path: sized(path, _SIZE) for path in (one, other)}
            small, large = sorted(pictures, key=lambda path: pictures[path].size)
            correlation = _best_match(pictures[small], pictures[large])
            if correlation >= _LEAST_CORRELATION:
                found.append(Overlap(small.name, large.name, correlation))
    return found


def _best_match(small: NDArray[np.uint8], large: NDArray[np.uint8]) -> float:
    """Of the middle of the smaller picture within the larger one: a crop may stick out of it."""
    rows, columns = small.shape
    middle = small[rows // 6 : rows - rows // 6, columns // 6 : columns - columns // 6]
    fits = all(side <= room for side, room in zip(middle.shape, large.shape, strict=True))
    if not fits or min(middle.shape) < _LEAST_PX:
        return 0.0
    return float(cv2.matchTemplate(large, middle, cv2.TM_CCOEFF_NORMED).max())
