"""Finished tiles, coarsely, for a screen that shows them as they come."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.inference.probability import TileProbability


def coarse_tile(answer: TileProbability, step_px: int) -> tuple[int, int, NDArray[np.uint8]]:
    """A tile on a grid that is coarser than its image's.

    Parameters
    ----------
    step_px
        Pixels of the image from one point of the grid to the next, 1 or more.

    Returns
    -------
    row, column
        Of the first point of the grid that lies in the tile.
    values
        255 for probability 1: the largest around each point, so that thin arteries stay.
    """
    brightest = cv2.dilate(answer.probability, np.ones((step_px, step_px), np.uint8))
    row, column = (-(-start // step_px) for start in (answer.tile.row, answer.tile.column))
    inside = brightest[
        row * step_px - answer.tile.row :: step_px,
        column * step_px - answer.tile.column :: step_px,
    ]
    return row, column, np.rint(inside * 255).astype(np.uint8)
