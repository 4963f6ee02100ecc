"""The line that clicks stand for: an artery from end to end at the first, and along calcium to the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.tracing import CalciumEvidence, WaysOn, artery_at


@dataclass(frozen=True, eq=False)
class FollowedLine:
    """What clicks stand for."""

    points: NDArray[np.float64]
    """(n, 2) row and column in pixels of the view."""
    on_calcium: bool
    """Whether the first click is on an artery; else the line begins where it is."""


def followed_line(evidence: CalciumEvidence, clicks: Sequence[NDArray[np.float64]]) -> FollowedLine:
    """Complete clicks to the line of an artery.

    Parameters
    ----------
    evidence
        From `calcium_evidence`.
    clicks
        (row, column) each, in pixels of the view; one at least.

    Raises
    ------
    ValueError
        There is no click.
    """
    if not clicks:
        raise ValueError("a line needs one click at least")
    artery = artery_at(evidence, clicks[0])
    points = np.asarray(clicks[0], np.float64)[None] if artery is None else artery
    for number, place in enumerate(clicks[1:]):
        if number == 0 and goes_on_at_start(points[0], points[-1], place):
            points = points[::-1]
        points = np.concatenate([points, WaysOn.begin(evidence, points[-1]).to(place)[1:]])
    return FollowedLine(points, artery is not None)


def goes_on_at_start(
    start: NDArray[np.float64], end: NDArray[np.float64], place: NDArray[np.float64]
) -> bool:
    """Whether a line goes on at its start towards a place, as that is the nearer end."""
    return bool(np.hypot(*(place - start)) < np.hypot(*(place - end)))
