"""Windows that do not fit the pixels, as re-encoded research sets have them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shared_core.preprocessing.greyscale import model_image_u8
from shared_core.reading.reader import read_mammogram
from tests.reading.synthetic import breast, dataset, write
from tests.told import codes, texts

DEPTHS = (8, 10, 12, 14, 16)


@pytest.mark.parametrize("polarity", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("window", DEPTHS)
@pytest.mark.parametrize("stored", DEPTHS)
def test_any_window_over_any_depth_shows_the_same(
    stored: int, window: int, polarity: str, tmp_path: Path
) -> None:
    pixels = np.rint(breast(12) * ((2**stored - 1) / 4095)).astype(np.uint16)
    if polarity == "MONOCHROME1":
        pixels = (2**stored - 1 - pixels).astype(np.uint16)
    ds = dataset(
        pixels,
        bits=stored,
        PhotometricInterpretation=polarity,
        WindowCenter=2 ** (window - 1),
        WindowWidth=2**window,
    )
    image, notices = model_image_u8(read_mammogram(write(tmp_path / "a.dcm", ds)))
    assert np.abs(image.astype(int) - np.rint(breast(12) / 4095 * 255)).max() <= 1
    assert codes(notices) == ([] if stored == window else ["display-unfit"])
    assert stored == window or f"window {2 ** (window - 1)} / {2**window}" in texts(notices)


@pytest.mark.parametrize("polarity", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("depth", [8, 10, 12])
def test_values_inverted_over_more_bits_than_they_have_are_shown(
    depth: int, polarity: str, tmp_path: Path
) -> None:
    """As `numpy.invert` and OpenCV invert 12-bit values in 16 bits."""
    grey = breast(12) / 4095 if polarity == "MONOCHROME2" else 1 - breast(12) / 4095
    pixels = (65535 - (2**depth - 1) + np.rint(grey * (2**depth - 1))).astype(np.uint16)
    ds = dataset(pixels, bits=16, PhotometricInterpretation=polarity)
    image, notices = model_image_u8(read_mammogram(write(tmp_path / "a.dcm", ds)))
    assert np.abs(image.astype(int) - np.rint(breast(12) / 4095 * 255)).max() <= 1
    assert codes(notices) == ["display-unfit"]
    assert f"the full range {65536 - 2**depth} to 65535 is shown" in texts(notices)


def test_a_bright_crop_without_background_is_left(tmp_path: Path) -> None:
    pixels = (0.8 * 4095 + 0.2 * breast(12)).astype(np.uint16)
    ds = dataset(pixels, WindowCenter=2048, WindowWidth=4096)
    assert not model_image_u8(read_mammogram(write(tmp_path / "a.dcm", ds)))[1]
