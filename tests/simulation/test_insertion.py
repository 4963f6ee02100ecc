"""Calcium in given mammograms: what was put in, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from shared_core.errors import UsageError
from shared_core.mammogram import Acquisition, Laterality, Mammogram, PresentationIntent, View
from shared_core.physics.signal import effective_k_cm2_g
from shared_core.reading.reader import mammogram_from_array
from shared_core.simulation.insertion import USUAL_BEAM, InsertionSettings, insert_calcium
from tests.simulation.small_views import slab

SPACING_MM = 0.07


def _flat(value: int, *, intent: PresentationIntent, noise: float = 0.0) -> Mammogram:
    rng = np.random.default_rng(5)
    pixels = np.clip(value + noise * rng.standard_normal((256, 192)), 0, 16383).astype(np.uint16)
    pixels[0, 0] = value + 1  # The reader refuses an image of one value.
    mammogram = mammogram_from_array(pixels, spacing_mm=SPACING_MM, view=View.CC, laterality=Laterality.LEFT)
    acquisition = Acquisition(pixel_intensity_relationship="LIN", pixel_intensity_sign=1)
    return replace(mammogram, header=replace(mammogram.header, intent=intent, acquisition=acquisition))


def test_raw_pixels_fall_by_the_signal_of_the_mass() -> None:
    mammogram = _flat(8000, intent=PresentationIntent.PROCESSING)
    view = slab(calcium_g_cm2=0.02)
    settings = InsertionSettings(thickness_mm=45, scatter_to_primary=0.0, blur_mm=0.0, noise=False)
    done = insert_calcium(
        mammogram, view.calcium_g_cm2, breast=view.truth.breast_mask, spacing_mm=SPACING_MM, settings=settings
    )
    k = effective_k_cm2_g(USUAL_BEAM, thickness_mm=45, glandular_fraction=0.2, calcium_g_cm2=0.02)
    found = -np.log(done.mammogram.pixels[1:] / 8000.0).sum() / k * SPACING_MM**2 * 10
    assert found == pytest.approx(done.mass_mg, rel=2e-3)
    assert done.mass_mg == pytest.approx(0.02 * 1600 * SPACING_MM**2 * 10, rel=1e-6)


@pytest.mark.parametrize("intent", [PresentationIntent.PROCESSING, PresentationIntent.PRESENTATION])
def test_the_rest_of_the_image_stays_as_it_was(intent: PresentationIntent) -> None:
    mammogram = _flat(2000, intent=intent, noise=30)
    view = slab(calcium_g_cm2=0.05)
    done = insert_calcium(
        mammogram, view.calcium_g_cm2, breast=view.truth.breast_mask, spacing_mm=SPACING_MM, seed=3
    )
    near = cv2.dilate(done.calcium_mask.view(np.uint8), np.ones((15, 15), np.uint8)) > 0
    assert np.array_equal(done.mammogram.pixels[~near], mammogram.pixels[~near])
    change = done.mammogram.pixels[done.calcium_mask].mean() - mammogram.pixels[done.calcium_mask].mean()
    assert (change < -50) if intent is PresentationIntent.PROCESSING else (change > 10)
    assert done.mammogram.pixels.dtype == mammogram.pixels.dtype


def test_raw_noise_behind_calcium_is_that_of_the_photons_left() -> None:
    mammogram = _flat(10000, intent=PresentationIntent.PROCESSING, noise=100)
    calcium = np.full((256, 192), 0.1, np.float32)
    done = insert_calcium(mammogram, calcium, breast=np.ones((256, 192), bool), spacing_mm=SPACING_MM)
    left = float(done.mammogram.pixels[1:].mean())
    assert float(done.mammogram.pixels[1:].std()) == pytest.approx(100 * np.sqrt(left / 10000), rel=0.03)


def test_calcium_outside_of_the_breast_is_left_out() -> None:
    view = slab(calcium_g_cm2=0.05)
    breast = np.zeros((256, 192), bool)
    done = insert_calcium(
        _flat(2000, intent=PresentationIntent.PROCESSING),
        view.calcium_g_cm2,
        breast=breast,
        spacing_mm=SPACING_MM,
        settings=InsertionSettings(noise=False),
    )
    assert done.mass_mg == 0
    assert not done.calcium_mask.any()
    assert (done.mammogram.pixels[1:] == 2000).all()


def test_what_cannot_be_put_in_is_refused() -> None:
    mammogram = _flat(2000, intent=PresentationIntent.PROCESSING)
    view = slab()
    with pytest.raises(UsageError, match="must have its"):
        insert_calcium(mammogram, np.zeros((3, 3), np.float32), breast=view.opaque, spacing_mm=0.07)
    logarithmic = replace(mammogram.header, acquisition=Acquisition(pixel_intensity_relationship="LOG"))
    with pytest.raises(UsageError, match="not linear"):
        insert_calcium(
            replace(mammogram, header=logarithmic), view.calcium_g_cm2, breast=view.opaque, spacing_mm=0.07
        )
