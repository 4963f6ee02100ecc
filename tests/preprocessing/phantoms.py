"""Drawn mammograms with known breast, for tests: shapes, borders and labels, not anatomy."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]


def texture(shape: tuple[int, int], seed: int, grain: float = 3.0) -> NDArray[np.float32]:
    """Zero-mean tissue-like texture of unit deviation: coarse and fine blobs."""
    rng = np.random.default_rng(seed)
    out = np.zeros(shape, np.float32)
    for cell, weight in ((64, 1.0), (24, 0.7), (8, 0.45), (grain, 0.3)):
        small = (max(2, int(shape[0] / cell) + 2), max(2, int(shape[1] / cell) + 2))
        field = rng.standard_normal(small).astype(np.float32)
        out += weight * cv2.resize(field, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return (out - out.mean()) / out.std()


def half_ellipse(shape: tuple[int, int], *, height: float = 0.7, depth: float = 0.6) -> Mask:
    """Breast of a CC view: half an ellipse on the left side."""
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    down = (rows - 0.5 * shape[0] + 0.5) / (0.5 * height * shape[0])
    across = columns / (depth * shape[1])
    return down**2 + across**2 <= 1


def oblique(shape: tuple[int, int], *, depth: float = 0.6) -> Mask:
    """Breast of an MLO view: half an ellipse whose upper part reaches the top as an axilla."""
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    lower = half_ellipse(shape, height=1.3, depth=depth) & (rows < 0.93 * shape[0])
    upper = (rows < 0.5 * shape[0]) & (columns < (0.36 + 0.5 * rows / shape[0]) * depth * shape[1] * 1.6)
    return lower & (upper | (rows >= 0.3 * shape[0]))


def paint(
    breast: Mask,
    *,
    level: float = 110,
    contrast: float = 14,
    background: float = 0,
    noise: float = 0.0,
    skin_px: float = 12,
    seed: int = 0,
) -> Image:
    """Breast of textured tissue that fades into the background over `skin_px` at its outline."""
    tissue = level + contrast * texture(breast.shape, seed)
    # The image goes on beyond its sides: no skin there.
    inside = cv2.copyMakeBorder(breast.view(np.uint8), 2, 2, 2, 2, cv2.BORDER_REPLICATE)
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, 5)[2:-2, 2:-2]
    fade = np.clip((depth + 0.3 * skin_px) / (1.3 * skin_px), 0, 1) * breast
    image = background + (tissue - background) * fade
    if noise:
        image = image + np.random.default_rng(seed + 1).normal(0, noise, breast.shape)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def write_label(image: Image, corner: tuple[int, int], text: str = "RMLO", grey: int = 230) -> Mask:
    """Burn a view label in; returns its pixels. `corner` is (row, column) of its lower left."""
    drawn = np.zeros(image.shape, np.uint8)
    size = image.shape[0] / 700
    cv2.putText(drawn, text, corner[::-1], cv2.FONT_HERSHEY_SIMPLEX, size, (255,), max(1, round(3 * size)))
    image[drawn > 0] = grey
    return drawn > 0


def tram_track(image: Image, points: list[tuple[int, int]], *, width: int = 14, rise: int = 60) -> Mask:
    """Draw a calcified vessel: two uneven bright walls along (row, column) points; returns its band."""
    line = np.array([p[::-1] for p in points], np.int32)
    band, lumen = np.zeros(image.shape, np.uint8), np.zeros(image.shape, np.uint8)
    cv2.polylines(band, [line], False, (1,), width)
    cv2.polylines(lumen, [line], False, (1,), max(1, width - 6))
    uneven = np.clip(0.7 + 0.4 * texture(image.shape, 7, grain=4), 0, 1.2)
    rising = rise * uneven * np.where(lumen > 0, 0.35, 1.0) * band
    image[:] = np.clip(image + rising, 0, 250).astype(np.uint8)
    return band > 0


def dice(a: Mask, b: Mask) -> float:
    """Overlap of two masks."""
    return 2 * float(np.count_nonzero(a & b)) / max(1, np.count_nonzero(a) + np.count_nonzero(b))
