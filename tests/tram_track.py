"""A small picture of a breast with one artery of calcified walls, which the bundled model marks."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

SHAPE = (600, 400)
"""(rows, columns): one tile of the model."""


def tram_track(*, seed: int = 0, calcified: bool = True) -> NDArray[np.uint8]:
    """A half ellipse of tissue; two dotted lines through it, side by side."""
    rows, columns = SHAPE
    random = np.random.default_rng(seed)
    grey = np.zeros(SHAPE, np.float32)
    cv2.ellipse(grey, (0, rows // 2), (columns * 3 // 4, rows * 2 // 5), 0, 0, 360, 90, -1)
    tissue = cv2.GaussianBlur(random.normal(size=SHAPE), (0, 0), 8)
    grey = cv2.GaussianBlur(grey + np.where(grey > 0, tissue * 14 / tissue.std(), 0), (0, 0), 2)
    if calcified:
        calcium = np.zeros_like(grey)
        along = np.arange(15, 260, 2.5)
        for wall in (-7, 7):
            for across, down in zip(along, rows / 2 + 25 * np.sin(along / 60) + wall, strict=True):
                if random.random() < 0.8:
                    middle = (round(across + random.normal() * 0.7), round(down + random.normal()))
                    size = 1 + int(random.random() < 0.4)
                    cv2.circle(calcium, middle, size, float(90 * random.uniform(0.5, 1.2)), -1, cv2.LINE_AA)
        grey += cv2.GaussianBlur(calcium, (0, 0), 0.8)
    return grey.clip(0, 255).astype(np.uint8)


def write_tram_track(path: Path, *, seed: int = 0, calcified: bool = True) -> Path:
    """The same as a PNG; returns its path."""
    picture = tram_track(seed=seed, calcified=calcified)
    path.write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    return path
