"""Fractions, bytes and filtered bytes of a picture look the same to the model, from hosts and files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shared_core.exporting.lossless_tiff import lossless_tiff
from shared_core.mammogram import Mammogram
from shared_core.reading.dicom.display_values import display_u8
from shared_core.reading.reader import mammogram_from_array, read_mammogram
from tests.reading.synthetic import breast
from tests.tram_track import tram_track

GREY = np.clip(breast() / 20, 0, 255).astype(np.uint8)
PICTURES = {
    "whole": GREY.astype(np.float32),
    "fractions": GREY / np.float32(255),
    "filtered": GREY + np.float32(0.25) * (GREY > 0),
}


def dim_kinds() -> dict[str, np.ndarray]:
    """A picture with an artery that stays below the brightest grey, as hosts may hold it."""
    pixels = (tram_track() * 0.7).astype(np.uint8)
    return {
        "bytes": pixels,
        "whole": pixels.astype(np.float32),
        "fractions": pixels / np.float32(255),
    }


def shown(mammogram: Mammogram) -> np.ndarray:
    return display_u8(mammogram.pixels, mammogram.display).astype(int)


@pytest.mark.parametrize("name", PICTURES)
def test_they_are_shown_alike(name: str, tmp_path: Path) -> None:
    wanted = shown(mammogram_from_array(GREY, name="bytes"))
    assert wanted.max() < 250  # else both would end at 255
    file = tmp_path / "picture.tif"
    file.write_bytes(lossless_tiff(PICTURES[name]))
    for mammogram in (mammogram_from_array(PICTURES[name], name=name), read_mammogram(file)):
        assert np.abs(shown(mammogram) - wanted).max() <= 1


def test_values_of_another_meaning_are_shown_from_end_to_end() -> None:
    small = shown(mammogram_from_array(GREY / np.float32(100), name="logarithms"))
    assert small.max() == 255
