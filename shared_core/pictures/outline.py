"""Outlines of masks: thin lines around a finding that leave the finding itself to be seen."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.connected_parts import bounding_box
from shared_core.mammogram import Mask

Contour = NDArray[np.float32]
"""(points, 2): x (column) and y (row) of pixel centres, a closed line."""

_SUBPIXEL_BITS = 4
_MOST_SMOOTHED = 1000
_SMOOTHING = np.array([1, 2, 3, 2, 1], np.float32) / 9


def mask_outlines(mask: Mask, margin_px: int) -> tuple[Contour, ...]:
    """Closed lines around the mask, `margin_px` outside of it, holes included.

    In pixel coordinates of the mask; along its border they may lie outside by the margin.
    """
    bounds = bounding_box(mask)
    if bounds is None:
        return ()
    pad = margin_px + 1
    inside = np.ascontiguousarray(mask[bounds.slices]).view(np.uint8)
    grown = cv2.copyMakeBorder(inside, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=0)
    if margin_px:
        disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * margin_px + 1, 2 * margin_px + 1))
        grown = cv2.dilate(grown, disk)
    found, _ = cv2.findContours(grown, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    origin = np.array([bounds.left - pad, bounds.top - pad], np.float32)
    lines = [contour[:, 0].astype(np.float32) + origin for contour in found]
    # Noise of very many specks is not worth the time.
    return tuple(_smooth(line) for line in lines) if len(lines) <= _MOST_SMOOTHED else tuple(lines)


def draw_outlines(
    picture: NDArray[np.uint8],
    outlines: Sequence[Contour],
    *,
    scale: tuple[float, float],
    colour: tuple[int, int, int],
    thickness_px: int = 1,
    origin: tuple[float, float] = (0.0, 0.0),
) -> None:
    """Draw the lines of `mask_outlines` into an RGB picture, in place, anti-aliased.

    `scale` is picture pixels per source pixel, `origin` the source place of the picture's top left corner,
    both (row, column).
    """
    factor = np.array([scale[1], scale[0]], np.float32)
    start = np.array([origin[1], origin[0]], np.float32)
    # Pixel centres are at whole numbers in both grids.
    lines = [((line - start + 0.5) * factor - 0.5) * (1 << _SUBPIXEL_BITS) for line in outlines]
    cv2.polylines(
        picture,
        [np.rint(line).astype(np.int32) for line in lines],
        isClosed=True,
        color=colour,
        thickness=thickness_px,
        lineType=cv2.LINE_AA,
        shift=_SUBPIXEL_BITS,
    )


def _smooth(contour: Contour) -> Contour:
    """Take the pixel stairs out; the line moves by about half a pixel."""
    if len(contour) < 2 * len(_SMOOTHING):
        return contour
    around = np.concatenate([contour[-2:], contour, contour[:2]])
    smooth = [np.convolve(around[:, axis], _SMOOTHING, mode="valid") for axis in (0, 1)]
    return np.stack(smooth, axis=1).astype(np.float32)
