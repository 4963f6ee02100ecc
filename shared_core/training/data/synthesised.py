"""Patches with the look of a mammogram synthesised from tomosynthesis: smooth, its thin lines bright."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

_DIRECTIONS: Final = 8
_WIDTHS_PX: Final = (1.5, 2.0, 2.5)
"""Of the lines, as standard deviation across."""
_LENGTH_PX: Final = 9.0
"""Standard deviation along."""
_NOISE: Final = 2.0
"""Grey levels of a line that is not drawn stronger."""

Kernel = NDArray[np.float32]


def synthesised_look(image_u8: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Give a patch what makes ligaments and vessels of synthesised images so like calcified arteries.

    Noise is smoothed away and lines are raised by a multiple of how far they stand out, as the filters of
    such reconstructions do. Black stays black.
    """
    image = image_u8.astype(np.float32)
    smooth = cv2.GaussianBlur(image, (0, 0), float(rng.uniform(1.0, 2.0)))
    width_px, gain = float(rng.choice(_WIDTHS_PX)), np.float32(rng.uniform(1.0, 4.0))
    lines = np.zeros_like(image)
    for kernel in _line_filters(width_px):
        stands_out = cv2.filter2D(image, cv2.CV_32F, kernel, borderType=cv2.BORDER_REFLECT_101)
        np.maximum(lines, stands_out, out=lines)
    raised = smooth + gain * np.maximum(lines - np.float32(_NOISE), 0)
    return np.where(image_u8 > 0, np.clip(np.rint(raised), 1, 255), 0).astype(np.uint8)


@lru_cache
def _line_filters(width_px: float) -> tuple[Kernel, ...]:
    """How far a line stands out from both its sides, in each direction."""
    half = math.ceil(1.3 * _LENGTH_PX)
    rows, columns = np.mgrid[-half : half + 1, -half : half + 1].astype(np.float32)
    filters = []
    for turn in np.arange(_DIRECTIONS) * (np.pi / _DIRECTIONS):
        along, across = (
            columns * np.cos(turn) + rows * np.sin(turn),
            rows * np.cos(turn) - columns * np.sin(turn),
        )
        reach = np.exp(-0.5 * (along / _LENGTH_PX) ** 2)
        line, sides = (reach * np.exp(-0.5 * (across / (wide * width_px)) ** 2) for wide in (1.0, 2.5))
        filters.append((line / line.sum() - sides / sides.sum()).astype(np.float32))
    return tuple(filters)
