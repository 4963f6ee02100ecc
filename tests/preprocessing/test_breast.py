from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from shared_core.errors import NoBreastError
from shared_core.preprocessing.breast import breast_mask
from shared_core.preprocessing.noise import median
from tests.preprocessing import phantoms

SHAPE = (900, 700)
Pixels = np.ndarray[Any, Any]

looks = st.fixed_dictionaries(
    {
        "level": st.integers(60, 170),
        "contrast": st.integers(6, 16),
        "background": st.integers(0, 25),
        "noise": st.sampled_from([0.0, 2.0, 5.0]),
        "skin_px": st.sampled_from([1, 8, 40]),
        "seed": st.integers(0, 1000),
    }
)
shapes = st.builds(
    phantoms.half_ellipse, st.just(SHAPE), height=st.floats(0.35, 1.6), depth=st.floats(0.3, 0.95)
) | st.builds(phantoms.oblique, st.just(SHAPE), depth=st.floats(0.4, 0.9))


@settings(max_examples=40)
@given(breast=shapes, look=looks)
def test_drawn_breast_is_recovered(breast: Pixels, look: dict[str, Any]) -> None:
    assert phantoms.dice(breast_mask(phantoms.paint(breast, **look)), breast) > 0.95


@settings(max_examples=15)
@given(breast=shapes, look=looks, axis=st.sampled_from([0, 1]))
def test_flipping_the_image_flips_the_mask(breast: Pixels, look: dict[str, Any], axis: int) -> None:
    image = phantoms.paint(breast, **look)
    phantoms.write_label(image, (80, 480))
    flipped = breast_mask(np.ascontiguousarray(np.flip(image, axis)))
    assert phantoms.dice(np.flip(flipped, axis), breast_mask(image)) > 0.998


@settings(max_examples=15)
@given(
    breast=shapes,
    look=looks.map(lambda look: look | {"background": 0, "noise": 0.0}),
    pads=st.tuples(*[st.integers(0, 400)] * 4),
)
def test_black_padding_changes_nothing(
    breast: Pixels, look: dict[str, Any], pads: tuple[int, int, int, int]
) -> None:
    image = phantoms.paint(breast, **look)
    top, bottom, left, right = pads
    padded = cv2.copyMakeBorder(image, top, bottom, left, right, cv2.BORDER_CONSTANT, value=(0,))
    inner = breast_mask(padded)[top : top + SHAPE[0], left : left + SHAPE[1]]
    assert phantoms.dice(inner, breast_mask(image)) > 0.998


@settings(max_examples=20)
@given(
    grey=st.integers(50, 255),
    width=st.integers(3, 80),
    seed=st.integers(0, 1000),
    inner_black=st.booleans(),
)
def test_frames_of_any_grey_are_no_breast(grey: int, width: int, seed: int, inner_black: bool) -> None:
    breast = phantoms.half_ellipse(SHAPE)
    image = phantoms.paint(breast, seed=seed)
    gap = 20 if inner_black else 0
    image = cv2.copyMakeBorder(image, gap, gap, gap, gap, cv2.BORDER_CONSTANT, value=(0,))
    framed = cv2.copyMakeBorder(image, width, width, width, width, cv2.BORDER_CONSTANT, value=(grey,))
    framed = cv2.copyMakeBorder(framed, 15, 15, 15, 15, cv2.BORDER_CONSTANT, value=(0,))
    drawn = np.pad(breast, gap + width + 15)
    assert phantoms.dice(breast_mask(framed), drawn) > 0.95


@settings(max_examples=15)
@given(row=st.integers(60, 850), column=st.integers(0, 600), seed=st.integers(0, 1000))
def test_labels_are_no_breast(row: int, column: int, seed: int) -> None:
    breast = phantoms.half_ellipse(SHAPE)
    image = phantoms.paint(breast, seed=seed)
    label = phantoms.write_label(image, (row, column))
    mask = breast_mask(image)
    assert phantoms.dice(mask, breast) > 0.95
    # A letter that lies across the skin is one part with the breast, up to its far side.
    near_px = 45 if (label & breast).any() else 25
    kernel = np.ones((2 * near_px + 1, 2 * near_px + 1), np.uint8)
    near_skin = cv2.dilate(breast.view(np.uint8), kernel).view(bool)
    assert not (mask & label & ~near_skin).any()


