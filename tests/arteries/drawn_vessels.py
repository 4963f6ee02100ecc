"""Vessel bands drawn along known curves: what they measure is known exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SPACING_MM = 0.1
SHAPE = (1300, 1000)
"""13 x 10 cm."""


@dataclass(frozen=True, eq=False)
class Curve:
    """A line drawn with a round brush: points in px, 0.25 px apart, and the width of the brush."""

    points: np.ndarray
    width: float

    @property
    def length(self) -> float:
        """Of the line; the band is one brush longer."""
        return float(np.hypot(*np.diff(self.points, axis=0).T).sum())


def paint(mask: np.ndarray, curve: Curve) -> None:
    """Set the pixels whose centres are within half a width of the line."""
    half = curve.width / 2
    low = np.maximum(np.floor(curve.points.min(axis=0) - half - 1).astype(int), 0)
    high = np.minimum(np.ceil(curve.points.max(axis=0) + half + 2).astype(int), mask.shape)
    # One disc for every half pixel of the line, exact to a tenth of a pixel.
    reach = int(np.ceil(half)) + 1
    dr, dc = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    for point in curve.points[::2]:
        r, c = np.rint(point).astype(int)
        rows, columns = r + dr, c + dc
        near = (rows - point[0]) ** 2 + (columns - point[1]) ** 2 <= half**2
        near &= (rows >= low[0]) & (rows < high[0]) & (columns >= low[1]) & (columns < high[1])
        mask[rows[near], columns[near]] = True


def drawn(*curves: Curve, shape: tuple[int, int] = SHAPE) -> np.ndarray:
    """A mask of bands."""
    mask = np.zeros(shape, bool)
    for curve in curves:
        paint(mask, curve)
    return mask


def arc(
    start: tuple[float, float], degrees: float, length: float, *, turn_degrees: float = 0, width: float = 20
) -> Curve:
    """A line or arc from a point in a direction (0 to the right, 90 down) that turns by an angle."""
    steps = np.arange(0, length, 0.25)
    headings = np.radians(degrees + turn_degrees * steps / length)
    moves = 0.25 * np.stack([np.sin(headings), np.cos(headings)], axis=1)
    return Curve(np.array(start, float) + np.cumsum(moves, axis=0), width)


def wavy(
    start: tuple[float, float], degrees: float, length: float, *, wave: float, phase: float, width: float
) -> Curve:
    """A tortuous line: its direction swings by `wave` degrees about every 250 px."""
    steps = np.arange(0, length, 0.25)
    headings = np.radians(degrees + wave * np.sin(2 * np.pi * steps / 250 + phase))
    moves = 0.25 * np.stack([np.sin(headings), np.cos(headings)], axis=1)
    return Curve(np.array(start, float) + np.cumsum(moves, axis=0), width)


def pieces(curve: Curve, lengths: list[float]) -> list[Curve]:
    """Cut a line: `lengths` in px are those of a piece, of a gap, of a piece, ..."""
    found, place = [], 0.0
    for number, length in enumerate(lengths):
        stop = place + length
        if number % 2 == 0:
            found.append(Curve(curve.points[int(4 * place) : int(4 * stop)], curve.width))
        place = stop
    return found


@dataclass(frozen=True, eq=False)
class DrawnTree:
    """Bands of several vessels, and what following them should give."""

    mask: np.ndarray
    arteries: int
    segments: int
    """Pieces between gaps of more than 1 cm."""
    length_px: float
    """Of those pieces."""


def drawn_tree(seed: int) -> DrawnTree:
    """0 to 6 tortuous arteries, with gaps of 3 to 9 mm, which do not end a calcified segment, and of 11 to
    20 mm, which do."""
    rng = np.random.default_rng(seed)
    mask = np.zeros(SHAPE, bool)
    segments, total = 0, 0.0
    lanes = rng.permutation(8)[: rng.integers(0, 7)]
    for lane in lanes:
        width = rng.uniform(8, 30)
        curve = wavy(
            (180 + 130 * lane + rng.uniform(-15, 15), rng.uniform(60, 200)),
            rng.uniform(-8, 8),
            rng.uniform(400, 700),
            wave=rng.uniform(0, 22),
            phase=rng.uniform(0, 6),
            width=width,
        )
        lengths, place = [], 0.0
        while place < len(curve.points) / 4 - 150:
            lengths.append(rng.uniform(80, 220))
            lengths.append(rng.uniform(30, 90) if rng.random() < 0.7 else rng.uniform(110, 200))
            place = sum(lengths)
        while sum(lengths) > len(curve.points) / 4 or len(lengths) % 2 == 0:
            lengths.pop()
        for piece in pieces(curve, lengths):
            paint(mask, piece)
        gaps = lengths[1::2]
        segments += 1 + sum(gap > 100 for gap in gaps)
        total += sum(lengths) - sum(gap for gap in gaps if gap > 100)
    return DrawnTree(mask, len(lanes), segments, total)
