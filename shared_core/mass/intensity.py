"""X-ray intensity from the pixels of a raw image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mammogram


def intensity(mammogram: Mammogram, where: tuple[slice, slice], offset: float) -> NDArray[np.float64]:
    """What is proportional to the X-ray intensity, as Pixel Intensity Relationship LIN promises.

    Parameters
    ----------
    mammogram
        As read; MONOCHROME1 was turned then, and is turned back here.
    where
        Rows and columns that are wanted.
    offset
        Pixel value without X-rays. With Pixel Intensity Relationship Sign -1 values fall from it.
    """
    pixels = mammogram.pixels[where].astype(np.float64)
    if mammogram.display.mirror is not None:
        pixels = mammogram.display.mirror - pixels
    sign = mammogram.header.acquisition.pixel_intensity_sign or 1
    return sign * (pixels - offset)
