"""Parts along the skin: seen from its edge it is a bright, beaded line, which no artery follows for long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.centre_line import polyline_length, resampled
from shared_core.arteries.followed_parts import FollowedPart
from shared_core.arteries.skeleton import Points
from shared_core.mammogram import Mask

_LEAST_LENGTH_MM: Final = 12.0
_MOST_DEPTH_MM: Final = 2.0
_MOST_SD_MM: Final = 0.25
"""Of the depth of a line: 0.09 to 0.17 along simulated skin, 0.5 and more along most real arteries there."""
_AIR_MM: Final = 5.0
"""From a line so far outwards lies air, where the border is that of the breast."""
_MOST_OF_TISSUE: Final = 0.3
"""Air shows at most so much of the grey value on the other side."""


def are_skin(
    parts: Sequence[FollowedPart], image_u8: NDArray[np.uint8], valid: Mask, pixel_mm: float
) -> NDArray[np.bool_]:
    """(parts,) whether the longest line of each is long, and keeps a small depth below a border to air.

    Parameters
    ----------
    parts
        Of one view.
    image_u8
        (rows, columns) display values.
    valid
        (rows, columns) bool: where BAC may be reported. Its end within the breast, or at the edge of the
        picture, is no skin: arteries go on there.
    pixel_mm
        Of the grid.
    """
    lines = [
        max((part.grid.in_view(line.points) for line in part.lines), key=polyline_length) for part in parts
    ]
    found = np.array([polyline_length(line) * pixel_mm >= _LEAST_LENGTH_MM for line in lines])
    if not found.any():
        return found
    inside = np.pad(valid.view(np.uint8), 1, constant_values=1)
    depth_px = cv2.distanceTransform(inside, cv2.DIST_L2, 3)[1:-1, 1:-1]
    for number in np.flatnonzero(found):
        places = np.rint(resampled(lines[number], 3.0)).astype(int)
        rows, columns = np.clip(places, 0, np.array(valid.shape) - 1).T
        depth_mm = depth_px[rows, columns] * pixel_mm
        even = np.quantile(depth_mm, 0.9) <= _MOST_DEPTH_MM and depth_mm.std() <= _MOST_SD_MM
        found[number] = even and _along_air(lines[number], image_u8, valid, _AIR_MM / pixel_mm)
    return found


def _along_air(line: Points, image_u8: NDArray[np.uint8], valid: Mask, reach_px: float) -> bool:
    """Whether it is dark where BAC may not be reported, unlike on the other side of the line."""
    reach = int(np.ceil(reach_px))
    low = np.maximum(np.floor(line.min(axis=0)).astype(int) - reach, 0)
    high = np.ceil(line.max(axis=0)).astype(int) + reach + 1
    window = np.s_[low[0] : high[0], low[1] : high[1]]
    picture, reported = image_u8[window], valid[window]
    away = np.ones(picture.shape, np.uint8)
    cv2.polylines(away, [np.rint(line - low).astype(np.int32)[:, ::-1].copy()], False, 0, 1)
    near = cv2.distanceTransform(away, cv2.DIST_L2, 3) <= reach_px
    outside, within = picture[near & ~reported], picture[near & reported]
    return bool(outside.size and np.median(outside) <= _MOST_OF_TISSUE * np.median(within))
