"""Where a breast lies in an image: from breast coordinates to pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from shared_core.mammogram import View
from shared_core.simulation.breast import MLO_RADIANS, TOP, BreastShape
from shared_core.simulation.randomness import Floats, stream

AIR_MM = 10.0
"""Air kept around the breast in an image of no given shape."""


@dataclass(frozen=True)
class Positioning:
    """How this exposure differs from the reference one."""

    roll: float = 0.0
    """Radians about the axis from chest wall to nipple: another ray meets other tissue."""
    turn: float = 0.0
    """Radians in the plane of the image."""
    shift_mm: tuple[float, float] = (0.0, 0.0)
    """(depth, height) of the whole breast."""
    thickness_factor: float = 1.0


def draw_positioning(seed: int, view: View, side: str) -> Positioning:
    """Draw how a technologist places the breast another time; 0 is the reference."""
    if seed == 0:
        return Positioning()
    rng = stream(seed, "positioning", view.value, side)
    return Positioning(
        roll=math.radians(rng.uniform(-6, 6)),
        turn=math.radians(rng.uniform(-3, 3)),
        shift_mm=(rng.uniform(-6, 3), rng.uniform(-7, 7)),
        thickness_factor=rng.uniform(0.93, 1.07),
    )


@dataclass(frozen=True, eq=False)
class Placement:
    """Maps breast coordinates to a left-sided image, chest wall at column 0."""

    view: View
    spacing_mm: float
    shape: tuple[int, int]
    matrix: Floats
    """(2, 3): (depth, lateral, up) mm to (row, column), before `origin`."""
    origin: tuple[float, float]
    """(row, column) of the point where the nipple's axis meets the chest wall."""
    plane: Floats
    """(2, 2): (depth, height) mm in the reference plane of the view to (row, column) before `origin`."""
    spread: float
    """Size in the plane against the reference compression."""
    compressed_mm: float

    def pixels(self, points_mm: Floats) -> Floats:
        """(n, 3) breast coordinates to (n, 2) (row, column)."""
        return np.asarray(points_mm @ self.matrix.T + np.array(self.origin))

    def plane_pixels(self, points_mm: Floats) -> Floats:
        """(n, 2) (depth, height) in the reference plane to (n, 2) (row, column)."""
        return np.asarray(points_mm @ self.plane.T + np.array(self.origin))


def place(
    breast: BreastShape,
    view: View,
    positioning: Positioning,
    *,
    spacing_mm: float,
    shape: tuple[int, int] | None,
    compressed_mm: float,
) -> Placement:
    """Place a breast in an image of `shape`, or in the smallest that holds it."""
    spread = (breast.compressed_mm / compressed_mm) ** 0.25
    along = (math.cos(positioning.turn), math.sin(positioning.turn))
    turned = np.array([[along[0], -along[1]], [along[1], along[0]]]) * spread
    # Rows grow downwards, height grows upwards.
    plane = np.array([[0.0, -1.0], [1.0, 0.0]]) @ turned / spacing_mm
    tilt = positioning.roll + (MLO_RADIANS if view is View.MLO else 0.0)
    to_plane = np.array([[1.0, 0.0, 0.0], [0.0, math.cos(tilt), math.sin(tilt)]])
    below = (breast.half_width_mm * 1.02 + AIR_MM) * spread
    above = breast.half_width_mm * TOP * spread if view is View.MLO else below
    if shape is None:
        columns = (breast.depth_mm * 1.02 + breast.nipple_mm + AIR_MM) * spread / spacing_mm
        shape = math.ceil((above + below) / spacing_mm), math.ceil(columns)
    rows = shape[0]
    # A tall image leaves air below an MLO, whose top always cuts through the axilla.
    row = min(above / spacing_mm, rows * 0.55) if view is View.MLO else rows / 2
    down = row - positioning.shift_mm[1] / spacing_mm
    return Placement(
        view=view,
        spacing_mm=spacing_mm,
        shape=shape,
        matrix=plane @ to_plane,
        origin=(down, positioning.shift_mm[0] / spacing_mm),
        plane=plane,
        spread=spread,
        compressed_mm=compressed_mm,
    )
