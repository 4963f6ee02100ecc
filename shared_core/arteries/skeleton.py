"""The skeleton of a band as a graph: chains of pixels that meet at junctions.

Thinning is scikit-image's. Its result on a real band needs corrections: corners make spurs shorter than
the band is wide, and where two bands cross there are two junctions side by side instead of one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask

Points = NDArray[np.float64]
"""(n, 2) positions (row, column)."""

_CROSSING_WIDTHS = 3.0
"""Two junctions closer than this many band widths are one crossing: bands at 20 degrees share so much."""
_AROUND = [(-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)]


@dataclass(eq=False)
class Chain:
    """Skeleton pixels in their order, and the junctions at both ends; None is a free tip."""

    points: Points
    nodes: list[int | None]

    @property
    def length(self) -> float:
        """Along the pixels."""
        return float(np.hypot(*np.diff(self.points, axis=0).T).sum())


class ChainEnd(NamedTuple):
    """The start (0) or the end (1) of a chain."""

    chain: Chain
    side: int


@dataclass(eq=False)
class SkeletonGraph:
    """Chains, and the places where they meet."""

    chains: list[Chain]
    junctions: dict[int, tuple[float, float]] = field(default_factory=dict)

    def ends(self) -> dict[int, list[ChainEnd]]:
        """What meets at each junction."""
        ends: dict[int, list[ChainEnd]] = {node: [] for node in self.junctions}
        for chain in self.chains:
            for side, node in enumerate(chain.nodes):
                if node is not None:
                    ends[node].append(ChainEnd(chain, side))
        return ends


def skeleton_graph(band: Mask, half_width: NDArray[Any]) -> SkeletonGraph:
    """Thin a band, one connected part with an empty rim, and correct its skeleton.

    Chains have no spurs shorter than the local width; crossings are one junction. `half_width` is the
    distance to the outside in pixels.
    """
    # scikit-image is slow to import, and most views have no BAC.
    from skimage.morphology import skeletonize

    skeleton = np.asarray(skeletonize(band), np.bool_)  # type: ignore[no-untyped-call]  # ships no types
    graph = _traced(skeleton)
    _dissolve(graph)
    for _ in range(4):
        if not _prune(graph, half_width):
            break
        _dissolve(graph)
    _contract(graph, half_width)
    return graph


def _traced(skeleton: Mask) -> SkeletonGraph:
    """Follow the pixels from junction to junction."""
    pixels = skeleton.astype(np.uint8)
    neighbours = cv2.filter2D(pixels, -1, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_CONSTANT) - pixels
    junction = (skeleton & (neighbours >= 3)).astype(np.uint8)
    _, clusters, _, centres = cv2.connectedComponentsWithStats(junction, connectivity=8)
    thin = {(int(r), int(c)) for r, c in np.argwhere(skeleton & (junction == 0))}
    middles = np.asarray(centres, np.float64)
    graph = SkeletonGraph([], {n: (float(y), float(x)) for n, (x, y) in enumerate(middles) if n > 0})
    for way in _ways(thin):
        first, last = _clusters_beside(way[0], clusters), _clusters_beside(way[-1], clusters)
        start = first[0] if first else None
        end = last[-1] if last and (len(way) > 1 or len(last) > 1) else None
        if start is not None and start == end and len(way) < 4:
            continue
        points = [graph.junctions[start]] if start is not None else []
        points += [(float(r), float(c)) for r, c in way]
        points += [graph.junctions[end]] if end is not None else []
        graph.chains.append(Chain(np.array(points), [start, end]))
    return graph


def _ways(thin: set[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """The pixels without junctions, as ordered runs; rings are cut open somewhere."""
    left = set(thin)

    def following(pixel: tuple[int, int]) -> list[tuple[int, int]]:
        r, c = pixel
        return [(r + dr, c + dc) for dr, dc in _AROUND if (r + dr, c + dc) in left]

    tips = sorted(pixel for pixel in thin if len(following(pixel)) <= 1)
    for start in [*tips, *sorted(thin)]:
        if start not in left:
            continue
        way = [start]
        left.discard(start)
        while ahead := following(way[-1]):
            way.append(ahead[0])
            left.discard(ahead[0])
        yield way


def _clusters_beside(pixel: tuple[int, int], clusters: NDArray[Any]) -> list[int]:
    r, c = pixel
    beside = clusters[max(r - 1, 0) : r + 2, max(c - 1, 0) : c + 2]
    return [int(n) for n in np.unique(beside) if n > 0]


def _dissolve(graph: SkeletonGraph) -> None:
    """Make one chain of two that meet where nothing else does."""
    ends, merged_away = graph.ends(), set()
    for node, (first, *others) in [(node, met) for node, met in ends.items() if met]:
        if not others:
            first.chain.nodes[first.side] = None
        elif len(others) == 1 and first.chain is not others[0].chain:
            merged_away |= {id(first.chain), id(others[0].chain)}
            merged = _merged(first, others[0])
            graph.chains.append(merged)
            for side, (old, far) in enumerate(((first, merged.nodes[0]), (others[0], merged.nodes[1]))):
                if far is not None:
                    met = ends[far]
                    met[met.index(ChainEnd(old.chain, 1 - old.side))] = ChainEnd(merged, side)
        else:
            continue
        del graph.junctions[node]
    graph.chains = [chain for chain in graph.chains if id(chain) not in merged_away]
    graph.junctions = {node: graph.junctions[node] for node, met in graph.ends().items() if met}


def _merged(first: ChainEnd, second: ChainEnd) -> Chain:
    before = first.chain.points if first.side == 1 else first.chain.points[::-1]
    after = second.chain.points if second.side == 0 else second.chain.points[::-1]
    nodes = [first.chain.nodes[1 - first.side], second.chain.nodes[1 - second.side]]
    return Chain(np.concatenate([before, after[1:]]), nodes)


def _prune(graph: SkeletonGraph, half_width: NDArray[Any]) -> bool:
    """Remove spurs: chains from a junction to a tip, shorter than the band is wide there."""
    spurs: set[int] = set()
    for node, ends in graph.ends().items():
        row, column = graph.junctions[node]
        width = 2 * float(half_width[round(row), round(column)])
        short = [chain for chain, _ in ends if None in chain.nodes and chain.length < width]
        if len(short) == len(ends):
            # All that there is: the two longest are the band itself.
            short = sorted(short, key=lambda chain: chain.length)[:-2]
        spurs |= {id(chain) for chain in short}
    graph.chains = [chain for chain in graph.chains if id(chain) not in spurs]
    return bool(spurs)


def _contract(graph: SkeletonGraph, half_width: NDArray[Any]) -> None:
    """Make one junction of two that a short chain links."""
    ends, gone = graph.ends(), set()
    for link in sorted(graph.chains, key=lambda chain: chain.length):
        start, end = link.nodes
        if start is None or end is None:
            continue
        row, column = link.points[len(link.points) // 2]
        if link.length >= _CROSSING_WIDTHS * 2 * float(half_width[round(row), round(column)]):
            continue
        gone.add(id(link))
        if start == end:
            continue
        for chain, side in ends.pop(end):
            chain.nodes[side] = start
            ends[start].append(ChainEnd(chain, side))
        del graph.junctions[end]
        graph.junctions[start] = (float(row), float(column))
    graph.chains = [chain for chain in graph.chains if id(chain) not in gone]
    _dissolve(graph)
