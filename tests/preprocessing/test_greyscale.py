from typing import Any

import numpy as np
import pytest

from shared_core.mammogram import Acquisition, PresentationIntent
from shared_core.preprocessing.greyscale import model_image_u8, raw_to_u8
from tests.preprocessing import phantoms
from tests.preprocessing.conftest import MakeMammogram
from tests.told import codes

Pixels = np.ndarray[Any, Any]


@pytest.fixture
def counts() -> Pixels:
    """X-ray intensity behind a breast: air brightest, dense tissue darkest."""
    breast = phantoms.half_ellipse((300, 220))
    thickness = phantoms.paint(breast, level=120, contrast=20).astype(np.float64) / 255
    return np.rint(12000 * np.exp(-6 * thickness)).astype(np.uint16) + 1


def _same(a: Pixels, b: Pixels) -> bool:
    return bool(np.abs(a.astype(int) - b).max() <= 1)


def test_sixteen_bit_full_range_becomes_eight_bit(make_mammogram: MakeMammogram) -> None:
    pixels = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    image, notices = model_image_u8(make_mammogram(pixels))
    assert np.array_equal(image, np.floor(pixels / 257 + 0.5))
    assert notices == ()


def test_eight_bit_stays_as_it_is(make_mammogram: MakeMammogram) -> None:
    pixels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert np.array_equal(model_image_u8(make_mammogram(pixels))[0], pixels)


def test_padding_is_black(make_mammogram: MakeMammogram) -> None:
    padding = np.zeros((16, 16), bool)
    padding[:, 10:] = True
    image, _ = model_image_u8(make_mammogram(np.full((16, 16), 200, np.uint8), padding=padding))
    assert (image[padding] == 0).all()
    assert (image[~padding] == 200).all()


def test_raw_image_is_turned_dense_bright_and_warned_of(
    make_mammogram: MakeMammogram, counts: Pixels
) -> None:
    acquisition = Acquisition(pixel_intensity_relationship="LIN", pixel_intensity_sign=1)
    image, notices = model_image_u8(
        make_mammogram(counts, intent=PresentationIntent.PROCESSING, acquisition=acquisition)
    )
    assert codes(notices) == ["raw-image"]
    assert np.median(image[counts < 3000]) > 100
    assert np.median(image[counts > 11000]) == 0
    falling = image.ravel()[np.argsort(counts.ravel())].astype(int)
    assert (np.diff(falling) <= 0).all()


def test_relationship_and_sign_only_change_the_way_not_the_picture(counts: Pixels) -> None:
    linear = raw_to_u8(counts, relationship="LIN", sign=1)
    logarithm = np.log(counts).astype(np.float32)
    assert _same(raw_to_u8(logarithm, relationship="LOG", sign=1), linear)
    assert _same(raw_to_u8(-logarithm, relationship="LOG", sign=-1), linear)
    assert np.array_equal(raw_to_u8(counts), linear)


def test_mirrored_raw_image_gives_the_same_picture(counts: Pixels) -> None:
    top = 16383
    mirrored = (top - counts).astype(np.uint16)
    assert _same(raw_to_u8(mirrored, sign=1, mirror=top), raw_to_u8(counts, sign=1))


def test_linear_negative_sign_is_mirrored_first(counts: Pixels) -> None:
    falling = (16383 - counts).astype(np.uint16)
    assert _same(raw_to_u8(falling, relationship="LIN", sign=-1), raw_to_u8(counts))


def test_integer_and_float_pixels_give_the_same_picture(counts: Pixels) -> None:
    assert _same(raw_to_u8(counts.astype(np.int32)), raw_to_u8(counts))


def test_constant_raw_image_is_no_crash() -> None:
    assert raw_to_u8(np.full((40, 40), 7, np.uint16)).shape == (40, 40)


def test_raw_padding_does_not_set_the_range(counts: Pixels) -> None:
    padding = np.zeros(counts.shape, bool)
    padding[:, -20:] = True
    padded = counts.copy()
    padded[padding] = 0
    image = raw_to_u8(padded, padding=padding)
    assert (image[padding] == 0).all()
    assert np.abs(image[~padding].astype(int) - raw_to_u8(counts)[~padding]).max() <= 12
