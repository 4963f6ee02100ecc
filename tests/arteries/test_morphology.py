"""Dots, casts and walls are told apart in drawn arteries."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from shared_core.arteries.morphology import calcium_pattern
from shared_core.arteries.vessels import find_vessels
from shared_core.mammogram import PixelSpacing, SpacingSource
from tests.arteries.drawn_vessels import Curve, drawn, wavy

SHAPE = (500, 900)
SPACING = PixelSpacing(0.07, 0.07, SpacingSource.USER)


def course(seed: int) -> Curve:
    rng = np.random.default_rng(seed)
    return wavy(
        (250, 80), rng.uniform(-10, 10), 650, wave=rng.uniform(0, 20), phase=rng.uniform(0, 6), width=28
    )


def view(curve: Curve, kind: str, *, seed: int, contrast: float = 50, noise: float = 3) -> np.ndarray:
    """A band's artery, 1.4 mm wide, on uneven tissue."""
    rng = np.random.default_rng(seed)
    calcium = np.zeros(SHAPE, np.float32)
    normals = np.gradient(curve.points, axis=0)[:, ::-1] * (1, -1)
    normals /= np.hypot(*normals.T)[:, None]
    if kind == "tram-track":
        for side in (-9, 9):
            cv2.polylines(calcium, [_xy(curve.points + side * normals)], False, 1, 3)
    elif kind == "coarse":
        cv2.polylines(calcium, [_xy(curve.points)], False, 1, 12)
    elif kind == "punctate":
        for at in range(100, len(curve.points) - 100, 240):
            centre = curve.points[at] + rng.uniform(-8, 8) * normals[at]
            cv2.circle(calcium, tuple(int(v) for v in centre[::-1]), 3, 1, -1)
    grain = cv2.GaussianBlur(rng.random(SHAPE).astype(np.float32), (0, 0), 5)
    calcium *= 0.7 + 0.6 * (grain - grain.min()) / np.ptp(grain)
    tissue = cv2.GaussianBlur(rng.normal(0, 1, SHAPE).astype(np.float32), (0, 0), 40)
    tissue = 110 + 25 * tissue / np.abs(tissue).max()
    image = tissue + contrast * cv2.GaussianBlur(calcium, (0, 0), 1) + rng.normal(0, noise, SHAPE)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def _xy(points: np.ndarray) -> np.ndarray:
    return np.rint(points[::4, ::-1]).astype(np.int32).reshape(-1, 1, 2)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", ["tram-track", "coarse", "punctate"])
def test_what_was_drawn_is_recognised(kind: str, seed: int) -> None:
    curve = course(seed)
    (vessel,) = find_vessels(
        drawn(curve, shape=SHAPE), spacing=SPACING, intensity_u8=view(curve, kind, seed=seed)
    ).vessels
    assert vessel.morphology == kind


@pytest.mark.parametrize("kind", ["tram-track", "coarse", "punctate"])
def test_turned_and_unknown_spacing_give_the_same(kind: str) -> None:
    curve = course(1)
    mask, image = drawn(curve, shape=SHAPE), view(curve, kind, seed=1)
    turned = find_vessels(
        np.ascontiguousarray(np.rot90(mask)),
        spacing=None,
        intensity_u8=np.ascontiguousarray(np.rot90(image)),
    )
    assert turned.vessels[0].morphology == kind


def test_plain_tissue_is_unknown() -> None:
    curve = course(2)
    image = view(curve, "nothing", seed=2, noise=1)
    (vessel,) = find_vessels(drawn(curve, shape=SHAPE), spacing=SPACING, intensity_u8=image).vessels
    assert vessel.morphology == "unknown"


def test_without_an_image_it_is_unknown() -> None:
    (vessel,) = find_vessels(drawn(course(2), shape=SHAPE), spacing=SPACING).vessels
    assert vessel.morphology == "unknown"


def test_the_share_with_calcium_is_what_was_drawn() -> None:
    curve = course(0)
    half = Curve(curve.points[: len(curve.points) // 2], curve.width)
    pattern = calcium_pattern(
        [curve.points * 0.07],
        view(half, "coarse", seed=0),
        step_mm=np.array([0.07, 0.07]),
        width_mm=28 * 0.07,
    )
    assert pattern.calcified == pytest.approx(0.5, abs=0.03)
    assert pattern.in_pieces == pytest.approx(1, abs=0.02)


def test_an_image_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        find_vessels(np.ones((5, 5), bool), spacing=None, intensity_u8=np.zeros((5, 6), np.uint8))
