"""Pictures as they might have been: turned, moved, larger, mirrored, noisier (Mobini 2023)."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mask
from shared_core.training.image_labels.recipe import PictureChanges


def changed(
    image_u8: NDArray[np.uint8], breast: Mask, rng: np.random.Generator, settings: PictureChanges
) -> tuple[NDArray[np.uint8], Mask]:
    """Change one picture and its breast by chance; the same generator gives the same."""
    image, mask = _placed(image_u8, breast.view(np.uint8), rng, settings)
    inside = mask.view(np.bool_)
    sd = rng.uniform(0, 1) * settings.noise
    share = rng.uniform(0, 1) * settings.salt_and_pepper
    if sd > 0:
        noise = rng.standard_normal(image.shape, dtype=np.float32) * np.float32(sd)
        image = np.clip(np.rint(image + noise), 0, 255).astype(np.uint8)
    if share > 0:
        drawn = rng.random(image.shape, dtype=np.float32)
        image = np.where(drawn < share, np.where(drawn < share / 2, np.uint8(0), np.uint8(255)), image)
    return np.where(inside, image, np.uint8(0)), inside


def _placed(
    image: NDArray[np.uint8], mask: NDArray[np.uint8], rng: np.random.Generator, settings: PictureChanges
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    flipped = bool(rng.integers(2))
    turn, zoom, down, across = rng.uniform(-1, 1, 4)
    if settings.flips and flipped:
        image, mask = image[:, ::-1], mask[:, ::-1]
    image, mask = np.ascontiguousarray(image), np.ascontiguousarray(mask)
    if not (settings.turn_degrees or settings.zoom or settings.shift):
        return image, mask
    rows, columns = image.shape
    middle = ((columns - 1) / 2, (rows - 1) / 2)
    scale = math.exp(float(zoom) * math.log1p(settings.zoom))
    matrix = cv2.getRotationMatrix2D(middle, float(turn) * settings.turn_degrees, scale)
    moved_by = np.array([[0, 0, across * columns], [0, 0, down * rows]]) * settings.shift
    size = (columns, rows)
    moved = cv2.warpAffine(image, matrix + moved_by, size, flags=cv2.INTER_LINEAR)
    covered = cv2.warpAffine(mask, matrix + moved_by, size, flags=cv2.INTER_NEAREST)
    return np.asarray(moved, np.uint8), np.asarray(covered, np.uint8)
