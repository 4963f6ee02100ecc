"""The colours of what a network says of each pixel, the same in every host."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def heat_colours() -> NDArray[np.uint8]:
    """(256, 3) RGB from a probability of 0 to one of 1: magma, even steps for any colour vision."""
    steps = np.arange(256, dtype=np.uint8)[:, None]
    colours = cv2.cvtColor(cv2.applyColorMap(steps, cv2.COLORMAP_MAGMA), cv2.COLOR_BGR2RGB)
    return np.asarray(colours[:, 0], np.uint8)
