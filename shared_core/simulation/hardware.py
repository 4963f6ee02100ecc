"""Foreign bodies, marks and edges: what lies on mammograms and is not breast."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Laterality, View
from shared_core.simulation.randomness import Floats
from shared_core.simulation.stamps import Scene, Stamp, line, stroke


def clip(scene: Scene, rng: np.random.Generator) -> tuple[Stamp, ...]:
    """A biopsy clip: a bent piece of titanium wire."""
    middle = scene.somewhere(rng, within=0.65)[0]
    arm = rng.normal(size=(2, 3))
    arm *= rng.uniform(1.2, 2.2) / np.linalg.norm(arm, axis=1, keepdims=True)
    ends = scene.placement.pixels(np.stack([middle + arm[0], middle, middle + arm[1]]))
    radius = scene.pixels(0.22)
    return (
        stroke("metal", line(ends[0], ends[1]), radius_px=radius, peak=0.45),
        stroke("metal", line(ends[1], ends[2]), radius_px=radius, peak=0.45),
    )


def bead(scene: Scene, rng: np.random.Generator) -> tuple[Stamp, ...]:
    """A BB: a metal bead stuck on the skin over a finding or on the nipple."""
    nipple = np.array([[scene.breast.depth_mm - 1, 0.0, 0.0]])
    middle = nipple if rng.random() < 0.3 else scene.somewhere(rng, within=0.85)
    place = scene.placement.pixels(middle)[0]
    radius = rng.uniform(0.75, 1.2)
    return (_disc(scene, place, radius_mm=radius, peak=2 * radius),)


def scar_wire(scene: Scene, rng: np.random.Generator) -> tuple[Stamp, ...]:
    """A thin wire taped along a scar."""
    start, end = scene.somewhere(rng, count=2, within=0.8)
    way = end - start
    end = start + way / (np.linalg.norm(way) + 1e-9) * rng.uniform(18, 55)
    ends = scene.placement.pixels(np.stack([start, end]))
    curve = line(ends[0], ends[1], bend=rng.normal(0, 0.15))
    return (stroke("metal", curve, radius_px=scene.pixels(rng.uniform(0.2, 0.4)), peak=0.6),)


def skin_fold(scene: Scene, rng: np.random.Generator) -> tuple[Stamp, ...]:
    """A fold of skin at the axilla or the infra-mammary crease: a straight dense band."""
    sign = 1.0 if scene.placement.view is View.MLO and rng.random() < 0.6 else rng.choice([-1.0, 1.0])
    height = sign * scene.breast.half_width_mm * rng.uniform(0.55, 0.8)
    length = rng.uniform(25, 70)
    angle = rng.normal(0, 0.35)
    start = np.array([rng.uniform(0, 12), height])
    end = start + length * np.array([np.cos(angle), np.sin(angle)])
    ends = scene.placement.plane_pixels(np.stack([start, end]))
    curve = line(ends[0], ends[1], bend=rng.normal(0, 0.06))
    radius = rng.uniform(0.7, 2.2)
    return (stroke("soft", curve, radius_px=scene.pixels(radius), peak=rng.uniform(2.5, 5)),)


def pacemaker(scene: Scene, rng: np.random.Generator) -> tuple[Stamp, ...]:
    """The edge of a generator at the upper chest wall, and its leads."""
    spacing = scene.placement.spacing_mm
    high, wide = (int(size / spacing) for size in rng.uniform((38, 22), (50, 34)))
    row = int(rng.uniform(-0.5, 0.05) * high)
    column = int(rng.uniform(-0.6, -0.2) * wide)
    case: NDArray[Any] = np.zeros((high, wide), np.uint8)
    corner = int(8 / spacing)
    cv2.rectangle(case, (corner, corner), (wide - corner, high - corner), 1, -1)
    case = cv2.dilate(case, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * corner - 1, 2 * corner - 1)))
    stamps = [Stamp("metal", row, column, case.astype(np.float32) * np.float32(6))]
    start = np.array([row + high * 0.8, column + wide * 0.7])
    for _ in range(2):
        end = start + np.array([rng.uniform(10, 40), -rng.uniform(15, 45)]) / spacing
        curve = line(start, end, bend=rng.normal(0, 0.3))
        stamps.append(stroke("metal", curve, radius_px=0.7 / spacing, peak=0.8))
    return tuple(stamps)


def implant(scene: Scene, rng: np.random.Generator) -> tuple[Stamp, ...]:
    """A silicone implant behind the gland.

    Silicon makes the gel about as opaque as 0.8 g/cm2 of hydroxyapatite more than tissue would be.
    """
    centre = scene.placement.plane_pixels(np.array([[-4.0, 0.0]]))[0]
    radii = (
        scene.pixels(scene.breast.half_width_mm * rng.uniform(0.5, 0.65)),
        scene.pixels(scene.breast.depth_mm * rng.uniform(0.45, 0.6)),
    )
    size = int(radii[0]) + 2, int(radii[1]) + 2
    rows = (np.arange(2 * size[0] + 1, dtype=np.float32) - size[0])[:, None] / np.float32(radii[0])
    columns = (np.arange(2 * size[1] + 1, dtype=np.float32) - size[1])[None, :] / np.float32(radii[1])
    reach = np.sqrt(rows * rows + columns * columns)
    values = 0.8 * np.clip(1 - np.clip(reach, 0, 1) ** 6, 0, 1) ** 0.5
    return (Stamp("mineral", int(centre[0]) - size[0], int(centre[1]) - size[1], values.astype(np.float32)),)


def label(scene: Scene, rng: np.random.Generator) -> tuple[Stamp, ...]:
    """The lead letters of side and view, in the air away from the chest wall."""
    side = "R" if scene.laterality is Laterality.RIGHT else "L"
    gap = " " if rng.random() < 0.7 else ""
    text = f"{side}{gap}{scene.placement.view.value}"
    scale = scene.pixels(rng.uniform(4, 7)) / 22
    stroke_px = max(round(scale * 3), 1)
    (wide, high), below = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, stroke_px)
    letters: NDArray[np.uint8] = np.zeros((high + below + 2 * stroke_px, wide + 2 * stroke_px), np.uint8)
    foot = (stroke_px, high + stroke_px)
    cv2.putText(letters, text, foot, cv2.FONT_HERSHEY_SIMPLEX, scale, 1, stroke_px, cv2.LINE_8)
    if scene.laterality is Laterality.RIGHT:
        # The whole view is mirrored later on; letters must read.
        letters = letters[:, ::-1]
    rows, columns = scene.placement.shape
    row = int(rows * rng.uniform(0.03, 0.12))
    return (Stamp("opaque", row, columns - letters.shape[1] - stroke_px * 4, letters.astype(np.float32)),)


def collimation(scene: Scene, rng: np.random.Generator) -> tuple[Stamp, ...]:
    """Blades that cover a border of the field."""
    rows, columns = scene.placement.shape
    strip = [int(scene.pixels(width)) for width in rng.uniform(2, 9, 3)]
    return (
        Stamp("collimated", 0, 0, np.ones((strip[0], columns), np.float32)),
        Stamp("collimated", rows - strip[1], 0, np.ones((strip[1], columns), np.float32)),
        Stamp("collimated", 0, columns - strip[2], np.ones((rows, strip[2]), np.float32)),
    )


def paddle_edge(scene: Scene, rng: np.random.Generator) -> tuple[Stamp, ...]:
    """The lip of the paddle, a slightly slanting bright strip at the chest wall."""
    rows = scene.placement.shape[0]
    near, far = (scene.pixels(width) for width in rng.uniform(0.8, 3.0, 2))
    edge = np.linspace(near, far, rows)[:, None]
    width = int(max(near, far)) + 1
    return (Stamp("opaque", 0, 0, (np.arange(width)[None, :] < edge).astype(np.float32)),)


def _disc(scene: Scene, place: Floats, *, radius_mm: float, peak: float) -> Stamp:
    """A perfect ball."""
    size = int(scene.pixels(radius_mm)) + 2
    corner = np.floor(place).astype(int) - size
    rows, columns = np.mgrid[0 : 2 * size + 1, 0 : 2 * size + 1].astype(np.float32)
    reach = np.hypot(rows + corner[0] - place[0], columns + corner[1] - place[1]) / scene.pixels(radius_mm)
    values = peak * np.sqrt(np.clip(1 - reach**2, 0, 1))
    return Stamp("metal", int(corner[0]), int(corner[1]), values.astype(np.float32))
