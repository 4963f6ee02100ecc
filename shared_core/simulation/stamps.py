"""Small pieces that are laid onto the maps of a view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Laterality
from shared_core.simulation.breast import BreastShape
from shared_core.simulation.placement import Placement
from shared_core.simulation.randomness import Floats, Map
from shared_core.simulation.ribbon import ribbon_along

Layer = Literal["soft", "mineral", "metal", "opaque", "collimated"]
"""mm of dense tissue, g/cm2 of hydroxyapatite, mm of metal, and two masks."""


@dataclass(frozen=True, eq=False)
class Stamp:
    """Values to be added to one layer; what lies outside the image is cut off."""

    layer: Layer
    row: int
    column: int
    values: Map


@dataclass(frozen=True, eq=False)
class Scene:
    """What a look-alike has to know of the view into which it is put."""

    breast: BreastShape
    placement: Placement
    laterality: Laterality

    def pixels(self, length_mm: float) -> float:
        """A length in pixels."""
        return length_mm / self.placement.spacing_mm

    def somewhere(self, rng: np.random.Generator, *, count: int = 1, within: float = 0.75) -> Floats:
        """Draw points (n, 3) in mm inside the breast; the same chance gives the same points in every view."""
        direction = rng.normal(size=(count, 3))
        direction[:, 0] = np.abs(direction[:, 0])
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        radius = within * rng.uniform(0.05, 1, (count, 1)) ** (1 / 3)
        width = self.breast.half_width_mm
        return np.asarray(direction * radius * np.array([self.breast.depth_mm, width, width]))


def lay_stamp(target: NDArray[np.float32] | NDArray[np.bool_], stamp: Stamp) -> None:
    """Add a stamp to a map, or set it in a mask, in place."""
    rows, columns = target.shape
    top, left = max(stamp.row, 0), max(stamp.column, 0)
    bottom = min(stamp.row + stamp.values.shape[0], rows)
    right = min(stamp.column + stamp.values.shape[1], columns)
    if top >= bottom or left >= right:
        return
    part = stamp.values[top - stamp.row : bottom - stamp.row, left - stamp.column : right - stamp.column]
    window: NDArray[Any] = target[top:bottom, left:right]
    if target.dtype == np.bool_:
        np.logical_or(window, part > 0.5, out=window)
    else:
        np.add(window, part, out=window)


def grain(
    scene: Scene, layer: Layer, centre: Floats, rng: np.random.Generator, *, radius_mm: float, peak: float
) -> Stamp:
    """Draw a lump of uneven outline, thickest in the middle, at `centre` (row, column)."""
    radius = scene.pixels(radius_mm)
    size = int(radius * 1.8) + 3
    origin = np.floor(centre).astype(int) - size
    rows, columns = np.mgrid[0 : 2 * size + 1, 0 : 2 * size + 1].astype(np.float32)
    rows -= np.float32(centre[0] - origin[0])
    columns -= np.float32(centre[1] - origin[1])
    angle = np.arctan2(rows, columns)
    uneven = np.ones_like(angle)
    for lobes in (2, 3, 5):
        uneven += rng.normal(0, 0.1) * np.cos(lobes * angle + rng.uniform(0, 6.3))
    reach = np.hypot(rows, columns) / (radius * np.clip(uneven, 0.6, 1.6))
    # Half a pixel of slope keeps grains smaller than a pixel visible.
    soft = np.clip((1 - reach) * radius + 0.5, 0, 1)
    values = peak * np.sqrt(np.clip(1 - reach * reach, 0.15, 1)) * soft
    return Stamp(layer, int(origin[0]), int(origin[1]), values.astype(np.float32))


def stroke(layer: Layer, curve: Floats, *, radius_px: float, peak: float, hollow: float = 0.0) -> Stamp:
    """Draw a rod along a curve of (row, column) points about a pixel apart.

    `hollow` is the part of the radius that is empty.
    """
    ribbon = ribbon_along(curve, radius_px + 1)
    off = np.hypot(ribbon.across, np.maximum(np.abs(ribbon.along) - 1, 0)) / radius_px
    values = np.sqrt(np.clip(1 - off * off, 0, 1)) - hollow * np.sqrt(np.clip(1 - (off / 0.6) ** 2, 0, 1))
    corner = ribbon.rows.min(), ribbon.columns.min()
    patch = np.zeros((np.ptp(ribbon.rows) + 1, np.ptp(ribbon.columns) + 1), np.float32)
    patch[ribbon.rows - corner[0], ribbon.columns - corner[1]] = peak * np.maximum(values, 0)
    return Stamp(layer, int(corner[0]), int(corner[1]), patch)


def line(start: Floats, end: Floats, *, bend: float = 0.0) -> Floats:
    """Points about a pixel apart from `start` to `end`, bent aside by a part of the length."""
    length = float(np.linalg.norm(end - start))
    way = np.linspace(0, 1, max(int(length) + 1, 3))[:, None]
    aside = np.array([-(end - start)[1], (end - start)[0]])
    return np.asarray(start + (end - start) * way + aside * bend * np.sin(np.pi * way))
