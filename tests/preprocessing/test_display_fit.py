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
