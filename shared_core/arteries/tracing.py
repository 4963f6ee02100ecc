"""An artery from a click: the way of least cost along calcium, from one end of the calcium to the other.

The cost of a millimetre falls with the evidence of calcium: the model's probability where there is one,
and what is brighter than its surroundings and no wider than an artery. Ways are sought on a grid of about
0.14 mm, so that they follow the mouse, with the shortest paths of Dijkstra (1959) as scikit-image computes
them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any, Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.graph import MCP_Geometric

from shared_core.arteries.centre_line import resampled
from shared_core.arteries.skeleton import Points
from shared_core.arteries.vessels import steps_mm
from shared_core.mammogram import Mask, PixelSpacing

GRID_MM: Final = 0.14
"""Side of a cell on which ways are sought: two pixels of 70 um."""
REACH_MM: Final = 60.0
"""An artery is followed no further from the click."""
ON_MM: Final = 25.0
"""The way from its end to the mouse leads no further; so it is there at once."""
GAP_MM: Final = 3.0
"""Calcium that goes on after less than this is of one artery: a click goes on by itself."""
SNAP_MM: Final = 2.0
"""So far beside the calcium one may click."""
STRAIGHT_MM: Final = 4.0
"""Over so much before and after it, a turn is judged."""
SHARPEST_DEGREES: Final = 70.0
"""Arteries turn less: there begins another one."""
WIDEST_MM: Final = 2.5
"""What is wider is no wall of an artery, and its brightness says nothing."""
_CALCIFIED: Final = 0.4
_FREE: Final = 0.03
"""Evidence that costs nothing: without it the way through bare tissue would have no length."""
_NOISE_AT: Final = (2.0, 8.0)
"""Contrast in standard deviations of the noise that is no evidence, and that is all of it."""
_OF_IMAGE: Final = 0.7
"""Evidence of the image at most: where a model looked, its word counts more."""
_STEP_CELLS: Final = 3.0
"""Distance of the points of a way, in cells."""


Cell: TypeAlias = tuple[int, int]
CellBox: TypeAlias = tuple[slice, slice]


@dataclass(frozen=True, eq=False)
class CalciumEvidence:
    """How likely each cell of a view is calcium."""

    values: NDArray[np.float32]
    """(rows, columns) of cells, 0 to 1."""
    cell_px: int
    """Side of a cell in pixels of the view."""
    cell_mm: tuple[float, float]
    """(row, column) of a cell; pixels of unknown spacing count as 70 um."""

    def box(self, cell: Cell, reach_mm: float) -> CellBox:
        """The cells within so many mm of one, in rows and columns."""
        reach = [int(reach_mm / step) + 1 for step in self.cell_mm]
        rows, columns = (
            slice(max(at - far, 0), min(at + far + 1, size))
            for at, far, size in zip(cell, reach, self.values.shape, strict=True)
        )
        return rows, columns

    def cell_of(self, point: NDArray[np.float64]) -> Cell:
        """The cell of a point in pixels, or the nearest one."""
        place = np.clip(
            np.floor((np.asarray(point) + 0.5) / self.cell_px), 0, np.array(self.values.shape) - 1
        )
        return int(place[0]), int(place[1])

    def points_of(self, cells: NDArray[np.float64]) -> Points:
        """The middles of cells, in pixels."""
        return np.asarray((cells + 0.5) * self.cell_px - 0.5, np.float64)


def calcium_evidence(
    image_u8: NDArray[np.uint8],
    *,
    valid: Mask,
    spacing: PixelSpacing | None,
    probability: NDArray[np.float32] | None = None,
) -> CalciumEvidence:
    """What speaks for calcium in a prepared view; computed once, then asked at every move of the mouse.

    Parameters
    ----------
    image_u8
        (rows, columns) of the prepared view.
    valid
        (rows, columns) bool, where BAC may be reported: elsewhere there is no evidence.
    spacing
        In the plane of the breast; None takes pixels for 70 um.
    probability
        (rows, columns) of a model's, 0 to 1; None where none ran.
    """
    mm = steps_mm(spacing)
    cell_px = max(round(GRID_MM / float(np.sqrt(mm.prod()))), 1)
    shape = -(-image_u8.shape[0] // cell_px), -(-image_u8.shape[1] // cell_px)
    values = _OF_IMAGE * _brightness(image_u8, valid, mm, cell_px, shape)
    if probability is not None:
        values = np.maximum(values, _of_cells(probability, cell_px, shape))
    values[~_of_cells(valid.astype(np.uint8), cell_px, shape).astype(bool)] = 0
    return CalciumEvidence(values.astype(np.float32), cell_px, (mm[0] * cell_px, mm[1] * cell_px))


def artery_at(evidence: CalciumEvidence, point: NDArray[np.float64]) -> Points | None:
    """The middle of the artery at a point, from one end of its calcium to the other.

    Calcium is followed over gaps of less than `GAP_MM`. Where it branches, the longest course through the
    point is taken, and the branch is another click.

    Parameters
    ----------
    point
        (row, column) in pixels of the view.

    Returns
    -------
    (n, 2) row and column in pixels; None where there is no calcium within `SNAP_MM`.
    """
    start = _snapped(evidence, point)
    if start is None:
        return None
    box = evidence.box(start, REACH_MM)
    calcified, together = _connected(evidence, box, start)
    begin = _farthest(calcified, together, evidence, _in_box(start, box))
    end = _farthest(calcified, together, evidence, begin)
    way = _Ways(evidence, box, begin, within=together).to(end)
    if _nearest(way, start, evidence)[1] > SNAP_MM:
        # A branch: its own course ends where it leaves the longer one.
        way = _Ways(evidence, box, _in_box(start, box), within=together).to(begin)
    return _smooth(evidence, _until_a_turn(way, start, evidence))


@dataclass(frozen=True, eq=False)
class WaysOn:
    """The ways of least cost from one point to any other within `ON_MM`."""

    evidence: CalciumEvidence
    _ways: _Ways

    @classmethod
    def begin(cls, evidence: CalciumEvidence, point: NDArray[np.float64]) -> WaysOn:
        """From a (row, column) in pixels."""
        cell = evidence.cell_of(point)
        box = evidence.box(cell, ON_MM)
        return cls(evidence, _Ways(evidence, box, _in_box(cell, box)))

    def to(self, point: NDArray[np.float64]) -> Points:
        """The way to a (row, column) in pixels; straight on where that lies beyond reach."""
        goal = np.clip(
            np.array(self.evidence.cell_of(point)) - self._ways.corner, 0, np.array(self._ways.shape) - 1
        )
        found = self._ways.to((int(goal[0]), int(goal[1])))
        return np.concatenate([_smooth(self.evidence, found), np.asarray(point, np.float64)[None]])


class _Ways:
    """Shortest paths from a cell to all cells of a box, or to some; in the rows and columns of the box."""

    def __init__(
        self, evidence: CalciumEvidence, box: CellBox, start: Cell, *, within: Mask | None = None
    ) -> None:
        costs = 1.0 / (evidence.values[box].astype(np.float64) + _FREE)
        self.corner = np.array([box[0].start, box[1].start])
        self.shape = costs.shape
        self._paths = MCP_Geometric(
            costs if within is None else np.where(within, costs, np.inf), sampling=evidence.cell_mm
        )
        self._paths.find_costs([start])

    def to(self, goal: Cell) -> NDArray[np.float64]:
        """The cells on the way, in the whole view; both ends are of it."""
        cells: NDArray[np.float64] = np.asarray(self._paths.traceback(goal), np.float64) + self.corner
        return cells


def _in_box(cell: Cell, box: CellBox) -> Cell:
    return cell[0] - box[0].start, cell[1] - box[1].start


def _farthest(calcified: Mask, together: Mask, evidence: CalciumEvidence, start: Cell) -> Cell:
    """The calcified cell to which the way within what hangs together is longest."""
    steps = np.where(together, 1.0, np.inf)
    lengths = MCP_Geometric(steps, sampling=evidence.cell_mm).find_costs([start])[0]
    lengths = np.where(calcified & np.isfinite(lengths), lengths, -1.0)
    row, column = np.unravel_index(int(lengths.argmax()), lengths.shape)
    return int(row), int(column)


def _snapped(evidence: CalciumEvidence, point: NDArray[np.float64]) -> Cell | None:
    """The nearest calcified cell within `SNAP_MM`."""
    row, column = evidence.cell_of(point)
    steps = np.array(evidence.cell_mm)
    far = np.ceil(SNAP_MM / steps).astype(int)
    top, left = max(row - far[0], 0), max(column - far[1], 0)
    near = evidence.values[top : row + far[0] + 1, left : column + far[1] + 1]
    places = np.argwhere(near >= _CALCIFIED)
    if not len(places):
        return None
    away = np.hypot(*((places + [top - row, left - column]) * steps).T)
    best = int(away.argmin())
    if away[best] > SNAP_MM:
        return None
    return int(places[best][0]) + top, int(places[best][1]) + left


def _connected(evidence: CalciumEvidence, box: CellBox, start: Cell) -> tuple[Mask, Mask]:
    """(rows, columns) of the box: calcified cells that hang together with the start; these and the gaps."""
    calcified = evidence.values[box] >= _CALCIFIED
    across, down = (max(round(GAP_MM / 2 / step), 1) for step in reversed(evidence.cell_mm))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * across + 1, 2 * down + 1))
    _, groups = cv2.connectedComponents(cv2.dilate(calcified.astype(np.uint8), disc), connectivity=8)
    together = groups == groups[_in_box(start, box)]
    return np.asarray(calcified & together), np.asarray(together)


def _nearest(way: NDArray[np.float64], cell: Cell, evidence: CalciumEvidence) -> tuple[int, float]:
    """The place on the way that is nearest to a cell, and how far that is in mm."""
    away = np.hypot(*((way - cell) * evidence.cell_mm).T)
    place = int(away.argmin())
    return place, float(away[place])


def _until_a_turn(way: NDArray[np.float64], start: Cell, evidence: CalciumEvidence) -> NDArray[np.float64]:
    """The part of a way around a cell that ends where it turns as no artery does."""
    place, _ = _nearest(way, start, evidence)
    mm = way * evidence.cell_mm
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(mm, axis=0).T))])
    before, after = (
        mm - np.stack([np.interp(along - STRAIGHT_MM, along, mm[:, axis]) for axis in (0, 1)], axis=1),
        np.stack([np.interp(along + STRAIGHT_MM, along, mm[:, axis]) for axis in (0, 1)], axis=1) - mm,
    )
    lengths = np.hypot(*before.T) * np.hypot(*after.T)
    cosine = np.where(lengths > 0, (before * after).sum(axis=1) / np.maximum(lengths, 1e-9), 1.0)
    # Near its ends a way has no room to be judged; at the cell itself the person says that it goes on.
    judged = (along >= STRAIGHT_MM) & (along <= along[-1] - STRAIGHT_MM)
    judged &= np.abs(along - along[place]) >= STRAIGHT_MM
    turns = np.flatnonzero(judged & (cosine < np.cos(np.radians(SHARPEST_DEGREES))))
    first = turns[turns < place].max(initial=0)
    last = turns[turns > place].min(initial=len(way) - 1)
    return way[first : last + 1]


def _smooth(evidence: CalciumEvidence, cells: NDArray[np.float64]) -> Points:
    """A way without the steps of its grid, in pixels."""
    return resampled(evidence.points_of(cells), _STEP_CELLS * evidence.cell_px)


def _brightness(
    image_u8: NDArray[np.uint8], valid: Mask, mm: NDArray[np.float64], cell_px: int, shape: tuple[int, int]
) -> NDArray[np.float32]:
    """(rows, columns) of cells, 0 to 1: how far what is narrow stands out of the noise around it."""
    coarse = _of_cells(image_u8, cell_px, shape)
    cell = mm * cell_px
    size = tuple(int(2 * round(WIDEST_MM / step / 2) + 1) for step in reversed(cell))
    element = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, size)
    contrast = cv2.morphologyEx(coarse, cv2.MORPH_TOPHAT, element).astype(np.float32)
    inside = _of_cells(valid.astype(np.uint8), cell_px, shape).astype(bool)
    if not inside.any():
        return np.zeros(shape, np.float32)
    # Nearly all of a breast is no calcium: the middle of its contrast is that of noise and tissue.
    middle = float(np.median(contrast[inside]))
    spread = max(1.4826 * float(np.median(np.abs(contrast[inside] - middle))), 1.0)
    low, high = _NOISE_AT
    return np.asarray(np.clip(((contrast - middle) / spread - low) / (high - low), 0, 1), np.float32)


def _of_cells(pixels: NDArray[Any], cell_px: int, shape: tuple[int, int]) -> NDArray[Any]:
    """The largest value of the pixels of each cell; the last cells may be cut off."""
    whole = np.pad(
        pixels, [(0, cells * cell_px - size) for cells, size in zip(shape, pixels.shape, strict=True)]
    )
    cells: NDArray[Any] = whole[::cell_px, ::cell_px].copy()
    for row, column in product(range(cell_px), repeat=2):
        np.maximum(cells, whole[row::cell_px, column::cell_px], out=cells)
    return cells
