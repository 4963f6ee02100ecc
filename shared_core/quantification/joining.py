"""Which pieces of a band are one artery: those that go on in each other, and those that branch off.

A gap of 1 cm without calcium ends a calcified segment (Guo 2021, II.A). It does not end the artery: what
goes on in the same direction within an inch is counted as one vessel, as a reader would.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared_core.quantification.centre_line import end_direction, polyline_length
from shared_core.quantification.skeleton import Points

SEGMENT_GAP_MM: Final = 10.0
"""A gap of this length ends a calcified segment (Guo 2021, II.A)."""
ARTERY_GAP_MM: Final = 25.0
"""A gap of this length ends an artery."""

_SIDEWAYS_DEGREES: Final = 50.0
"""How far the other end may lie off the direction of this one. Arteries are tortuous: one of 15 mm radius
turns 48 degrees from its end to the middle of a gap of 25 mm."""
BRANCH_GAP_MM: Final = 7.0
"""From the end of a branch to the trunk it points at; at 1 cm neighbours are often taken for branches."""
_BRANCH_DEGREES: Final = 45.0
"""How far the side of a trunk may lie off the direction of a branch's end."""
_BEND_DEGREES: Final = 75.0
"""How much the direction may change over the gap."""


@dataclass(frozen=True, eq=False)
class Segment:
    """One unbranched piece of a band, in mm."""

    points_mm: Points
    width_mm: float
    free: tuple[bool, bool]

    @property
    def length_mm(self) -> float:
        """From end to end."""
        return polyline_length(self.points_mm)

    @property
    def directed(self) -> bool:
        """Whether it is long enough to have a direction."""
        return self.length_mm >= 1.5 * self.width_mm


class End(NamedTuple):
    """The start (0) or the end (1) of a segment."""

    segment: int
    side: int


class _Bridge(NamedTuple):
    cost: float
    one: End
    other: End


def chains_of_segments(segments: Sequence[Segment], *, gap_mm: float) -> list[list[End]]:
    """Join segments end to end.

    Two ends are joined where they are less than `gap_mm` apart and each lies in the direction of the
    other. An end is joined once, the closest and straightest first. A spot has no direction: it is
    joined to a segment that points at it, never to another spot.

    Returns
    -------
    Chains of segments in order, each with the side at which it is entered.
    """
    partner: dict[End, End] = {}
    group = list(range(len(segments)))
    for _, one, other in sorted(_bridges(segments, gap_mm)):
        if one in partner or other in partner or group[one.segment] == group[other.segment]:
            continue
        partner[one], partner[other] = other, one
        old, new = group[one.segment], group[other.segment]
        group = [new if number == old else number for number in group]
    chains, seen = [], set()
    for start in (End(number, side) for number in range(len(segments)) for side in (0, 1)):
        if start in partner or start.segment in seen:
            continue
        chain, entered = [], start
        while True:
            seen.add(entered.segment)
            chain.append(entered)
            following = partner.get(End(entered.segment, 1 - entered.side))
            if following is None:
                break
            entered = following
        chains.append(chain)
    return chains


def branches(segments: Sequence[Segment], chains: Sequence[Sequence[End]]) -> list[tuple[int, int]]:
    """Find chains that point at the side of a longer one less than `BRANCH_GAP_MM` away.

    Returns
    -------
    (branch, trunk) as places in `chains`.
    """
    lengths = [sum(segments[n].length_mm for n, _ in chain) for chain in chains]
    lines = [np.concatenate([segments[n].points_mm for n, _ in chain]) for chain in chains]
    found = []
    for branch, chain in enumerate(chains):
        ends = (chain[0], End(chain[-1].segment, 1 - chain[-1].side))
        reached = [
            (distance, trunk)
            for end in ends
            if segments[end.segment].free[end.side] and segments[end.segment].directed
            for trunk in range(len(chains))
            if lengths[trunk] > lengths[branch]
            for distance in [_distance_ahead(segments[end.segment], end.side, lines[trunk])]
            if distance < BRANCH_GAP_MM
        ]
        if reached:
            found.append((branch, min(reached)[1]))
    return found


def runs_of(segments: Sequence[Segment], chain: Sequence[End], *, gap_mm: float) -> list[Points]:
    """The lines of a chain: gaps shorter than `gap_mm` are bridged straight, others end a line."""
    runs: list[Points] = []
    for number, side in chain:
        points = segments[number].points_mm if side == 0 else segments[number].points_mm[::-1]
        if runs and float(np.hypot(*(points[0] - runs[-1][-1]))) < gap_mm:
            runs[-1] = np.concatenate([runs[-1], points])
        else:
            runs.append(points)
    return runs


def _direction(segment: Segment, side: int, width_mm: float) -> NDArray[np.float64]:
    """Unit vector out of an end."""
    points = segment.points_mm if side == 1 else segment.points_mm[::-1]
    return end_direction(points, max(2 * width_mm, 3.0))


def _bridges(segments: Sequence[Segment], gap_mm: float) -> list[_Bridge]:
    # Imported where there is BAC: most views have none.
    from scipy.spatial import cKDTree

    ends = [End(n, side) for n, segment in enumerate(segments) for side in (0, 1) if segment.free[side]]
    if len(ends) < 2:
        return []
    places = np.array([segments[n].points_mm[-side] for n, side in ends])
    bridges = []
    for i, j in sorted(cKDTree(places).query_pairs(gap_mm)):
        one, other = ends[i], ends[j]
        first, second = segments[one.segment], segments[other.segment]
        if one.segment == other.segment or not (first.directed or second.directed):
            continue
        if float(np.hypot(*(places[j] - places[i]))) < gap_mm:
            cost = _cost(first, one.side, second, other.side)
            if cost is not None:
                bridges.append(_Bridge(cost, one, other))
    return bridges


def _cost(one: Segment, side: int, other: Segment, other_side: int) -> float | None:
    """Length of the gap, longer where it bends; None where the two do not go on in each other."""
    gap = other.points_mm[-other_side] - one.points_mm[-side]
    width = max(one.width_mm, other.width_mm)
    sideways, directions = [], []
    for segment, at, towards in ((one, side, gap), (other, other_side, -gap)):
        if not segment.directed:
            continue
        direction = _direction(segment, at, width)
        ahead = float(direction @ towards)
        off = float(abs(direction[0] * towards[1] - direction[1] * towards[0]))
        degrees = float(np.degrees(np.arctan2(off, ahead)))
        # Over a short gap the angle says nothing: half a width aside is the same band.
        close = off <= 0.5 * width and ahead > -0.5 * width
        if degrees > _SIDEWAYS_DEGREES and not close:
            return None
        sideways.append(0.0 if close else degrees)
        directions.append(direction)
    if len(directions) == 2:
        bend = float(np.degrees(np.arccos(np.clip(-directions[0] @ directions[1], -1, 1))))
        if bend > _BEND_DEGREES:
            return None
    return float(np.hypot(*gap)) * (1 + sum(sideways) / 60)


def _distance_ahead(segment: Segment, side: int, line: Points) -> float:
    """Distance from an end to the nearest point of a line that lies in its direction."""
    towards = line - segment.points_mm[-side]
    distance = np.hypot(*towards.T)
    ahead = towards @ _direction(segment, side, segment.width_mm)
    seen = ahead >= distance * np.cos(np.radians(_BRANCH_DEGREES))
    return float(distance[seen].min()) if seen.any() else np.inf
