"""The course of a part: how it bends, its calcium, and the vessel under it and beyond its ends."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.centre_line import end_direction, polyline_length, resampled
from shared_core.arteries.morphology import calcium_pattern
from shared_core.arteries.skeleton import Points
from shared_core.tracks.layers import TissueLayers

_BEYOND_PX: Final = (40, 90)
"""How far beyond an end the vessel is looked for."""
_FIRST_PX: Final = 6
"""What lies nearer belongs to the end itself."""
_BENDS: Final = 9
_CUT_PX: Final = 12
"""An end so near to the edge of the image is cut off by it."""
_MOST_BORDER_MM: Final = 3.0


def course_features(
    line: Points,
    width_px: float,
    *,
    image_u8: NDArray[np.uint8],
    layers: TissueLayers,
    border_px: NDArray[np.float32],
    pixel_mm: float,
) -> dict[str, float]:
    """Describe the longest line of a part.

    Parameters
    ----------
    line
        (n, 2) row and column in pixels.
    width_px
        Of its band.
    image_u8, layers
        (rows, columns) display values, and what was made of them.
    border_px
        (rows, columns): distance to where BAC may not be reported.
    pixel_mm
        Of the grid.
    """
    ends = [
        min(row, column, image_u8.shape[0] - 1 - row, image_u8.shape[1] - 1 - column)
        for row, column in (line[0], line[-1])
    ]
    pattern = calcium_pattern(
        [line * pixel_mm],
        image_u8,
        step_mm=np.array([pixel_mm, pixel_mm]),
        width_mm=max(width_px * pixel_mm, 0.4),
    )
    border_mm = float(np.median(_at(border_px, line))) * pixel_mm
    return {
        **_bends(line),
        **_vessel(line, layers, image_u8.shape),
        "ends_cut": float(sum(end < _CUT_PX for end in ends)),
        "border": min(border_mm, _MOST_BORDER_MM),
        "calcified": pattern.calcified,
        "in_pieces": pattern.in_pieces,
        "two_walls": pattern.two_walls,
    }


def _bends(line: Points) -> dict[str, float]:
    length, chord = polyline_length(line), float(np.hypot(*(line[-1] - line[0])))
    steps = np.diff(resampled(line, 6.0), axis=0)
    curvature = turn = math.nan
    if len(steps) > 2:
        angles = np.unwrap(np.arctan2(steps[:, 0], steps[:, 1]))
        curvature, turn = float(np.abs(np.diff(angles)).mean()), float(abs(angles[-1] - angles[0]))
    return {
        "tortuosity": math.log(max(length, 1) / max(chord, 1)),
        "curvature": curvature,
        "turn": turn,
    }


def _vessel(line: Points, layers: TissueLayers, shape: tuple[int, ...]) -> dict[str, float]:
    """How much of a vessel is seen under the line, and how far it goes on beyond both ends."""
    points = resampled(line, 3.0)
    tangents = np.gradient(points, axis=0) if len(points) > 1 else np.ones_like(points)
    ridge = _at(layers.ridges, points / 2)
    across = _at(layers.ridge_angles, points / 2)
    along = np.arctan2(tangents[:, 0], tangents[:, 1])
    found = {
        "ridge": float(ridge.mean()),
        "ridge_20": float(np.quantile(ridge, 0.2)),
        "ridge_along": float(np.abs(np.sin(across - along)).mean()),
    }
    for reach in _BEYOND_PX:
        beyond = [_beyond(line, side, layers, shape, reach) for side in (0, 1)]
        seen = [value for value in beyond if not math.isnan(value)]
        found[f"beyond_{reach}_most"] = max(seen, default=math.nan)
        found[f"beyond_{reach}_least"] = min(seen, default=math.nan)
    return found


def _beyond(line: Points, side: int, layers: TissueLayers, shape: tuple[int, ...], reach: int) -> float:
    """The best mean ridge along slightly bent ways beyond an end; NaN where they leave the image soon."""
    points = line if side == 1 else line[::-1]
    if len(points) < 3:
        return math.nan
    direction = end_direction(points, 40.0)
    normal = np.array([direction[1], -direction[0]])
    along = np.arange(_FIRST_PX, reach, 3.0)
    best = math.nan
    for bend in np.linspace(-1, 1, _BENDS):
        aside = bend * (along / reach) ** 2 * reach / 2
        way = points[-1] + along[:, None] * direction + aside[:, None] * normal
        inside = ((way >= 0) & (way < shape[:2])).all(axis=1)
        if inside.sum() >= len(along) / 2:
            best = float(np.fmax(best, _at(layers.ridges, way[inside] / 2).mean()))
    return best


def _at(values: NDArray[np.float32], points: Points) -> NDArray[np.float32]:
    places = np.clip(np.rint(points).astype(int), 0, np.array(values.shape) - 1)
    return np.asarray(values[places[:, 0], places[:, 1]])
