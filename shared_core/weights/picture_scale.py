"""What a model card says of pictures whose pixel spacing nobody knows: how finely they were sampled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

BANDS_PX: Final = (0.6, 0.85, 1.2, 1.7, 2.4, 3.4, 4.8, 6.8, 9.6)
"""Bands of the texture: each lies between a Gaussian of this width and the one before."""


@dataclass(frozen=True)
class PictureScale:
    """A polynomial of the second degree over a picture's texture; see `shared_core.inference.texture`."""

    means: tuple[float, ...]
    deviations: tuple[float, ...]
    """Of each slope, over the pictures that it was fitted on."""
    weights: tuple[float, ...]
    """Of each slope, then of the product of each with itself and with those after it."""
    intercept: float
    most_px: int = 4_000_000
    """No picture is enlarged beyond so many pixels: a whole view would take too long."""
    sharpening: float = 0.7
    """Share of what a blur of 1.5 px takes, that is added to an enlarged picture."""
