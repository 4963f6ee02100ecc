"""What the calcium of an artery looks like: dots, a solid cast, or two lines along its walls.

The view is straightened along the centre line: one row a step along the artery, one column a step
across. What rises above the tissue beside the band, by more than that tissue varies, is calcium.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.centre_line import resampled
from shared_core.arteries.skeleton import Points
from shared_core.arteries.vessel_map import Morphology

Straight = NDArray[np.float32]

_BESIDE_MM: Final = 1.2
"""Width of the tissue beside the band that is compared with."""
_LEAST_CONTRAST: Final = 4.0
"""Grey levels of 255 that calcium must stand out."""
_NOISE_SD: Final = 3.5
"""Standard deviations of the tissue that calcium must stand out."""
_PIECE_MM: Final = 3.0
"""Calcium that goes on for less than this is a dot, or a few side by side."""
_LEAST_PIECES: Final = 0.5
"""Below this share of the calcified length in longer pieces, the artery has dots only."""
_WALLS_APART_MM: Final = 0.35
_VALLEY: Final = 0.2
"""How deep the valley between two walls is, as a share of the higher one."""
_LEAST_TWO_WALLS: Final = 0.3
"""Share of the calcified length that shows two walls in a tram-track."""


@dataclass(frozen=True)
class CalciumPattern:
    """How the calcium is spread along an artery; what the morphology is decided on."""

    calcified: float
    """Share of the length with calcium."""
    in_pieces: float
    """Share of the calcified length that is in pieces longer than a dot."""
    two_walls: float
    """Share of the calcified length where two walls with a gap between them are seen."""

    @property
    def morphology(self) -> Morphology:
        """In the words of CSBI's scale; `unknown` where nothing stands out."""
        if self.calcified == 0:
            return "unknown"
        if self.in_pieces < _LEAST_PIECES:
            return "punctate"
        return "tram-track" if self.two_walls >= _LEAST_TWO_WALLS else "coarse"


def calcium_pattern(
    lines_mm: Sequence[Points],
    intensity_u8: NDArray[np.uint8],
    *,
    step_mm: NDArray[np.float64],
    width_mm: float,
) -> CalciumPattern:
    """How the calcium is spread along one artery.

    Parameters
    ----------
    lines_mm
        Centre lines of its pieces, (n, 2) row and column in mm.
    intensity_u8
        (rows, columns) display values, bright where dense, not filtered: a median wipes walls out.
    step_mm
        (2,) distance of neighbouring rows and columns.
    width_mm
        Mean width of the band.
    """
    step = float(step_mm.min())
    half = width_mm / 2
    across = np.arange(-np.ceil((half + _BESIDE_MM) / step), np.ceil((half + _BESIDE_MM) / step) + 1) * step
    inside = np.abs(across) <= half
    rows, calcified_rows, piece_rows, wall_rows = 0, 0, 0, 0
    for line in lines_mm:
        points = resampled(line, step)
        if len(points) < 3:
            continue
        raised, noise = _raised(_straightened(points, intensity_u8, across, step_mm=step_mm), inside, step)
        calcium = _calcified(raised[:, inside], max(_LEAST_CONTRAST, _NOISE_SD * noise), step)
        pieces = _long_runs(calcium, round(_PIECE_MM / step))
        walls = _two_walls(raised[:, inside], noise, step) & calcium
        rows += len(points)
        calcified_rows += int(calcium.sum())
        piece_rows += int(pieces.sum())
        wall_rows += int(walls.sum())
    if calcified_rows == 0:
        return CalciumPattern(0.0, 0.0, 0.0)
    return CalciumPattern(calcified_rows / rows, piece_rows / calcified_rows, wall_rows / calcified_rows)


