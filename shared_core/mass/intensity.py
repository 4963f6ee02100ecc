"""X-ray intensity from the pixels of a raw image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mammogram


def intensity(mammogram: Mammogram, where: tuple[slice, slice], offset: float) -> NDArray[np.float64]:
    """What is proportional to the X-ray intensity, as Pixel Intensity Relationship LIN promises.

    MONOCHROME1 was turned when it was read, and is turned back here. `offset` is the pixel value without
    X-rays; with Pixel Intensity Relationship Sign -1 values fall from it.
    """
    pixels = mammogram.pixels[where].astype(np.float64)
    if mammogram.display.mirror is not None:
        pixels = mammogram.display.mirror - pixels
    sign = mammogram.header.acquisition.pixel_intensity_sign or 1
    return sign * (pixels - offset)
