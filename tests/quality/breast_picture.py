"""A sound picture of a left breast: tissue with detail at every scale, some noise, dark air around it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

PITCH_MM = 0.1
SHAPE = (1000, 700)
"""(rows, columns)."""


def breast_mask() -> NDArray[np.bool_]:
    """Half an ellipse at the left edge, with a nipple."""
    grey = np.zeros(SHAPE, np.uint8)
    cv2.ellipse(grey, (0, SHAPE[0] // 2), (SHAPE[1] * 4 // 5, SHAPE[0] * 9 // 20), 0, 0, 360, 1, -1)
    cv2.ellipse(grey, (SHAPE[1] * 4 // 5, SHAPE[0] // 2), (30, 45), 0, 0, 360, 1, -1)
    return grey.view(np.bool_)


def breast_picture(*, seed: int = 0) -> NDArray[np.uint8]:
    """Grey values fall off with the frequency about as in breasts."""
    random = np.random.default_rng(seed)
    tissue = np.zeros(SHAPE)
    for octave in range(6):
        grain = np.asarray(cv2.GaussianBlur(random.normal(size=SHAPE), (0, 0), 0.6 * 2.0**octave))
        tissue += 1.5**octave * grain / grain.std()
    grey = 120 + 24 * tissue / tissue.std() + random.normal(0, 2, SHAPE)
    return np.where(breast_mask(), grey.clip(1, 254), 0).astype(np.uint8)
