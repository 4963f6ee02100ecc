"""The look of synthesised mammograms: smooth, thin lines bright, black as it was."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from shared_core.training.data.augmentation import Augmentation, augment
from shared_core.training.data.synthesised import synthesised_look

SIDE, GREY = 96, 90
LINE = 48
"""Row of the thin line."""


def _patch(*, noise: float = 6.0, line: int = 25, angle: str = "across") -> np.ndarray:
    """Even tissue with noise and a line three pixels wide."""
    image = GREY + np.random.default_rng(0).normal(0, noise, (SIDE, SIDE))
    image[LINE - 1 : LINE + 2] += line
    image = image.T if angle == "down" else image
    return np.clip(np.rint(image), 1, 255).astype(np.uint8)


@given(seed=st.integers(0, 2**32 - 1), black=st.floats(0, 1))
@settings(max_examples=25)
def test_black_stays_black_and_nothing_else_becomes_it(seed: int, black: float) -> None:
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, (40, 56)).astype(np.uint8)
    image[rng.random(image.shape) < black] = 0
    looked = synthesised_look(image, rng)
    assert (looked.shape, looked.dtype) == (image.shape, np.uint8)
    np.testing.assert_array_equal(looked == 0, image == 0)


@pytest.mark.parametrize("angle", ["across", "down"])
@pytest.mark.parametrize("seed", range(6))
def test_thin_line_stands_out_more_than_before_smoothing_took_from_it(seed: int, angle: str) -> None:
    image = _patch(angle=angle)
    looked = synthesised_look(image, np.random.default_rng(seed)).astype(float)
    looked, before = (looked.T, image.T.astype(float)) if angle == "down" else (looked, image.astype(float))
    sides = [*range(LINE - 16, LINE - 8), *range(LINE + 9, LINE + 17)]

    def contrast_to_noise(picture: np.ndarray) -> float:
        inner = picture[:, 16:-16]
        return float((inner[LINE - 1 : LINE + 2].mean() - inner[sides].mean()) / inner[sides].std())

    assert contrast_to_noise(looked) > 1.5 * contrast_to_noise(before)


@pytest.mark.parametrize("seed", range(6))
def test_noise_of_even_tissue_is_lowered_and_its_level_kept(seed: int) -> None:
    image = _patch(noise=3.0, line=0)
    looked = synthesised_look(image, np.random.default_rng(seed))
    assert looked.std() < 0.6 * image.std()
    assert looked.mean() == pytest.approx(image.mean(), abs=2)


def test_the_strongest_look_raises_a_line_above_what_it_was() -> None:
    image = _patch(noise=0.0)
    peaks = [int(synthesised_look(image, np.random.default_rng(seed))[LINE].mean()) for seed in range(20)]
    assert max(peaks) > GREY + 25
    assert len(set(peaks)) > 5


def test_the_same_generator_gives_the_same_look() -> None:
    image = _patch()
    one, two, other = (synthesised_look(image, np.random.default_rng(seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one, two)
    assert (one != other).any()


def test_augmentation_gives_the_look_as_often_as_it_is_asked_for() -> None:
    plain = Augmentation(
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
    images = np.stack([_patch()] * 8)
    labels = np.zeros_like(images)

    def changed(share: float) -> int:
        settings = Augmentation(**{**vars(plain), "synthesised_2d": share})
        after, _ = augment(images, labels, np.random.default_rng(1), settings)
        return sum(not np.array_equal(a, b) for a, b in zip(after, images, strict=True))

    assert (changed(0.0), changed(1.0)) == (0, 8)
    assert 0 < changed(0.5) < 8
