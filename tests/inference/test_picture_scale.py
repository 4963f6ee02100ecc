"""Pictures of unknown spacing are brought to one size by their texture."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from shared_core import load_card
from shared_core.inference.resampling import model_grid, model_picture
from shared_core.inference.texture import texture_slopes
from shared_core.mammogram import PixelSpacing, SpacingSource
from shared_core.weights.card import ModelCard
from shared_core.weights.picture_scale import PictureScale


def film(side: int = 500, seed: int = 1) -> np.ndarray:
    """Grain over clouds of all sizes, as tissue on film looks."""
    rng = np.random.default_rng(seed)
    frequencies = np.hypot(*np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side)))
    spectrum = np.fft.fft2(rng.normal(0, 1, (side, side))) / np.maximum(frequencies, 1 / side) ** 1.5
    clouds = np.fft.ifft2(spectrum).real
    grain = cv2.GaussianBlur(rng.normal(0, 1, (side, side)).astype(np.float32), (0, 0), 1.0)
    picture = 120 + 30 * clouds / clouds.std() + 4 * grain / grain.std()
    return np.clip(np.rint(picture), 1, 255).astype(np.uint8)


def given(picture: np.ndarray, size: float) -> np.ndarray:
    how = cv2.INTER_AREA if size < 1 else cv2.INTER_CUBIC
    return cv2.resize(picture, None, fx=size, fy=size, interpolation=how)


def everywhere(picture: np.ndarray) -> np.ndarray:
    return np.ones(picture.shape, bool)


@pytest.fixture(scope="module")
def card() -> ModelCard:
    """Its size is told by the finest slope alone: that of `film` counts as 1."""
    at_one, at_two = (
        texture_slopes(given(film(), size), everywhere(given(film(), size))) for size in (1.0, 2.0)
    )
    assert at_one is not None
    assert at_two is not None
    count = len(at_one)
    weights = np.zeros(count * (count + 3) // 2)
    weights[0] = 1 / (at_two[0] - at_one[0])
    scale = PictureScale(tuple(at_one), (1.0,) * count, tuple(weights), 0.0)
    return replace(load_card("openbac-1"), picture_scale=scale)


@pytest.mark.parametrize("size", [1.0, 2.0])
def test_a_picture_at_another_size_is_brought_back(card: ModelCard, size: float) -> None:
    picture = given(film(), size)
    assert model_grid(picture, everywhere(picture), None, card) == (500, 500)


def test_contrast_and_brightness_change_no_size(card: ModelCard) -> None:
    picture = np.clip(film() * 0.6 + 60, 0, 255).astype(np.uint8)
    assert model_grid(picture, everywhere(picture), None, card) == (500, 500)


def test_a_known_spacing_is_believed(card: ModelCard) -> None:
    picture = given(film(), 2.0)
    spacing = PixelSpacing(0.07, 0.07, SpacingSource.USER)
    assert model_grid(picture, everywhere(picture), spacing, card) == picture.shape


def test_no_picture_is_enlarged_beyond_what_the_card_allows(card: ModelCard) -> None:
    scale = card.picture_scale
    assert scale is not None
    smaller = replace(scale, intercept=-1.0)
    picture = film()
    sides = [
        model_grid(
            picture, everywhere(picture), None, replace(card, picture_scale=replace(smaller, most_px=most))
        )[0]
        for most in (4_000_000, 600_000, 400_000)
    ]
    assert sides == [1000, 707, 500]


def test_too_little_tissue_tells_nothing(card: ModelCard) -> None:
    picture = given(film(), 2.0)
    valid = np.zeros(picture.shape, bool)
    assert texture_slopes(picture, valid) is None
    valid[10:20, 10:20] = True
    assert model_grid(picture, valid, None, card) == picture.shape


def test_an_enlarged_picture_is_sharper_than_interpolation_leaves_it(card: ModelCard) -> None:
    small = given(film(), 0.5)
    sharp = model_picture(small, (500, 500), None, card)
    soft = cv2.resize(small, (500, 500), interpolation=cv2.INTER_CUBIC)
    assert sharp.shape == soft.shape
    assert cv2.Laplacian(sharp, cv2.CV_32F).std() > 1.2 * cv2.Laplacian(soft, cv2.CV_32F).std()
