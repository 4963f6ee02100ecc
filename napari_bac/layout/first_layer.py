"""What napari loads for the first layers of a process, a second of it, loaded before they are there."""

from __future__ import annotations

from functools import cache

import numpy as np
from napari.layers import Image, Labels


@cache
def make_ready() -> None:
    """Make layers that nobody sees: units, tables and colours are then there for those that are read."""
    nothing = np.zeros((2, 2), np.uint8)
    Image(nothing)
    Labels(nothing)