def _straightened(
    points_mm: Points,
    intensity_u8: NDArray[np.uint8],
    across_mm: NDArray[np.float64],
    *,
    step_mm: NDArray[np.float64],
) -> Straight:
    """(along, across) grey levels."""
    tangents = np.gradient(points_mm, axis=0)
    tangents /= np.maximum(np.hypot(*tangents.T), 1e-9)[:, None]
    normals = np.stack([tangents[:, 1], -tangents[:, 0]], axis=1)
    at = (points_mm[:, None, :] + across_mm[None, :, None] * normals[:, None, :]) / step_mm
    top_left = np.maximum(np.floor(at.min(axis=(0, 1))).astype(int) - 1, 0)
    bottom_right = np.ceil(at.max(axis=(0, 1))).astype(int) + 2
    window = intensity_u8[top_left[0] : bottom_right[0], top_left[1] : bottom_right[1]]
    rows, columns = (np.ascontiguousarray(at[..., axis] - top_left[axis], np.float32) for axis in (0, 1))
    straight = np.empty(rows.shape, np.float32)
    # OpenCV addresses at most 32767 rows of a map.
    for first in range(0, len(rows), 30_000):
        part = slice(first, first + 30_000)
        sampled = cv2.remap(
            window, columns[part], rows[part], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        straight[part] = sampled
    return straight


def _raised(straight: Straight, inside: NDArray[np.bool_], step: float) -> tuple[Straight, float]:
    """Grey levels above the tissue beside the band, and how much that tissue varies."""
    along = cv2.GaussianBlur(straight, (1, 0), sigmaX=0.01, sigmaY=max(0.12 / step, 0.3))
    middle = len(inside) // 2
    sides = [np.flatnonzero(~inside[:middle]), middle + np.flatnonzero(~inside[middle:])]
    medians = np.stack([np.median(straight[:, side], axis=1) for side in sides], axis=1)
    levels = cv2.blur(medians, (1, 2 * round(1.5 / step) + 1), borderType=cv2.BORDER_REPLICATE)
    at = np.array([side.mean() for side in sides])
    share = np.clip((np.arange(len(inside)) - at[0]) / (at[1] - at[0]), 0, 1).astype(np.float32)
    raised = along - (levels[:, :1] * (1 - share) + levels[:, 1:] * share)
    beside = raised[:, ~inside]
    noise = 1.4826 * float(np.median(np.abs(beside - np.median(beside))))
    return np.asarray(raised, np.float32), noise


def _calcified(raised: Straight, threshold: float, step: float) -> NDArray[np.bool_]:
    """(along) where something stands out; breaks shorter than 0.3 mm are closed."""
    rows = np.any(raised > threshold, axis=1, keepdims=True).astype(np.uint8)
    kernel = np.ones((2 * round(0.15 / step) + 1, 1), np.uint8)
    return np.asarray(cv2.morphologyEx(rows, cv2.MORPH_CLOSE, kernel) > 0).ravel()


def _long_runs(calcium: NDArray[np.bool_], least: int) -> NDArray[np.bool_]:
    """The runs that are at least so many steps long."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], calcium.astype(np.int8), [0]])))
    kept = np.zeros_like(calcium)
    for start, stop in edges.reshape(-1, 2):
        kept[start:stop] = stop - start >= least
    return kept


def _two_walls(raised: Straight, noise: float, step: float) -> NDArray[np.bool_]:
    """(along) where the profile has two ridges with a valley between them.

    The valley's depth is counted from the lower of the two ridges. Profiles are averaged over about a
    millimetre, as walls are dotted themselves.
    """
    profile = cv2.GaussianBlur(raised, (1, 0), sigmaX=0.01, sigmaY=0.4 / step)
    count = profile.shape[1]
    highest = profile.max(axis=1)
    peak = profile.argmax(axis=1)
    apart = max(round(_WALLS_APART_MM / step), 2)
    depth = np.zeros(len(profile), np.float32)
    columns = np.arange(count)
    for direction in (1, -1):
        # From the highest point outwards: lowest so far, and how far it rises again after that.
        rising = profile if direction == 1 else profile[:, ::-1]
        start = peak if direction == 1 else count - 1 - peak
        beyond = np.where(columns[None, :] >= start[:, None], rising, np.inf)
        lowest = np.minimum.accumulate(beyond, axis=1)
        far = columns[None, :] >= start[:, None] + apart
        rise = np.where(far, rising - lowest, 0)
        depth = np.maximum(depth, rise.max(axis=1))
    least = np.maximum(_VALLEY * highest, max(1.5 * noise, 2.0))
    return np.asarray(depth >= least)
