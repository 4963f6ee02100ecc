"""An artery, and a cluster, on the same tissue."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

MM = 0.07
SHAPE = (520, 700)


def tissue(seed: int = 1) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    grain = cv2.GaussianBlur(rng.normal(0, 1, SHAPE).astype(np.float32), (0, 0), 1)
    clouds = cv2.GaussianBlur(rng.normal(0, 1, SHAPE).astype(np.float32), (0, 0), 25)
    return np.asarray(90 + 4 * grain / grain.std() + 8 * clouds / clouds.std(), np.float32)


def course(columns: NDArray[np.int_]) -> NDArray[np.float64]:
    return 260 + 40 * np.sin(columns / 110)


def artery(*, calcified: tuple[int, int] = (200, 480)) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """A vessel across the picture with calcium in both walls between two columns; and where a net sees it."""
    picture = tissue()
    columns = np.arange(SHAPE[1])
    away = np.abs(np.arange(SHAPE[0])[:, None] - course(columns)[None, :])
    picture += np.where(away <= 10, 10, 0)
    walls = 45 * np.exp(-0.5 * ((away - 8) / 1.6) ** 2)
    within = (columns >= calcified[0]) & (columns < calcified[1])
    picture += walls * within
    probability = np.where((away <= 12) & within, 0.9, 0.01)
    return _image(picture), probability.astype(np.float32)


def cluster(*, specks: int = 40) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Specks without a track; and the blots that a net makes of them."""
    picture = tissue()
    rng = np.random.default_rng(5)
    marked = np.zeros(SHAPE, np.uint8)
    for row, column in rng.normal((260, 350), 45, (specks, 2)):
        cv2.circle(picture, (int(column), int(row)), 2, 160, -1)
        if rng.random() < 0.5:
            cv2.circle(marked, (int(column), int(row)), 9, 1, -1)
    return _image(picture), np.where(marked > 0, 0.7, 0.01).astype(np.float32)


def _image(picture: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.clip(np.rint(cv2.GaussianBlur(picture, (0, 0), 0.7)), 1, 255).astype(np.uint8)
