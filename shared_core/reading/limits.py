"""How large and how small an image may be."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import UnsupportedImageError

LARGEST_PIXELS = 120_000_000
"""Above this a file is not read: no mammogram is so large, and memory is not endless."""
SMALLEST_SIDE_PX = 64
"""Below this there is no breast to see."""


def check_size(name: str, rows: int, columns: int) -> None:
    """Refuse impossible sizes with `UnsupportedImageError`, before any memory is reserved."""
    if min(rows, columns) < SMALLEST_SIDE_PX:
        raise UnsupportedImageError(
            f"{name}: is {columns} x {rows} pixels; a mammogram has {SMALLEST_SIDE_PX} or more a side."
        )
    if rows * columns > LARGEST_PIXELS:
        raise UnsupportedImageError(
            f"{name}: has {rows * columns / 1e6:.0f} megapixels ({columns} x {rows}); "
            f"up to {LARGEST_PIXELS / 1e6:.0f} are read, so reduce it or cut the breast out."
        )


def extremes(name: str, pixels: NDArray[Any]) -> tuple[float, float]:
    """Smallest and largest value; `UnsupportedImageError` where the image is constant: nothing is to see."""
    lowest, highest = np.min(pixels), np.max(pixels)
    if lowest == highest:
        raise UnsupportedImageError(
            f"{name}: every pixel is {lowest}; there is nothing to see, export it again."
        )
    return float(lowest), float(highest)
