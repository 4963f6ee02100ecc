"""Mammograms made by hand, and the real images that preprocessing is judged on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from shared_core.mammogram import (
    Acquisition,
    DisplayTransform,
    Laterality,
    Mammogram,
    MammogramHeader,
    Mask,
    PresentationIntent,
    View,
)

MakeMammogram = Callable[..., Mammogram]


@pytest.fixture(scope="session")
def make_mammogram() -> MakeMammogram:
    """Wrap pixels into a mammogram that shows its full range."""

    def make(
        pixels: np.ndarray[Any, Any],
        *,
        view: View = View.CC,
        laterality: Laterality = Laterality.LEFT,
        intent: PresentationIntent = PresentationIntent.UNKNOWN,
        acquisition: Acquisition | None = None,
        mirror: float | None = None,
        padding: Mask | None = None,
    ) -> Mammogram:
        bits = pixels.dtype.itemsize * 8
        header = MammogramHeader(
            path=None,
            file_format="memory",
            rows=pixels.shape[0],
            columns=pixels.shape[1],
            bits=bits,
            view=view,
            laterality=laterality,
            intent=intent,
            acquisition=acquisition or Acquisition(),
        )
        display = DisplayTransform(full_range=(0.0, float(2**bits - 1)), mirror=mirror)
        return Mammogram(header, pixels, display, padding)

    return make


@pytest.fixture(scope="session")
def bac_film(real_mammograms: Path) -> np.ndarray[Any, Any]:
    """Film with a calcified artery up to the chest wall, a bead, a label and a rounded edge."""
    return _grey(real_mammograms / "cbis-ddsm-P_00646-LCC.png")


@pytest.fixture(scope="session")
def read_grey() -> Callable[[Path], np.ndarray[Any, Any]]:
    """Read a PNG or JPEG as OpenCV turns it grey."""
    return _grey


def _grey(path: Path) -> np.ndarray[Any, Any]:
    image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    assert image is not None
    return image
