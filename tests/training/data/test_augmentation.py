"""Augmented patches: repeatable, and images and labels move together."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from shared_core.training.data.augmentation import Augmentation, augment

NOTHING = Augmentation(
    flips=False,
    quarter_turns=False,
    scale=0,
    turn_degrees=0,
    brightness=0,
    contrast=0,
    gamma=0,
    noise=0,
    blur_px=0,
)


def _patches(side: int = 64) -> tuple[np.ndarray, np.ndarray]:
    images = np.full((3, side, side), 60, np.uint8)
    labels = np.zeros((3, side, side), np.uint8)
    images[:, 20:26, 8:50], labels[:, 20:26, 8:50] = 200, 1
    images[:, :, 52:] = 0
    return images, labels


def test_the_same_generator_gives_the_same_patches() -> None:
    images, labels = _patches()
    wild = Augmentation(film_edge=0.5, letters=0.5)
    one = augment(images, labels, np.random.default_rng(3), wild)
    two = augment(images, labels, np.random.default_rng(3), wild)
    other = augment(images, labels, np.random.default_rng(4), wild)
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    assert (one[0] != other[0]).any()


def test_without_strength_nothing_changes() -> None:
    images, labels = _patches()
    same = augment(images, labels, np.random.default_rng(1), NOTHING)
    assert np.array_equal(same[0], images)
    assert np.array_equal(same[1], labels)


def test_sharpened_bands_stand_out_more_and_air_stays_black() -> None:
    images, labels = _patches()
    images = np.stack([cv2.GaussianBlur(image, (0, 0), 1.5) for image in images])
    images[:, :, 52:] = 0
    keen = replace(NOTHING, sharpening=3.0)
    changed, _ = augment(images, labels, np.random.default_rng(5), keen)
    assert (changed[:, :, 52:] == 0).all()
    assert int(changed.max()) > int(images.max())


def test_grain_is_alike_over_some_pixels_and_as_strong_as_noise() -> None:
    images, labels = np.full((4, 64, 64), 120, np.uint8), np.zeros((4, 64, 64), np.uint8)
    alike, sizes = [], []
    for grain_px in (0.0, 3.0):
        noisy, _ = augment(
            images, labels, np.random.default_rng(2), replace(NOTHING, noise=20.0, grain_px=grain_px)
        )
        values = noisy.astype(float) - 120
        sizes.append(values.std())
        alike.append((values[..., 1:] * values[..., :-1]).mean() / values.var())
    assert abs(alike[0]) < 0.1
    assert alike[1] > 0.5
    assert sizes[1] == pytest.approx(sizes[0], rel=0.6)


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6))
def test_the_label_stays_on_the_bright_band_and_air_stays_black(seed: int) -> None:
    images, labels = _patches()
    moved, found = augment(images, labels, np.random.default_rng(seed))
    assert moved.shape == found.shape == images.shape
    assert set(np.unique(found)) <= {0, 1, 255}
    for image, label in zip(moved, found, strict=True):
        inside = image[label == 1].astype(float).mean()
        beside = image[(label == 0) & (image > 0)].astype(float).mean()
        assert inside > beside
        assert (image == 0).sum() > 64 * 4


@pytest.mark.parametrize("what", ["film_edge", "letters"])
def test_overlays_hide_what_they_cover(what: str) -> None:
    images = np.full((40, 128, 128), 90, np.uint8)
    labels = np.ones((40, 128, 128), np.uint8)
    settings_ = Augmentation(**{**NOTHING.__dict__, what: 1.0})
    laid, found = augment(images, labels, np.random.default_rng(2), settings_)
    changed = np.abs(laid.astype(int) - images) > 60
    assert changed.any()
    assert (found[changed] == 0).mean() > 0.9
    assert (found == 1).mean() > 0.5
    assert (images == 90).all()
