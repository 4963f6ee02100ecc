"""The pectoral muscle of mediolateral oblique views.

Its edge runs from the upper side of the breast to the chest wall, bright on the inner side. A straight
line is searched for first, the one along which the step is strongest and most continuous; then the
edge is followed row by row near it. A line that is not plausible is no muscle.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Laterality, Mask, View
from shared_core.preprocessing.shapes import eroded

ROWS_PX = 256
"""The search runs on the breast's rectangle at about this height."""
LEAST_CONTINUITY = 0.62
"""Part of a line along which the step has the right sign and some strength, to be a candidate."""
LEAST_STEP_RATIO = 1.3
"""Mean step across the followed edge, in robust deviations of all such steps in the breast."""
LEAST_CONTRAST_RATIO = 2.0
"""Muscle minus the tissue beside it, in the same unit."""
LEAST_UNBROKEN = 0.9
"""Part of the followed edge with a fifth of its mean step or more."""
GREATEST_WAVE = 0.04
"""Mean second difference of the edge's column from row to row: a muscle's edge is a smooth curve."""
AREA_RANGE = (0.015, 0.45)
"""Plausible share of the breast."""


def pectoral_mask(
    image_u8: NDArray[np.uint8],
    breast: Mask,
    view: View,
    laterality: Laterality = Laterality.UNKNOWN,
) -> Mask | None:
    """Mask of the pectoral muscle within a breast, or None when it is not found or the view is not MLO.

    Only MLO shows the muscle as a triangle at the upper chest wall. Laterality decides the side of the chest
    wall where the breast's shape leaves it open; a left breast is shown with the chest wall at the left side,
    a right one at the right (DICOM PS3.3 C.8.11.7).
    """
    if view is not View.MLO or not breast.any():
        return None
    rows, columns = np.flatnonzero(breast.any(1)), np.flatnonzero(breast.any(0))
    window = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    height, width = int(rows[-1] + 1 - rows[0]), int(columns[-1] + 1 - columns[0])
    scale = max(1.0, height / ROWS_PX)
    size = (max(8, round(width / scale)), max(8, round(height / scale)))
    grey = cv2.resize(image_u8[window], size, interpolation=cv2.INTER_AREA).astype(np.float32)
    mask = cv2.resize(breast[window].view(np.uint8), size, interpolation=cv2.INTER_NEAREST).view(bool)
    wall_right = _chest_wall_is_right(mask, laterality)
    if wall_right:
        grey, mask = grey[:, ::-1], mask[:, ::-1]
    edge = _muscle_edge(np.ascontiguousarray(grey), mask)
    if edge is None:
        return None
    muscle = (np.arange(size[0])[None, :] < edge[:, None]) & mask
    share = float(muscle.sum()) / max(1.0, float(mask.sum()))
    if not AREA_RANGE[0] <= share <= AREA_RANGE[1]:
        return None
    if wall_right:
        muscle = muscle[:, ::-1]
    grown = cv2.resize(
        np.ascontiguousarray(muscle).view(np.uint8) * np.uint8(255),
        (width, height),
        interpolation=cv2.INTER_LINEAR,
    )
    out = np.zeros(breast.shape, bool)
    out[window] = (grown > 127) & breast[window]
    return out


