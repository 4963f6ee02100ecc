"""The shape of one breast and its outline in a view.

Breast coordinates are (depth, lateral, up) in mm: depth runs from the chest wall to the nipple, lateral away
from the other breast, up towards the head. CC looks along `up`; MLO along the diagonal from above the
sternum to below the flank.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from shared_core.mammogram import View
from shared_core.simulation.randomness import Floats, smooth_noise, stream

Density = Literal["A", "B", "C", "D"]
Size = Literal["small", "medium", "large"]

DEPTH_MM: dict[Size, tuple[float, float]] = {"small": (68, 85), "medium": (85, 108), "large": (108, 135)}
COMPRESSED_MM: dict[Size, tuple[float, float]] = {"small": (30, 48), "medium": (42, 62), "large": (55, 78)}
MLO_RADIANS = np.pi / 4
NIPPLE_HALF_WIDTH_MM = 4.5
TOP = 1.25
"""Top of an MLO image, in half-widths above the nipple."""


@dataclass(frozen=True)
class BreastShape:
    """Size and form of one breast under the paddle; lengths in mm."""

    depth_mm: float
    half_width_mm: float
    bluntness: float
    """Exponent of the outline: 2 is an ellipse, more is blunter, less more pointed."""
    compressed_mm: float
    axilla: float
    """How far the axillary tail of an MLO reaches, as part of the depth."""
    muscle: tuple[float, float]
    """Pectoral muscle in MLO: width at the top of the image (of the depth), lowest point (of the
    half-width, against the nipple's level)."""
    abdomen_mm: float
    """How much of the abdomen an MLO shows below the breast."""
    nipple_mm: float


def draw_shape(seed: int, side: str, *, size: Size, compressed_mm: float | None) -> BreastShape:
    """Draw the shape of one breast; both breasts of a patient are alike, not equal."""
    common, own = stream(seed, "shape"), stream(seed, "shape", side)
    depth = common.uniform(*DEPTH_MM[size]) * own.uniform(0.96, 1.04)
    width = depth * common.uniform(0.95, 1.15) * own.uniform(0.97, 1.03)
    thickness = common.uniform(*COMPRESSED_MM[size]) * own.uniform(0.95, 1.05)
    return BreastShape(
        depth_mm=depth,
        half_width_mm=width,
        bluntness=common.uniform(1.75, 2.2),
        compressed_mm=compressed_mm if compressed_mm is not None else thickness,
        axilla=common.uniform(0.55, 0.8),
        muscle=(common.uniform(0.35, 0.7), common.uniform(-0.35, 0.25)),
        abdomen_mm=common.uniform(4, 14) * (common.random() < 0.5),
        nipple_mm=common.uniform(0.5, 4),
    )


def outline(shape: BreastShape, view: View, rng: np.random.Generator) -> Floats:
    """Closed outline in the plane of the view, chest wall far outside the image.

    (n, 2): depth and height in mm; height is lateral in CC and up in MLO.
    """
    mlo = view is View.MLO
    # Points crowd at both ends, where the outline of a CC turns towards the chest wall.
    relative = np.sin(np.linspace(-np.pi / 2, np.pi / 2, 720))
    if mlo:
        relative = np.concatenate([np.linspace(-1.4, -1, 60)[:-1], relative, np.linspace(1, 3, 200)[1:]])
    wobble = 1 + 0.012 * np.abs(smooth_noise(rng, len(relative), 150)) * (1 - np.minimum(relative**2, 1))
    # Above the nipple an MLO falls off straighter than below.
    power = np.where(relative > 0, shape.bluntness - (0.35 if mlo else 0.1), shape.bluntness)
    depth = shape.depth_mm * np.clip(1 - np.abs(relative) ** power, 0, 1) ** (1 / power) * wobble
    height = shape.half_width_mm * relative
    if mlo:
        # Above, the tail towards the axilla; below, the abdomen: both leave the image.
        rise = np.clip((relative + 0.4) / 2.0, 0, 1)
        tail = shape.depth_mm * shape.axilla * rise * rise * (3 - 2 * rise)
        depth = (depth**3 + tail**3) ** (1 / 3)
        depth[relative < -1] = -20.0
        if shape.abdomen_mm > 0:
            fold = np.clip(-relative / 0.35 - 2.5, 0, 1)
            depth = np.maximum(depth, shape.abdomen_mm * fold**1.5)
    bump = np.exp(-((height / NIPPLE_HALF_WIDTH_MM) ** 4))
    depth = depth + shape.nipple_mm * bump
    far = 3 * shape.depth_mm
    end = [(depth[-1], far), (-far, far), (-far, -far), (depth[0], -far)]
    if not mlo:
        end = [(-far, height[-1]), (-far, height[0])]
    elif shape.abdomen_mm == 0:
        end[2:] = [(-far, height[0])]
    return np.concatenate([np.stack([depth, height], axis=1), np.array(end)])
