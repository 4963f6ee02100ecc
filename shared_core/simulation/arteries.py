"""Arteries and veins: tortuous, branching tubes in breast coordinates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shared_core.simulation.breast import MLO_RADIANS, BreastShape
from shared_core.simulation.randomness import Floats, smooth_noise

STEP_MM = 0.1
INSIDE = 0.84
"""Vessels keep within this part of the ellipsoid of the breast: skin and subcutaneous fat stay free."""


@dataclass(frozen=True, eq=False)
class Tube:
    """A vessel without branches."""

    points_mm: Floats
    """(n, 3) breast coordinates, `STEP_MM` apart."""
    radius_mm: Floats
    """(n,) outer radius."""

    @property
    def length_mm(self) -> float:
        """Length along the centre line."""
        return (len(self.points_mm) - 1) * STEP_MM


@dataclass(frozen=True, eq=False)
class VesselTree:
    """A vessel and its side branches."""

    trunk: Tube
    branches: tuple[Tube, ...]


def grow_trees(shape: BreastShape, count: int, rng: np.random.Generator) -> tuple[VesselTree, ...]:
    """Grow arteries from the chest wall towards the nipple, apart from each other in CC and in MLO."""
    ends: list[tuple[Floats, Floats]] = []
    trees = []
    for _ in range(count):
        candidates = [_ends(shape, rng) for _ in range(24)]
        best = max(candidates, key=lambda pair: _clearance(pair, ends))
        ends.append(best)
        calibre = float(np.clip(rng.lognormal(np.log(1.35), 0.3), 0.7, 2.8))
        trunk = _tube(best, shape, rng, first_radius=calibre / 2, tortuosity=rng.uniform(0.5, 1.3))
        branches = tuple(_branch(trunk, shape, rng) for _ in range(rng.integers(1, 4)))
        trees.append(VesselTree(trunk, branches))
    return tuple(trees)


def grow_plain_vessels(shape: BreastShape, rng: np.random.Generator) -> tuple[Tube, ...]:
    """Grow the veins and arteries that carry no calcium."""
    tubes: list[Tube] = []
    for _ in range(rng.integers(4, 9)):
        radius = float(np.clip(rng.lognormal(np.log(0.75), 0.35), 0.35, 1.6))
        pair = _ends(shape, rng)
        trunk = _tube(pair, shape, rng, first_radius=radius, tortuosity=rng.uniform(0.4, 1.1))
        tubes += [trunk, *(_branch(trunk, shape, rng) for _ in range(rng.integers(0, 3)))]
    return tuple(tubes)


def _ends(shape: BreastShape, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw where a vessel enters at the chest wall and where it fades out."""
    angle, away = rng.uniform(0, 2 * np.pi), np.sqrt(rng.uniform(0.03, 0.8))
    ring = shape.half_width_mm * INSIDE * away
    start = np.array([-8.0, ring * np.cos(angle), ring * np.sin(angle)])
    inward = rng.uniform(0.15, 0.75)
    turn = angle + rng.normal(0, 0.35)
    last = shape.depth_mm * rng.uniform(0.55, 0.85)
    end = np.array([last, ring * inward * np.cos(turn), ring * inward * np.sin(turn)])
    return start, end


def _clearance(pair: tuple[Floats, Floats], others: list[tuple[Floats, Floats]]) -> float:
    """Smallest distance, over CC and MLO, of the middles and starts of two vessels."""
    gaps = [60.0]
    for axis in (np.array([0.0, 1.0, 0.0]), np.array([0.0, np.cos(MLO_RADIANS), np.sin(MLO_RADIANS)])):
        for other in others:
            starts = abs(float((pair[0] - other[0]) @ axis))
            middles = abs(float((sum(pair) - sum(other)) @ axis)) / 2
            same_side = float((pair[0] - other[0]) @ axis) * float((sum(pair) - sum(other)) @ axis) > 0
            gaps.append(min(starts, middles) if same_side else 0.0)
    return min(gaps)


def _tube(
    pair: tuple[Floats, Floats],
    shape: BreastShape,
    rng: np.random.Generator,
    *,
    first_radius: float,
    tortuosity: float,
) -> Tube:
    """Draw a tortuous tube from one point to another."""
    start, end = pair
    span = float(np.linalg.norm(end - start))
    samples = max(int(span / STEP_MM), 8)
    way = np.linspace(0, 1, samples)[:, None]
    line = start + (end - start) * way
    line += np.sin(np.pi * way) * rng.normal(0, 0.08 * span, 3) * np.array([0.3, 1, 1])
    for wave_mm, amplitude_mm in ((rng.uniform(18, 40), 3.0), (rng.uniform(6, 14), 1.0), (3.5, 0.16)):
        for axis, part in enumerate((0.35, 1.0, 1.0)):
            wave = smooth_noise(rng, samples, wave_mm / STEP_MM)
            line[:, axis] += tortuosity * amplitude_mm * part * (wave - wave[0])
    line = _evenly_spaced(_kept_inside(line, shape))
    taper = np.linspace(1, rng.uniform(0.5, 0.8), len(line))
    radius = first_radius * taper * (1 + 0.05 * smooth_noise(rng, len(line), 4 / STEP_MM))
    return Tube(line, np.maximum(radius, 0.25))


def _branch(parent: Tube, shape: BreastShape, rng: np.random.Generator) -> Tube:
    """Draw a side branch that leaves the trunk at an acute angle, thinner and shorter."""
    count = len(parent.points_mm)
    root = int(rng.uniform(0.25, 0.8) * count)
    ahead = parent.points_mm[min(root + 40, count - 1)] - parent.points_mm[root - 1]
    ahead /= np.linalg.norm(ahead) + 1e-9
    aside = rng.normal(size=3)
    aside -= (aside @ ahead) * ahead
    aside /= np.linalg.norm(aside) + 1e-9
    spread = rng.uniform(0.35, 0.9)
    direction = ahead * np.cos(spread) + aside * np.sin(spread)
    start = parent.points_mm[root]
    end = start + direction * rng.uniform(12, 40)
    radius = float(parent.radius_mm[root]) * rng.uniform(0.5, 0.75)
    return _tube((start, end), shape, rng, first_radius=radius, tortuosity=rng.uniform(0.4, 0.9))


def _kept_inside(line: Floats, shape: BreastShape) -> Floats:
    """Draw points outside the inner ellipsoid back onto it, gently."""
    axes = np.array([shape.depth_mm, shape.half_width_mm, shape.half_width_mm]) * INSIDE
    unit = line / axes
    unit[:, 0] = np.maximum(unit[:, 0], 0)
    reach = np.linalg.norm(unit, axis=1)
    # tanh-like limit: smooth, so that a vessel bends along the border instead of breaking at it.
    limited = np.where(reach > 0.8, 0.8 + 0.2 * np.tanh((reach - 0.8) / 0.2), reach)
    scale = (limited / np.maximum(reach, 1e-9))[:, None]
    inside = line * scale
    inside[:, 0] = np.where(line[:, 0] < 0, line[:, 0], inside[:, 0])
    return np.asarray(inside)


def _evenly_spaced(line: Floats) -> Floats:
    """Resample a polyline to `STEP_MM` along itself."""
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    wanted = np.arange(0, along[-1], STEP_MM)
    return np.stack([np.interp(wanted, along, line[:, axis]) for axis in range(3)], axis=1)
