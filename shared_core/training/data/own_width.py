"""Bands as wide as the vessel in the image, around lines that were drawn by hand.

A drawn line follows the middle of a wide vessel in one place and one of its walls in another. Here the
image says where the vessel lies and how wide it is: across the line, the stretch is sought that stands out
most from the tissue on both sides of it, walls and lumen together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.centre_line import resampled
from shared_core.mammogram import Mask

Points = NDArray[np.float64]

_STEP_PX: Final = 2.0
"""Between the places along a line at which it is asked."""
_ALONG_PX: Final = 18.0
"""Calcium comes in pieces; the width is that of so long a stretch (standard deviation)."""
_HALF_WIDTHS_PX: Final = np.arange(4, 27, 2)
_ASIDE_PX: Final = np.arange(-14, 15, 2)
"""How far from the drawn line the middle of the vessel is sought."""
_FLANK_PX: Final = 7
"""Tissue beside the vessel that it is compared with."""


@dataclass(frozen=True, eq=False)
class MeasuredLine:
    """A line moved to the middle of its vessel."""

    points: Points
    """(n, 2) x and y in pixels."""
    half_widths_px: NDArray[np.float64]
    """(n,)."""


def measure_line(image_u8: NDArray[np.uint8], line: Points) -> MeasuredLine:
    """Find the middle and the width of the vessel that a line was drawn along.

    Parameters
    ----------
    image_u8
        Bright where dense.
    line
        (n, 2) x and y in pixels; two points at least.
    """
    points = _smoothed(resampled(np.asarray(line, np.float64), _STEP_PX), 4.0)
    normals = _normals(points)
    reach = int(_ASIDE_PX[-1] + _HALF_WIDTHS_PX[-1]) + _FLANK_PX
    across = np.arange(-reach, reach + 1)
    at = points[:, None, :] + across[None, :, None] * normals[:, None, :]
    profiles = cv2.remap(
        image_u8,
        np.ascontiguousarray(at[..., 0], np.float32),
        np.ascontiguousarray(at[..., 1], np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    aside, half = _best_stretch(np.asarray(profiles, np.float64), middle=reach)
    return MeasuredLine(points + aside[:, None] * normals, half)


def paint_band(shape: tuple[int, int], line: MeasuredLine, *, margin_px: float = 0.0) -> Mask:
    """The band of a measured line, (rows, columns) bool; `margin_px` wider on each side."""
    band = np.zeros(shape, np.uint8)
    widths = 2 * (line.half_widths_px + margin_px)
    places = np.rint(line.points).astype(int)
    for start, stop, width in zip(places[:-1], places[1:], widths[1:], strict=True):
        cv2.line(band, tuple(map(int, start)), tuple(map(int, stop)), 1, max(round(float(width)), 1))
    return band.view(np.bool_)


def _best_stretch(
    profiles: NDArray[np.float64], *, middle: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(places,) middle and half width of the stretch that stands out most, place by place."""
    sigma = _ALONG_PX / _STEP_PX
    sums = np.concatenate([np.zeros((len(profiles), 1)), np.cumsum(profiles, axis=1)], axis=1)
    scores = []
    for half in _HALF_WIDTHS_PX:
        for side in _ASIDE_PX:
            low, high = middle + side - half, middle + side + half + 1
            inside = (sums[:, high] - sums[:, low]) / (high - low)
            left = (sums[:, low] - sums[:, low - _FLANK_PX]) / _FLANK_PX
            right = (sums[:, high + _FLANK_PX] - sums[:, high]) / _FLANK_PX
            # Of two stretches that stand out alike, the wider one, and the one that was drawn.
            standing_out = (inside - (left + right) / 2) * half**0.35
            scores.append(standing_out - 0.02 * abs(int(side)) * np.abs(standing_out))
    table = np.stack(scores, axis=1)
    smooth = cv2.GaussianBlur(table, (1, 0), sigmaX=0.01, sigmaY=sigma, borderType=cv2.BORDER_REFLECT_101)
    best = smooth.reshape(len(profiles), -1).argmax(axis=1)
    half_px = _HALF_WIDTHS_PX[best // len(_ASIDE_PX)].astype(np.float64)
    aside_px = _ASIDE_PX[best % len(_ASIDE_PX)].astype(np.float64)
    return _smoothed(aside_px[:, None], 6.0)[:, 0], _smoothed(half_px[:, None], 6.0)[:, 0]


def _normals(points: Points) -> Points:
    if len(points) < 2:
        return np.array([[0.0, 1.0]] * len(points))
    tangents = np.gradient(points, axis=0)
    tangents /= np.maximum(np.hypot(*tangents.T), 1e-9)[:, None]
    return np.stack([-tangents[:, 1], tangents[:, 0]], axis=1)


def _smoothed(values: Points, sigma: float) -> Points:
    """Along the first axis; the ends keep to themselves."""
    padded = np.ascontiguousarray(values, np.float64)
    smooth = cv2.GaussianBlur(padded, (1, 0), sigmaX=0.01, sigmaY=sigma, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(smooth, np.float64).reshape(values.shape)
