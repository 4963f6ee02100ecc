"""The tissue of a breast in the plane of one view: fat, gland, muscle, ligaments and ducts.

Made on a grid of its own in the reference plane, so that another exposure of the same breast shows the
same tissue.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import View
from shared_core.simulation.breast import TOP, BreastShape, Density, outline
from shared_core.simulation.placement import Placement
from shared_core.simulation.randomness import Map, power_law_noise, smooth_noise, stream

GRID_MM = 0.14
COARSE = 4
"""Grid points that one point of the coarse grid stands for."""
SKIN_MM = 1.5
GLANDULAR_PART: dict[Density, float] = {"A": 0.06, "B": 0.13, "C": 0.25, "D": 0.42}
"""Mean part of the thickness that is glandular, in the breast without muscle and subcutaneous fat."""
_PIECE = 3
"""Steps of a fibre that are drawn in one grey."""
FOLD: dict[Density, float] = {"A": 1.0, "B": 1.0, "C": 0.8, "D": 0.6}
"""How strongly ligaments stand out of their surroundings."""


@dataclass(frozen=True, eq=False)
class Plate:
    """Tissue in the reference plane of a view; (rows, columns) float32, `GRID_MM` apart."""

    edge_mm: Map
    """Distance from the skin line, 0 in air."""
    gland: Map
    """Part of the thickness that is glandular tissue or muscle."""
    fibres_mm: Map
    """Ligaments and ducts in the ray."""
    left_mm: float
    """Depth of the first column."""
    top_mm: float
    """Height of the first row."""


@lru_cache(maxsize=4)
def make_plate(shape: BreastShape, view: View, *, density: Density, seed: int, side: str) -> Plate:
    """Make the tissue of one breast as one view sees it.

    The plates of one patient's four views are kept: later exams and other exposures show the same tissue.
    """
    names = (side, view.value)
    left = -16.0
    top = shape.half_width_mm * (TOP + 0.2 if view is View.MLO else 1.15) + 4
    bottom = shape.half_width_mm * 1.15 + 4
    columns = int((shape.depth_mm * 1.05 + shape.nipple_mm + 4 - left) / GRID_MM / COARSE) * COARSE
    rows = int((top + bottom) / GRID_MM / COARSE) * COARSE
    small = (rows // COARSE, columns // COARSE)
    edge = _edge_distance(shape, view, stream(seed, "outline", *names), (rows, columns), (left, top))
    coarse_edge = _resized(edge, small, cv2.INTER_AREA)
    height, depth = np.mgrid[0 : small[0], 0 : small[1]].astype(np.float32) * np.float32(GRID_MM * COARSE)
    depth += np.float32(left)
    height = np.float32(top) - height
    rng = stream(seed, "gland", *names)
    gland = _glandular(shape, density, rng, depth, height, coarse_edge)
    if view is View.MLO or rng.random() < 0.3:
        muscle = _muscle(shape, view, stream(seed, "muscle", *names), depth, height)
        gland = gland * (1 - 0.75 * muscle) + muscle * np.float32(rng.uniform(0.5, 0.7))
    else:
        muscle = np.zeros_like(gland)
    gland = _resized(gland, (rows, columns))
    chance = stream(seed, "fine", *names)
    fine = power_law_noise(chance, (rows, columns), beta=2.5, grid_mm=GRID_MM, longest_mm=3)
    gland += np.float32(0.017) * fine * (np.float32(0.5) + gland)
    fibres = _fibres(shape, stream(seed, "fibres", *names), (rows, columns), (left, top))
    # Muscle lies behind the ligaments and hides most of them.
    fibres *= FOLD[density] * (1 - 0.8 * _resized(muscle, (rows, columns)))
    plate = Plate(edge, np.clip(gland, 0, 0.95), fibres, left, top)
    for kept in (plate.edge_mm, plate.gland, plate.fibres_mm):
        kept.setflags(write=False)
    return plate


def lay(plate: Plate, values: Map, placement: Placement) -> Map:
    """Resample a map of the plate into an image."""
    to_plane = np.array([[GRID_MM, 0, plate.left_mm], [0, -GRID_MM, plate.top_mm]])
    # cv2 counts (column, row); the plane is (depth, height).
    swap = np.array([[0.0, 1.0], [1.0, 0.0]])
    linear = swap @ placement.plane
    matrix = np.empty((2, 3))
    matrix[:, :2] = linear @ to_plane[:, :2]
    matrix[:, 2] = linear @ to_plane[:, 2] + np.array(placement.origin)[::-1]
    size = placement.shape[::-1]
    return np.asarray(cv2.warpAffine(values, matrix, size, flags=cv2.INTER_LINEAR), np.float32)


def thickness(edge_mm: Map, compressed_mm: float) -> Map:
    """Length of the ray in a compressed breast: flat between the paddles, round at the skin line.

    `edge_mm` is the distance from the skin line, `compressed_mm` that of the paddles.
    """
    radius = compressed_mm / 2
    part = np.clip(edge_mm / np.float32(radius), 0, 1)
    return np.asarray(np.float32(compressed_mm) * np.sqrt(part * (2 - part)), np.float32)


def _resized(values: NDArray[Any], size: tuple[int, int], interpolation: int = cv2.INTER_LINEAR) -> Map:
    """A map on a grid of another size (rows, columns)."""
    return np.asarray(cv2.resize(values, size[::-1], interpolation=interpolation), np.float32)


def _edge_distance(
    shape: BreastShape,
    view: View,
    rng: np.random.Generator,
    size: tuple[int, int],
    corner: tuple[float, float],
) -> Map:
    """Distance in mm from the skin line; chest wall and the axilla above are no edges."""
    line = outline(shape, view, rng)
    grid = np.stack([line[:, 0] - corner[0], corner[1] - line[:, 1]], axis=1) / (GRID_MM * 2)
    inside = np.zeros((size[0] // 2, size[1] // 2), np.uint8)
    cv2.fillPoly(inside, [np.rint(grid * 16).astype(np.int32)], (1,), cv2.LINE_8, 4)
    distance = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_5) * (2 * GRID_MM)
    smooth = cv2.GaussianBlur(np.maximum(distance - GRID_MM, 0), (0, 0), 1.2)
    return _resized(smooth, size)


def _glandular(
    shape: BreastShape, density: Density, rng: np.random.Generator, depth: Map, height: Map, edge: Map
) -> Map:
    """Part of the thickness that is glandular: lobes that run to the nipple, fat below the skin."""
    size = depth.shape
    step = GRID_MM * COARSE
    common = {"grid_mm": step, "longest_mm": 60.0}
    polar = power_law_noise(rng, (900, 900), beta=rng.uniform(2.7, 3.2), **common)
    cloud = power_law_noise(rng, size, beta=rng.uniform(2.7, 3.2), **common)
    warp = 4 * power_law_noise(rng, size, beta=3.6, **common)
    behind = shape.depth_mm + 15
    distance = np.hypot(behind - depth, height) + warp
    angle = np.arctan2(height, behind - depth)
    lobes = cv2.remap(
        polar,
        (distance * np.float32(0.55 / step) % 899).astype(np.float32),
        ((angle * np.float32(70 / step) + warp) % 899).astype(np.float32),
        cv2.INTER_LINEAR,
    )
    centre = shape.depth_mm * rng.uniform(0.5, 0.66)
    reach = (shape.depth_mm * rng.uniform(0.3, 0.42), shape.half_width_mm * rng.uniform(0.4, 0.6))
    lift = shape.half_width_mm * rng.uniform(0, 0.2)
    disc = np.exp(-(((depth - centre) / reach[0]) ** 2 + ((height - lift) / reach[1]) ** 2) / 2)
    below_skin = np.clip((edge - rng.uniform(4, 9)) / 7, 0, 1) - 1
    score = rng.uniform(0.5, 0.85) * lobes + rng.uniform(0.2, 0.5) * cloud
    score += rng.uniform(1.3, 2.4) * disc + 1.6 * below_skin
    steep = rng.uniform(0.8, 1.5)
    level = _level_for(score[edge > 5], steep, GLANDULAR_PART[density] * rng.uniform(0.85, 1.15))
    gland = 1 / (1 + np.exp(-steep * (score - level)))
    return np.asarray(cv2.GaussianBlur(gland, (0, 0), 0.8) * 0.85, np.float32)


def _level_for(score: NDArray[np.float32], steep: float, mean: float) -> float:
    """Find the level at which the logistic of `score` has a mean, by halving."""
    sample = score[:: max(len(score) // 20000, 1)].astype(np.float64)
    low, high = -8.0, 12.0
    for _ in range(30):
        middle = (low + high) / 2
        if float(np.mean(0.85 / (1 + np.exp(-steep * (sample - middle))))) > mean:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _muscle(shape: BreastShape, view: View, rng: np.random.Generator, depth: Map, height: Map) -> Map:
    """Pectoral muscle, 0 to 1 with a soft edge: a wedge in MLO, a crescent in some CC."""
    wave = power_law_noise(rng, depth.shape, beta=3.5, grid_mm=GRID_MM * COARSE, longest_mm=80)
    if view is View.MLO:
        top = shape.half_width_mm * TOP
        foot = shape.half_width_mm * shape.muscle[1]
        rise = np.clip((height - foot) / (top - foot), -1, 2)
        border = shape.depth_mm * shape.muscle[0] * (0.75 * rise + 0.25 * np.sqrt(np.maximum(rise, 0)))
    else:
        bulge = np.clip(1 - (height / (0.55 * shape.half_width_mm)) ** 2, 0, 1)
        border = shape.depth_mm * rng.uniform(0.02, 0.09) * bulge - 3
    inside = (border - depth + 1.2 * wave) / rng.uniform(0.8, 1.8)
    streaks = 1 + 0.05 * wave
    return np.asarray(streaks / (1 + np.exp(-np.clip(inside, -30, 30))), np.float32)


def _fibres(
    shape: BreastShape, rng: np.random.Generator, size: tuple[int, int], corner: tuple[float, float]
) -> Map:
    """Ligaments everywhere and ducts that fan out from the nipple, in mm of dense tissue."""
    total = np.zeros(size, np.float32)
    nipple = np.array([shape.depth_mm, 0.0])
    strength = 10 ** rng.uniform(0.3, 0.7)
    area = shape.depth_mm * shape.half_width_mm / 8000
    for width, count in ((1, 5000), (2, 900), (3, 90), (5, 14)):
        layer = np.zeros(size, np.uint8)
        for _ in range(int(count * area * rng.uniform(0.7, 1.6))):
            reach = shape.half_width_mm * (TOP if rng.random() < 0.3 else 0.95)
            start = np.array([rng.uniform(-8, 0.97 * shape.depth_mm), rng.uniform(-reach, reach)])
            aim = np.arctan2(-start[1], nipple[0] + 15 - start[0]) + rng.normal(0, 0.6)
            _draw_fibre(layer, start, aim, rng.uniform(2, 8 + 5 * width), rng, width=width, corner=corner)
        blurred = cv2.GaussianBlur(layer, (0, 0), 0.35 * width + 0.3)
        total += blurred.astype(np.float32) * np.float32(strength * (0.9 + 0.1 * width) / 255)
    layer = np.zeros(size, np.uint8)
    for _ in range(rng.integers(5, 14)):
        aim = np.pi + rng.normal(0, 0.6)
        _draw_fibre(
            layer, nipple, aim, rng.uniform(15, 45), rng, width=int(rng.integers(3, 7)), corner=corner
        )
    total += cv2.GaussianBlur(layer, (0, 0), 2.0).astype(np.float32) * np.float32(1.2 * strength / 255)
    return total


def _draw_fibre(
    layer: NDArray[np.uint8],
    start: NDArray[np.float64],
    aim: float,
    length_mm: float,
    rng: np.random.Generator,
    *,
    width: int,
    corner: tuple[float, float],
) -> None:
    """Draw one wavy line from `start` (depth, height mm) in the direction `aim`."""
    samples = max(int(length_mm / 0.5), 4)
    heading = aim + 0.3 * smooth_noise(rng, samples, 16) + 0.15 * smooth_noise(rng, samples, 4)
    depth = start[0] - corner[0] + np.cumsum(np.cos(heading)) * 0.5
    down = corner[1] - start[1] - np.cumsum(np.sin(heading)) * 0.5
    points = np.rint(np.stack([depth, down], axis=1) / GRID_MM * 8).astype(np.int32)
    shade = min(40 + 80 * rng.exponential(), 255)
    for first, strength in _fading(samples):
        piece = points[first : first + _PIECE + 1]
        cv2.polylines(layer, [piece], False, shade * strength, width, cv2.LINE_AA, 3)


@lru_cache(maxsize=256)
def _fading(samples: int) -> tuple[tuple[int, float], ...]:
    """First step and strength of each piece of a fibre.

    A sheet of tissue turns into the ray and out of it again: no fibre ends bluntly.
    """
    firsts = range(0, samples - 1, _PIECE)
    return tuple((first, float(np.sin(np.pi * min((first + _PIECE / 2) / samples, 1)))) for first in firsts)
