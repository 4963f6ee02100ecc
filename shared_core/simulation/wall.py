"""Vessels in the rays: soft tubes, and calcium in their walls with an exact mass."""

from __future__ import annotations

import cv2
import numpy as np

from shared_core.simulation.arteries import STEP_MM, Tube
from shared_core.simulation.deposits import (
    LOOKS,
    TEXTURE_ANGLES,
    TEXTURE_STEP_MM,
    Deposit,
    ragged_radius,
    wall_texture,
)
from shared_core.simulation.placement import Placement
from shared_core.simulation.randomness import Map
from shared_core.simulation.ribbon import Ribbon, ribbon_along

PEAK_G_CM2 = 0.25
"""Areal density that thick calcium approaches."""
MG_PER_G_CM2_MM2 = 10.0
"""1 g/cm2 on 1 mm2 is 10 mg."""


def add_soft_tube(target: Map, tube: Tube, placement: Placement) -> None:
    """Deepen `target` (mm of soft tissue in the ray) to the chord of the tube, in place."""
    spacing = placement.spacing_mm
    ribbon = ribbon_along(placement.pixels(tube.points_mm), float(tube.radius_mm.max()) / spacing)
    radius = tube.radius_mm[ribbon.nearest].astype(np.float32)
    off = np.hypot(ribbon.across, np.maximum(np.abs(ribbon.along) - 1, 0)) * spacing
    chord = 2 * np.sqrt(np.maximum(radius * radius - off * off, 0))
    keep = ribbon.inside(target.shape) & (chord > 0)
    rows, columns = ribbon.rows[keep], ribbon.columns[keep]
    target[rows, columns] = np.maximum(target[rows, columns], chord[keep])


def calcium_of(deposit: Deposit, tube: Tube, placement: Placement, *, years: float) -> tuple[Ribbon, Map]:
    """Project the calcium in the wall of a tube: pixels, some perhaps outside the image, and g/cm2 on each.

    The sum over all times the area of a pixel is the mass of the deposit.
    """
    spacing = placement.spacing_mm
    radius_mm = ragged_radius(deposit, tube)
    ribbon = ribbon_along(placement.pixels(tube.points_mm), float(radius_mm.max()) / spacing)
    radius = radius_mm[ribbon.nearest].astype(np.float32)
    offset = np.asarray(ribbon.across * spacing / radius, np.float32)
    texture = wall_texture(deposit, tube, years)
    texture = np.concatenate([texture, texture[:, :1]], axis=1)
    place_mm = ribbon.nearest * STEP_MM + ribbon.along * spacing
    place = np.asarray(place_mm / TEXTURE_STEP_MM, np.float32)
    angle = np.asarray(np.arcsin(np.clip(offset, -1, 1)), np.float32)
    front = _sample(texture, place, angle)
    back = _sample(texture, place, np.float32(np.pi) - angle)
    # Rays near the rim run longer in the wall; the wall's own thickness limits it.
    wall = np.minimum(1 / np.sqrt(np.maximum(1 - offset * offset, 1e-3)), 3.2)
    look = LOOKS[deposit.pattern]
    solid = look.solid
    path = (1 - solid) * wall + solid * 2 * np.sqrt(np.maximum(1 - offset * offset, 0))
    rim = np.clip((1.0 - np.abs(offset)) * radius / spacing + 0.5, 0, 1)
    amount = (front + back) * path * rim * (1 - look.sides * (1 - np.minimum(offset * offset, 1)))
    amount[np.abs(ribbon.along) > 2] = 0
    mass_g_cm2 = deposit.mass_at(years) / (MG_PER_G_CM2_MM2 * spacing * spacing)
    return ribbon, _with_total(amount, mass_g_cm2)


def _sample(texture: Map, place: Map, angle: Map) -> Map:
    """Interpolate the unrolled wall at places along it (texture rows) and angles (radians)."""
    column = np.mod(angle, 2 * np.pi) * (TEXTURE_ANGLES / (2 * np.pi))
    width = 4096
    padding = -len(place) % width
    grid = [np.pad(values.astype(np.float32), (0, padding)).reshape(-1, width) for values in (column, place)]
    sampled = cv2.remap(texture, grid[0], grid[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(sampled.ravel()[: len(place)])


def _with_total(amount: Map, total: float) -> Map:
    """Scale to a total; what would be thicker than `PEAK_G_CM2` is levelled towards it."""
    exact = amount.astype(np.float64)
    exact *= total / exact.sum()
    levelled = exact
    for _ in range(12):
        levelled = PEAK_G_CM2 * -np.expm1(-exact / PEAK_G_CM2)
        exact *= min(total / levelled.sum(), 1.5)
    return np.asarray(levelled * (total / levelled.sum()), np.float32)
