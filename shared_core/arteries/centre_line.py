"""The centre lines of one connected band: unbranched, smooth, and as long as what the band was drawn around.

A skeleton is made of pixels: counting them is wrong by up to 8 % depending on the angle, and it ends
half a width before the band does. Here its chains are strung together through junctions as straight as
possible, smoothed, and carried on to the rim of the band. A round end is then taken off again: it is the
brush with which a line was drawn, and reaches beyond the calcium as the band does at its sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.connected_groups import Groups
from shared_core.arteries.skeleton import Chain, ChainEnd, Points, SkeletonGraph, skeleton_graph
from shared_core.distance import distance_from_outside
from shared_core.mammogram import Mask

_MOST_BEND_DEGREES = 75.0
"""Of three arms that meet, two always bend by no more than 60 degrees."""
_MOST_BEND_OF_A_SECOND_PAIR_DEGREES = 45.0
"""What is left at a junction is a second band that crosses only where it is rather straight."""


@dataclass(frozen=True, eq=False)
class CentreLine:
    """One unbranched line along a band, in pixels of the band."""

    points: Points
    """(n, 2) row and column, about one pixel apart."""
    width: float
    """Mean width of the band along the line."""
    free: tuple[bool, bool]
    """Whether its start and its end are ends of the band; False where it leaves another line."""
    branch_points: int
    """Other lines that leave along it."""
    tree: int
    """Equal for a line and those that branch off it; lines that only cross differ."""

    @property
    def length(self) -> float:
        """From end to end."""
        return polyline_length(self.points)


def centre_lines(band: Mask) -> tuple[CentreLine, ...]:
    """Follow one connected band, which has an empty rim of at least one pixel.

    At least one line, longest first. A round spot gives its longest diameter.
    """
    half_width = distance_from_outside(band)
    ridge = cv2.dilate(half_width, np.ones((3, 3), np.uint8))
    graph = skeleton_graph(band, half_width)
    strokes = _strokes(graph)
    trees, branch_points = _trees(graph, strokes)
    lines = []
    for stroke, tree, branches in zip(strokes, trees, branch_points, strict=True):
        raw = np.concatenate([chain.points if side == 0 else chain.points[::-1] for chain, side in stroke])
        (first, first_side), (last, last_side) = stroke[0], stroke[-1]
        free = (first.nodes[first_side] is None, last.nodes[1 - last_side] is None)
        points, width = _line(raw, band, ridge, free=free)
        lines.append(CentreLine(points, width, free, branches, tree))
    return tuple(sorted(lines, key=lambda line: -line.length))


def polyline_length(points: Points) -> float:
    """Sum of the distances of neighbouring points."""
    return float(np.hypot(*np.diff(points, axis=0).T).sum())


def resampled(points: Points, step: float) -> Points:
    """Points along the same line, about `step` apart, ends kept."""
    steps = np.hypot(*np.diff(points, axis=0).T)
    kept = np.concatenate([[True], steps > 1e-9])
    points, along = points[kept], np.concatenate([[0.0], np.cumsum(steps[steps > 1e-9])])
    if along[-1] == 0:
        return points[:1]
    at = np.linspace(0, along[-1], max(round(along[-1] / step), 1) + 1)
    return np.stack([np.interp(at, along, points[:, axis]) for axis in (0, 1)], axis=1)


def end_direction(points: Points, reach: float) -> NDArray[np.float64]:
    """Unit vector out of the last point: the way of the last `reach` of the line."""
    vector = points[-1] - points[min(_before_end(points, reach), len(points) - 2)]
    norm = float(np.hypot(*vector))
    return vector / norm if norm > 0 else np.zeros(2)


def _before_end(points: Points, reach: float) -> int:
    """Last point that is farther than `reach` from the last of all; 0 where none is."""
    far = np.flatnonzero(np.hypot(*(points - points[-1]).T) > reach)
    return int(far[-1]) if len(far) else 0


def _trees(graph: SkeletonGraph, strokes: list[list[tuple[Chain, int]]]) -> tuple[list[int], list[int]]:
    """For every stroke the tree it belongs to, and how many others leave it."""
    stroke_of = {id(chain): number for number, stroke in enumerate(strokes) for chain, _ in stroke}
    trees, branch_points = Groups(len(strokes)), [0] * len(strokes)
    for ends in graph.ends().values():
        pairs = _pairs(ends)
        paired = {(id(end.chain), end.side) for pair in pairs for end in pair}
        trunk = stroke_of[id((pairs[0][0] if pairs else ends[0]).chain)]
        for end in ends:
            branch = stroke_of[id(end.chain)]
            if (id(end.chain), end.side) not in paired and branch != trunk:
                branch_points[trunk] += 1
                trees.join(trunk, branch)
    return [trees.root(number) for number in range(len(strokes))], branch_points


def _strokes(graph: SkeletonGraph) -> list[list[tuple[Chain, int]]]:
    """Chains strung together; with each the side at which it is entered."""
    partner: dict[tuple[int, int], ChainEnd] = {}
    for ends in graph.ends().values():
        for one, other in _pairs(ends):
            partner[id(one.chain), one.side] = other
            partner[id(other.chain), other.side] = one
    strokes, seen = [], set()
    starts = [ChainEnd(c, s) for c in graph.chains for s in (0, 1) if (id(c), s) not in partner]
    # Rings have no start of their own: any chain of them serves.
    for start in [*starts, *(ChainEnd(chain, 0) for chain in graph.chains)]:
        stroke: list[tuple[Chain, int]] = []
        entered: ChainEnd | None = start
        while entered is not None and id(entered.chain) not in seen:
            seen.add(id(entered.chain))
            stroke.append((entered.chain, entered.side))
            entered = partner.get((id(entered.chain), 1 - entered.side))
        if stroke:
            strokes.append(stroke)
    return strokes


def _pairs(ends: list[ChainEnd]) -> list[tuple[ChainEnd, ChainEnd]]:
    """Which arms of a junction go on in which: the straightest two first."""
    bends = sorted(
        ((_bend_degrees(one, other), i, j) for (i, one), (j, other) in combinations(enumerate(ends), 2)),
    )
    used: set[int] = set()
    pairs: list[tuple[ChainEnd, ChainEnd]] = []
    for bend, i, j in bends:
        limit = _MOST_BEND_OF_A_SECOND_PAIR_DEGREES if pairs else _MOST_BEND_DEGREES
        if bend > limit or {i, j} & used or ends[i].chain is ends[j].chain:
            continue
        used |= {i, j}
        pairs.append((ends[i], ends[j]))
    return pairs


def _bend_degrees(one: ChainEnd, other: ChainEnd) -> float:
    """How much a line turns that comes along one arm and leaves by the other."""
    cosine = -float(_away(one) @ _away(other))
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def _away(end: ChainEnd, reach: float = 25.0) -> NDArray[np.float64]:
    """Unit vector from a junction along an arm, its first pixels left out: they bend into the junction."""
    points = end.chain.points if end.side == 0 else end.chain.points[::-1]
    distance = np.hypot(*(points - points[0]).T)
    stop = int(np.argmax(distance > reach)) or len(points) - 1
    start = min(int(np.argmax(distance > reach / 4)), max(stop - 1, 0))
    vector = points[stop] - points[start]
    norm = float(np.hypot(*vector))
    return vector / norm if norm > 0 else np.zeros(2)


def _line(raw: Points, band: Mask, ridge: NDArray[Any], *, free: tuple[bool, bool]) -> tuple[Points, float]:
    """Smooth a chain of pixels and carry its free ends on to the rim of the band; its mean width."""
    at = np.rint(raw).astype(int)
    width = max(2 * float(np.median(ridge[at[:, 0], at[:, 1]])) - 0.5, 1.0)
    if polyline_length(raw) < 1.5 * width and all(free):
        return _spot_axis(band), width
    points = _smoothed(resampled(raw, 1.0), sigma=float(np.clip(0.35 * width, 1.5, 4.0)))
    points = resampled(points, 1.0)
    core = points
    for side in (1, 0):
        if free[side]:
            points = points if side == 1 else points[::-1]
            points = _carried_on(points, band, width)
            points = _without_cap(points, band, width)
            points = points if side == 1 else points[::-1]
    at = np.rint(core).astype(int)
    return points, max(2 * float(np.mean(ridge[at[:, 0], at[:, 1]])) - 0.5, 1.0)


def _smoothed(points: Points, sigma: float) -> Points:
    """Gaussian along the line; mirrored through its ends, so that they stay where they are."""
    reach = min(int(4 * sigma), len(points) - 1)
    if reach < 1:
        return points
    before = 2 * points[0] - points[reach:0:-1]
    after = 2 * points[-1] - points[-2 : -2 - reach : -1]
    padded = np.concatenate([before, points, after])
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    return np.stack([np.convolve(padded[:, axis], kernel, mode="valid") for axis in (0, 1)], axis=1)


def _carried_on(points: Points, band: Mask, width: float) -> Points:
    """Replace the last half width, which may bend into a corner, by a straight way to the rim."""
    kept = points[: max(_before_end(points, 0.5 * width), 2)]
    direction = end_direction(kept, width)
    ray = kept[-1] + np.arange(0, 2.5 * width, 0.25)[:, None] * direction
    at = np.rint(ray).astype(int)
    inside = ((at >= 0) & (at < band.shape)).all(axis=1)
    at = np.clip(at, 0, np.array(band.shape) - 1)
    leaves = ~(inside & band[at[:, 0], at[:, 1]])
    last = int(np.argmax(leaves)) - 1 if leaves.any() else len(ray) - 1
    return np.concatenate([kept, resampled(ray[: last + 1], 1.0)[1:]]) if last > 0 else kept


def _without_cap(points: Points, band: Mask, width: float) -> Points:
    """Take off the part of the end that is round: nothing of a square end, half a width of a round one.

    What tells them apart is how much of the last half width is band: all of a square end, pi / 4 of a
    round one.
    """
    half = width / 2
    direction = end_direction(points, width)
    tip = points[-1]
    reach = int(np.ceil(width)) + 1
    top, left = np.maximum(np.rint(tip).astype(int) - reach, 0)
    pixels = np.argwhere(band[top : top + 2 * reach + 1, left : left + 2 * reach + 1]) + (top, left) - tip
    along = pixels @ direction
    across = pixels @ np.array([direction[1], -direction[0]])
    count = np.count_nonzero((along > -half) & (np.abs(across) <= 0.75 * width))
    roundness = float(np.clip((1 - count / (width * half)) / (1 - np.pi / 4), 0, 1))
    return points[: max(_before_end(points, roundness * half) + 1, 2)]


def _spot_axis(band: Mask) -> Points:
    """The longest diameter of a part too short to have a direction."""
    pixels = np.argwhere(band).astype(np.float64)
    centre = pixels.mean(axis=0)
    _, _, axes = np.linalg.svd(pixels - centre, full_matrices=False)
    along = (pixels - centre) @ axes[0]
    ends = np.array([along.min() - 0.5, along.max() + 0.5])
    return resampled(centre + ends[:, None] * axes[0], 1.0)
