"""What the parts around a part say of it: an artery goes on, a cluster spreads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.followed_parts import OutlinedPart

CONTEXT_NAMES: Final = (
    "own",
    "best_near",
    "best_in_line",
    "likely_in_line",
    "likely_aside",
    "unlikely_in_line",
    "unlikely_aside",
    "count_near",
    "mean_near",
    "second_in_view",
    "mean_in_view",
    "refused_near",
    "best_in_view",
)
"""Of the columns that `context_features` gives."""
_NEAR_MM: Final = 22.4
_IN_LINE: Final = 0.85
"""Cosine between the axis of a part and the way to another one."""
_SAME_WAY: Final = 0.8
"""Cosine between the axes of both."""
_SPOT_MM: Final = 1.0
"""Half length below which a part has no direction."""
_REFUSED: Final = 0.15


def context_features(
    probabilities: NDArray[np.float64],
    lengths_mm: NDArray[np.float64],
    parts: Sequence[OutlinedPart],
    *,
    pixel_mm: float,
) -> NDArray[np.float64]:
    """Sum up the first opinion on all parts of one view, for each of them.

    Parameters
    ----------
    probabilities
        (parts,) of being an artery, each judged for itself.
    lengths_mm
        (parts,) of their longest lines.
    parts
        Of one view.
    pixel_mm
        Of the grid.

    Returns
    -------
    (parts, `CONTEXT_NAMES`).
    """
    found = np.zeros((len(parts), len(CONTEXT_NAMES)))
    if not len(parts):
        return found
    axes = np.array([_axis(part) for part in parts])
    mean_in_view = float((probabilities * lengths_mm).sum() / lengths_mm.sum())
    for number, own in enumerate(probabilities):
        others = np.sort(np.delete(probabilities, number))[::-1]
        ways = axes[:, :2] - axes[number, :2]
        gaps_mm = (np.hypot(*ways.T) - axes[:, 4] - axes[number, 4]) * pixel_mm
        near = gaps_mm < _NEAR_MM
        near[number] = False
        row = dict.fromkeys(CONTEXT_NAMES, 0.0)
        row.update(
            own=float(own),
            mean_near=float(own),
            mean_in_view=mean_in_view,
            best_in_view=float(others[0]) if len(others) else 0.0,
            second_in_view=float(others[1]) if len(others) > 1 else 0.0,
        )
        if near.any():
            in_line = _in_line(axes[number], axes[near], ways[near], pixel_mm)
            row.update(_near(float(own), lengths_mm[number], probabilities[near], lengths_mm[near], in_line))
        found[number] = list(row.values())
    return found


def _near(
    own: float,
    own_mm: float,
    probabilities: NDArray[np.float64],
    lengths_mm: NDArray[np.float64],
    in_line: NDArray[np.bool_],
) -> dict[str, float]:
    likely, unlikely = probabilities * lengths_mm, (1 - probabilities) * lengths_mm
    return {
        "best_near": float(probabilities.max()),
        "best_in_line": float(probabilities[in_line].max()) if in_line.any() else 0.0,
        "likely_in_line": float(np.log1p(likely[in_line].sum())),
        "likely_aside": float(np.log1p(likely[~in_line].sum())),
        "unlikely_in_line": float(np.log1p(unlikely[in_line].sum())),
        "unlikely_aside": float(np.log1p(unlikely[~in_line].sum())),
        "count_near": float(len(probabilities)),
        "mean_near": float((likely.sum() + own * own_mm) / (lengths_mm.sum() + own_mm)),
        "refused_near": float(np.log1p((probabilities < _REFUSED).sum())),
    }


def _axis(part: OutlinedPart) -> tuple[float, float, float, float, float]:
    """Middle (row, column), direction (row, column) and half length of a part, in pixels."""
    pixels = np.argwhere(part.inside)[::5].astype(np.float64)
    middle = pixels.mean(axis=0)
    _, _, directions = np.linalg.svd(pixels - middle, full_matrices=False)
    along = (pixels - middle) @ directions[0]
    row, column = middle + (part.box.top, part.box.left)
    return row, column, directions[0][0], directions[0][1], float(np.ptp(along)) / 2


def _in_line(
    own: NDArray[np.float64], others: NDArray[np.float64], ways: NDArray[np.float64], pixel_mm: float
) -> NDArray[np.bool_]:
    """Which others lie in the direction of a part and point back at it."""
    distances = np.maximum(np.hypot(*ways.T), 1)
    ahead = np.abs(ways @ own[2:4]) / distances
    back = np.abs((ways * others[:, 2:4]).sum(axis=1)) / distances
    spots = others[:, 4] * pixel_mm < _SPOT_MM
    return np.asarray((ahead > _IN_LINE) & ((back > _SAME_WAY) | spots))
