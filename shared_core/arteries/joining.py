"""Which pieces of a band are one artery: those that go on in each other, and those that branch off.

A gap of 1 cm without calcium ends a calcified segment (Guo 2021, II.A). It does not end the artery: what
goes on in the same direction within an inch is counted as one vessel, as a reader would.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.centre_line import end_direction, polyline_length
from shared_core.arteries.connected_groups import Groups
from shared_core.arteries.skeleton import Points

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

    @cached_property
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
    """Join segments end to end, into chains of segments in order, each with the side at which it is entered.

    Two ends are joined where they are less than `gap_mm` apart and each lies in the direction of the
    other. An end is joined once, the closest and straightest first. A spot has no direction: it is
    joined to a segment that points at it, never to another spot.
    """
    partner: dict[End, End] = {}
    groups = Groups(len(segments))
    for _, one, other in sorted(_bridges(segments, gap_mm)):
        joined = groups.root(one.segment) == groups.root(other.segment)
        if one in partner or other in partner or joined:
            continue
        partner[one], partner[other] = other, one
        groups.join(one.segment, other.segment)
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

    (branch, trunk) as places in `chains`.
    """
    # Imported where there is BAC: most views have none.
    from scipy.spatial import cKDTree

    if len(chains) < 2:
        return []
    lengths = np.array([sum(segments[n].length_mm for n, _ in chain) for chain in chains])
    lines = [np.concatenate([segments[n].points_mm for n, _ in chain]) for chain in chains]
    points = np.concatenate(lines)
    owners = np.repeat(np.arange(len(chains)), [len(line) for line in lines])
    tree = cKDTree(points)
    found = []
    for branch, chain in enumerate(chains):
        reached = []
        for number, side in (chain[0], End(chain[-1].segment, 1 - chain[-1].side)):
            segment = segments[number]
            if not (segment.free[side] and segment.directed):
                continue
            near = np.array(tree.query_ball_point(segment.points_mm[-side], BRANCH_GAP_MM), int)
            near = near[lengths[owners[near]] > lengths[branch]]
            towards = points[near] - segment.points_mm[-side]
            distance = np.hypot(*towards.T)
            ahead = towards @ _direction(segment, side)
            seen = ahead >= distance * np.cos(np.radians(_BRANCH_DEGREES))
            reached += list(zip(distance[seen], owners[near][seen], strict=True))
        if reached:
            found.append((branch, int(min(reached)[1])))
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


def _direction(segment: Segment, side: int) -> NDArray[np.float64]:
    """Unit vector out of an end; zero for a spot."""
    if not segment.directed:
        return np.zeros(2)
    points = segment.points_mm if side == 1 else segment.points_mm[::-1]
    return end_direction(points, max(2 * segment.width_mm, 3.0))


def _bridges(segments: Sequence[Segment], gap_mm: float) -> list[_Bridge]:
    """All pairs of ends that go on in each other; costs are lengths of gaps, longer where it bends."""
    # Imported where there is BAC: most views have none.
    from scipy.spatial import cKDTree

    ends = [End(n, side) for n, segment in enumerate(segments) for side in (0, 1) if segment.free[side]]
    if len(ends) < 2:
        return []
    owners = np.array([n for n, _ in ends])
    places = np.array([segments[n].points_mm[-side] for n, side in ends])
    directions = np.array([_direction(segments[n], side) for n, side in ends])
    widths = np.array([segments[n].width_mm for n, _ in ends])
    pairs = cKDTree(places).query_pairs(gap_mm, output_type="ndarray")
    one, other = pairs[np.lexsort(pairs.T[::-1])].T
    directed = np.array([segments[n].directed for n, _ in ends])
    gaps = places[other] - places[one]
    lengths = np.hypot(*gaps.T)
    possible = (owners[one] != owners[other]) & (lengths < gap_mm) & (directed[one] | directed[other])
    width = np.maximum(widths[one], widths[other])
    sideways = np.zeros(len(pairs))
    for end, towards in ((one, gaps), (other, -gaps)):
        ahead = (directions[end] * towards).sum(axis=1)
        off = np.abs(directions[end, 0] * towards[:, 1] - directions[end, 1] * towards[:, 0])
        degrees = np.degrees(np.arctan2(off, ahead))
        # Over a short gap the angle says nothing: half a width aside is the same band.
        unsaid = ~directed[end] | ((off <= 0.5 * width) & (ahead > -0.5 * width))
        possible &= unsaid | (degrees <= _SIDEWAYS_DEGREES)
        sideways += np.where(unsaid, 0, degrees)
    straight = -(directions[one] * directions[other]).sum(axis=1)
    possible &= ~(directed[one] & directed[other]) | (straight >= np.cos(np.radians(_BEND_DEGREES)))
    costs = lengths * (1 + sideways / 60)
    return [_Bridge(float(costs[k]), ends[one[k]], ends[other[k]]) for k in np.flatnonzero(possible)]