@pytest.mark.parametrize("level", [50, 110, 180])
def test_breast_may_fill_the_whole_frame(level: int) -> None:
    everywhere = np.ones(SHAPE, bool)
    assert breast_mask(phantoms.paint(everywhere, level=level, contrast=12)).mean() > 0.99


@pytest.mark.parametrize("name", ["A2", "A4", "B1", "C3", "D2", "D4"])
def test_part_of_a_real_breast_is_all_breast(
    real_mammograms: Path, read_grey: Callable[[Path], Pixels], name: str
) -> None:
    image = median(read_grey(real_mammograms / f"monai-density-{name}.jpg"))
    rows, columns = (int(places.mean()) for places in np.nonzero(breast_mask(image)))
    reach = image.shape[0] // 6
    part = image[rows - reach : rows + reach, columns - reach // 2 : columns + reach // 2]
    assert breast_mask(np.ascontiguousarray(part)).mean() > 0.97


@pytest.mark.parametrize("haze", [20, 45])
def test_light_leaking_in_at_the_chest_wall_is_no_breast(haze: int) -> None:
    breast = phantoms.half_ellipse(SHAPE, height=0.6)
    leak = haze * np.exp(-np.arange(SHAPE[1]) / 30)[None, :]
    image = np.maximum(phantoms.paint(breast), leak).astype(np.uint8)
    assert phantoms.dice(breast_mask(image), breast) > 0.97


@pytest.mark.parametrize("background", [255, 235])
def test_white_background_is_no_breast(background: int) -> None:
    breast = phantoms.half_ellipse(SHAPE)
    image = phantoms.paint(breast)
    image[~breast] = background
    assert phantoms.dice(breast_mask(image), breast) > 0.95


def test_inverted_image_still_shows_its_breast() -> None:
    breast = phantoms.half_ellipse(SHAPE)
    assert phantoms.dice(breast_mask(255 - phantoms.paint(breast)), breast) > 0.95


def test_film_laid_askew_on_a_white_plate() -> None:
    breast = phantoms.half_ellipse(SHAPE)
    turn = cv2.getRotationMatrix2D((SHAPE[1] / 2, SHAPE[0] / 2), 1.5, 0.92)
    size = SHAPE[::-1]
    image = cv2.warpAffine(phantoms.paint(breast), turn, size, borderValue=(238,))
    turned = cv2.warpAffine(breast.view(np.uint8), turn, size) > 0
    assert phantoms.dice(breast_mask(image), turned) > 0.95


def test_shadow_of_the_paddle_beside_the_breast_is_no_breast() -> None:
    breast = phantoms.half_ellipse(SHAPE)
    image = phantoms.paint(breast)
    image[80:820, :560] = np.maximum(image[80:820, :560], 22)
    assert phantoms.dice(breast_mask(image), breast) > 0.95


def _noise(mean: float, deviation: float) -> Pixels:
    return np.clip(np.random.default_rng(1).normal(mean, deviation, SHAPE), 0, 255).astype(np.uint8)


def _text_on(image: Pixels) -> Pixels:
    phantoms.write_label(image, (200, 200))
    return image


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(np.zeros(SHAPE, np.uint8), id="black"),
        pytest.param(np.full(SHAPE, 128, np.uint8), id="grey"),
        pytest.param(np.full(SHAPE, 255, np.uint8), id="white"),
        pytest.param(_noise(6, 3), id="dark noise"),
        pytest.param(_noise(128, 30), id="noise"),
        pytest.param(_text_on(np.zeros(SHAPE, np.uint8)), id="text"),
        pytest.param(_text_on(_noise(6, 3)), id="text on noise"),
        pytest.param(
            cv2.copyMakeBorder(np.zeros((600, 500), np.uint8), 50, 50, 50, 50, 0, value=(200,)), id="frame"
        ),
        pytest.param(np.zeros((1, 1), np.uint8), id="one pixel"),
        pytest.param(np.array([[0, 255], [9, 80]], np.uint8), id="four pixels"),
        pytest.param(np.arange(20, dtype=np.uint8)[None, :] * 10, id="one row"),
    ],
)
def test_no_breast_is_said_plainly(image: Pixels) -> None:
    with pytest.raises(NoBreastError, match="No breast was found"):
        breast_mask(image)