def _chest_wall_is_right(mask: Mask, laterality: Laterality) -> bool:
    """The chest wall is where the breast touches its rectangle along the longer stretch."""
    band = max(1, mask.shape[1] // 50)
    left, right = int(mask[:, :band].sum()), int(mask[:, -band:].sum())
    if max(left, right) < 1.3 * min(left, right) and laterality is not Laterality.UNKNOWN:
        return laterality is Laterality.RIGHT
    return right > left


def _muscle_edge(grey: NDArray[np.float32], mask: Mask) -> NDArray[np.float64] | None:
    """Column of the muscle's edge in every row (0 below it), chest wall at the left; None if none."""
    height = grey.shape[0]
    smooth = cv2.GaussianBlur(grey, (0, 0), 2.5).astype(np.float32, copy=False)
    inner = eroded(mask, np.ones((5, 9), np.uint8))
    # Fall of grey over six pixels to the right and downwards: positive at the muscle's edge.
    across, down = np.zeros_like(smooth), np.zeros_like(smooth)
    across[:, 3:-3] = smooth[:, :-6] - smooth[:, 6:]
    down[3:-3] = smooth[:-6] - smooth[6:]
    across[~inner], down[~inner] = 0, 0
    top = np.flatnonzero(mask[min(height // 25, 8)])
    if top.size < 6:
        return None
    best_score, best = 0.0, None
    for start in range(int(0.15 * top.size), int(0.97 * top.size), 2):
        for end in range(int(0.15 * height), int(1.25 * height), 4):
            line = (float(top[0] + start), end)
            score = _line_score(across, down, inner, line)
            if score > best_score:
                best_score, best = score, line
    if best is None:
        return None
    to_right, to_bottom = _normal(best)
    return _followed(to_right * across + to_bottom * down, inner, best, smooth, mask)


def _normal(line: tuple[float, int]) -> tuple[float, float]:
    """Unit vector (right, down) across a line from (row 0, start) to (row end, column 0)."""
    start, end = line
    length = float(np.hypot(start, end))
    return end / length, start / length


def _line_columns(start: float, end: int, height: int) -> NDArray[np.float64]:
    """Column of the straight line from (row 0, start) to (row end, column 0)."""
    rows = np.arange(min(end, height))
    return start * (1 - rows / end)


def _line_score(
    across: NDArray[np.float32], down: NDArray[np.float32], inner: Mask, line: tuple[float, int]
) -> float:
    """Mean step across a line, weighted by its continuity; 0 for lines that cannot be an edge."""
    start, end = line
    if not 0.12 <= start / end <= 1.6:
        return 0.0
    columns = np.rint(_line_columns(start, end, len(across))).astype(np.intp)
    rows = np.flatnonzero(columns >= 4)
    columns = columns[rows]
    within = inner[rows, columns]
    if np.count_nonzero(within) < 0.1 * len(across) or within.mean() < 0.7:
        return 0.0
    rows, columns = rows[within], columns[within]
    to_right, to_bottom = _normal(line)
    steps = np.clip(to_right * across[rows, columns] + to_bottom * down[rows, columns], -10, 25)
    continuity = float((steps > 0.8).mean())
    if continuity < LEAST_CONTINUITY:
        return 0.0
    # the length along the line, not the number of rows, says how much edge there is
    return float(steps.mean()) * continuity**2 * float(np.sqrt(steps.size / to_right))


def _followed(
    drop: NDArray[np.float32],
    inner: Mask,
    line: tuple[float, int],
    smooth: NDArray[np.float32],
    mask: Mask,
) -> NDArray[np.float64] | None:
    """The curved edge near a straight line: strongest path, one column a row at most aside."""
    height, width = drop.shape
    start, end = line
    straight = _line_columns(start, end, height)
    reach = max(3, round(0.05 * width))
    offsets = np.arange(-reach, reach + 1)
    columns = np.clip(np.rint(straight[:, None] + offsets[None, :]).astype(np.intp), 0, width - 1)
    value = (
        np.clip(drop[np.arange(len(straight))[:, None], columns], -5, 20) - 0.05 * np.abs(offsets)[None, :]
    )
    total = value.copy()
    came = np.zeros(total.shape, np.intp)
    for row in range(1, len(total)):
        ways = np.stack([np.roll(total[row - 1], 1) - 0.5, total[row - 1], np.roll(total[row - 1], -1) - 0.5])
        ways[0, 0] = ways[2, -1] = -np.inf
        choice = ways.argmax(0)
        total[row] += ways[choice, np.arange(ways.shape[1])]
        came[row] = np.arange(ways.shape[1]) + choice - 1
    path = np.empty(len(total), np.intp)
    path[-1] = int(total[-1].argmax())
    for row in range(len(total) - 1, 0, -1):
        path[row - 1] = came[row, path[row]]
    edge = straight + cv2.blur(offsets[path].astype(np.float64)[:, None], (1, 9)).ravel()
    edge = np.maximum(edge, 0)
    if not _plausible(smooth, mask, edge, drop, inner):
        return None
    return np.concatenate([edge, np.zeros(height - len(edge))])


def _plausible(
    smooth: NDArray[np.float32],
    mask: Mask,
    edge: NDArray[np.float64],
    drop: NDArray[np.float32],
    inner: Mask,
) -> bool:
    """A smooth unbroken edge, and beside it tissue that is clearly darker: not a chance in the texture.

    On 6 real MLO views the limits are met with room to spare, on 9 CC views they are not.
    """
    rows = np.flatnonzero(edge >= 4)
    columns = np.clip(np.rint(edge[rows]).astype(np.intp), 0, drop.shape[1] - 1)
    steps = drop[rows, columns][inner[rows, columns]]
    if steps.size < 12 or float(np.abs(np.diff(edge, 2)).mean()) > GREATEST_WAVE:
        return False
    usual = max(1.0, 1.4826 * float(np.median(np.abs(drop[inner]))))
    mean = float(steps.mean())
    if mean < LEAST_STEP_RATIO * usual or float((steps > 0.2 * mean).mean()) < LEAST_UNBROKEN:
        return False
    position = np.arange(smooth.shape[1])[None, :]
    line = edge[rows][:, None]
    muscle = (position < line - 2) & mask[rows]
    beside = (position > line + 2) & (position < line + 0.12 * smooth.shape[1]) & mask[rows]
    if not muscle.any() or not beside.any():
        return False
    contrast = float(np.median(smooth[rows][muscle])) - float(np.median(smooth[rows][beside]))
    return contrast >= LEAST_CONTRAST_RATIO * usual
