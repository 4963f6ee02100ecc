"""Statistics of images against what is known by construction."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings, strategies as st
from numpy import fft

from shared_core.errors import UsageError
from validation.realism.image_statistics import (
    GRADIENT_DECADES,
    band_deviation,
    edge_profile,
    gradients,
    grey_histogram,
    grey_percentile,
    power_law_exponent,
    power_spectrum,
)

BAND = (0.15, 1.0)


def _noise(beta: float, seed: int, side: int = 768, spacing_mm: float = 0.14) -> np.ndarray:
    """Noise with the power spectrum f^-beta."""
    waves = fft.rfft2(np.random.default_rng(seed).standard_normal((side, side)))
    frequency = np.hypot(fft.fftfreq(side, spacing_mm)[:, None], fft.rfftfreq(side, spacing_mm)[None, :])
    frequency[0, 0] = np.inf
    return np.asarray(fft.irfft2(waves * frequency ** (-beta / 2), s=(side, side)))


def _everywhere(image: np.ndarray) -> np.ndarray:
    return np.ones(image.shape, bool)


@settings(max_examples=8)
@given(beta=st.floats(0, 3.6), seed=st.integers(0, 10_000))
def test_exponent_is_that_of_the_noise(beta: float, seed: int) -> None:
    image = _noise(beta, seed)
    spectrum = power_spectrum(image, _everywhere(image), spacing_mm=0.14)
    assert power_law_exponent(spectrum, BAND) == pytest.approx(beta, abs=0.15)


def test_exponent_of_many_images_has_no_bias() -> None:
    found = []
    for seed in range(12):
        image = _noise(3.0, seed)
        spectrum = power_spectrum(image, _everywhere(image), spacing_mm=0.14)
        found.append(power_law_exponent(spectrum, BAND))
    assert np.mean(found) == pytest.approx(3.0, abs=0.04)
    assert np.max(np.abs(np.array(found) - 3)) < 0.1


def test_exponent_knows_no_unit_and_no_contrast() -> None:
    image = _noise(3.0, 5)
    in_mm = power_spectrum(image, _everywhere(image), spacing_mm=0.14)
    in_px = power_spectrum(7 * image + 90, _everywhere(image))
    assert (in_mm.per_mm, in_px.per_mm) == (True, False)
    band_px = (BAND[0] * 0.14, BAND[1] * 0.14)
    assert power_law_exponent(in_px, band_px) == pytest.approx(power_law_exponent(in_mm, BAND), abs=1e-9)


def test_power_of_white_noise_is_variance_times_pixel_area() -> None:
    image = np.random.default_rng(3).normal(100, 5, (900, 900))
    spectrum = power_spectrum(image, _everywhere(image), spacing_mm=0.1, most_windows=64)
    assert np.median(spectrum.power) == pytest.approx(25 * 0.01, rel=0.02)
    assert abs(power_law_exponent(spectrum, (0.5, 4.0))) < 0.05
    # Band-limited white noise: s² pi (f2² - f1²) x pixel area.
    expected = 5 * np.sqrt(np.pi * (16 - 1) * 0.01)
    assert band_deviation(spectrum, (1.0, 4.0)) == pytest.approx(expected, rel=0.02)


def test_power_of_a_wave_lies_at_its_frequency() -> None:
    rows = np.arange(512)[:, None] * 0.1
    image = np.broadcast_to(12 * np.sin(2 * np.pi * 1.25 * rows), (512, 400))
    spectrum = power_spectrum(image, _everywhere(image), spacing_mm=0.1)
    assert spectrum.frequency[np.argmax(spectrum.power)] == pytest.approx(1.25, abs=0.04)
    assert band_deviation(spectrum, (1.0, 1.5)) == pytest.approx(12 / np.sqrt(2), rel=0.05)
    assert band_deviation(spectrum, (2.0, 4.0)) < 0.05


def test_slope_of_the_grey_level_is_not_power() -> None:
    rows, columns = np.mgrid[0:512, 0:512]
    image = _noise(2.0, 1, side=512)
    tilted = image + 0.3 * rows - 0.7 * columns
    plain, sloped = (power_spectrum(each, _everywhere(image)) for each in (image, tilted))
    np.testing.assert_allclose(sloped.power, plain.power, rtol=1e-6)


def test_windows_stay_inside_the_region() -> None:
    image = np.random.default_rng(0).normal(0, 1, (700, 700))
    region = np.zeros(image.shape, bool)
    region[100:500, 50:400] = True
    outside = np.where(region, image, 1e6)
    inner, polluted = (power_spectrum(each, region) for each in (image, outside))
    np.testing.assert_array_equal(inner.power, polluted.power)
    assert 1 < inner.windows <= 32
    assert power_spectrum(image, region, most_windows=2).windows == 2


def test_region_without_room_for_a_window_is_refused() -> None:
    image = np.zeros((300, 300))
    region = np.zeros(image.shape, bool)
    region[:255] = True
    with pytest.raises(UsageError, match="No window of 256"):
        power_spectrum(image, region)


@given(
    down=st.floats(-20, 20),
    across=st.floats(-20, 20),
    spacing_mm=st.one_of(st.none(), st.floats(0.05, 0.2)),
)
@example(down=0.0, across=1.2e-117, spacing_mm=None)
@settings(max_examples=30)
def test_gradient_of_a_ramp_is_its_slope(down: float, across: float, spacing_mm: float | None) -> None:
    rows, columns = np.mgrid[0:40, 0:30].astype(float)
    found = gradients(down * rows + across * columns, np.ones((40, 30), bool), spacing_mm=spacing_mm)
    assert found.median == pytest.approx(np.hypot(down, across) / (spacing_mm or 1), abs=1e-6)
    if found.median > 0.2:
        assert found.tail == pytest.approx(1)
        step = GRADIENT_DECADES[np.flatnonzero(found.density)]
        assert np.all(np.abs(step - np.log10(found.median)) <= 0.0501)


def test_gaussian_noise_has_the_tail_of_rayleigh_and_no_kurtosis() -> None:
    image = np.random.default_rng(8).normal(100, 10, (800, 800))
    found = gradients(image, _everywhere(image), spacing_mm=0.5)
    # Central differences of white noise of s are normal with s / sqrt(2).
    assert found.median == pytest.approx(10 / np.sqrt(2) * np.sqrt(2 * np.log(2)) / 0.5, rel=0.01)
    assert found.tail == pytest.approx(np.sqrt(np.log(100) / np.log(2)), rel=0.01)
    assert found.kurtosis == pytest.approx(0, abs=0.05)
    assert found.density @ np.diff(GRADIENT_DECADES) == pytest.approx(1, abs=1e-3)


def test_few_steep_edges_make_a_heavy_tail() -> None:
    image = np.random.default_rng(8).normal(100, 1, (400, 400))
    image[:, ::40] += 60
    found = gradients(image, _everywhere(image))
    assert found.kurtosis > 5
    assert found.tail > 10


def test_gradient_looks_at_the_region_alone() -> None:
    image = np.full((60, 60), 50.0)
    image[:, 30:] = 250
    region = np.zeros(image.shape, bool)
    region[:, :30] = True
    found = gradients(image, region)
    assert found.median == 0
    assert np.isnan(found.tail)
    assert np.isnan(found.kurtosis)


@given(st.integers(0, 255), st.integers(0, 255), st.floats(0.1, 0.9))
@settings(max_examples=30)
def test_histogram_holds_the_shares_of_the_region(first: int, second: int, share: float) -> None:
    image = np.full((50, 40), 128, np.uint8)
    region = np.zeros(image.shape, bool)
    region[10:30] = True
    cut = round(share * 40)
    image[10:30, :cut], image[10:30, cut:] = first, second
    histogram = grey_histogram(image, region)
    assert histogram.shape == (256,)
    assert histogram.sum() == pytest.approx(1)
    expected = np.zeros(256)
    expected[first] += cut / 40
    expected[second] += 1 - cut / 40
    np.testing.assert_allclose(histogram, expected)


def test_percentile_of_a_histogram_is_that_of_the_image() -> None:
    image = np.random.default_rng(2).normal(120, 30, (300, 300)).clip(0, 255).astype(np.uint8)
    histogram = grey_histogram(image, _everywhere(image))
    for percent in (5, 50, 97):
        assert grey_percentile(histogram, percent) == pytest.approx(np.percentile(image, percent), abs=0.6)


@given(slope=st.floats(-5, 5), spacing_mm=st.floats(0.05, 0.3))
@settings(max_examples=20)
def test_profile_follows_the_depth(slope: float, spacing_mm: float) -> None:
    # Breast at the left, air at the right; the other borders are no edges.
    columns = 300
    place_mm = (columns - 50 - 0.5 - np.arange(columns)) * spacing_mm
    image = np.broadcast_to(100 + slope * place_mm, (80, columns))
    region = np.broadcast_to(place_mm > 0, image.shape)
    depth, mean = edge_profile(image, region, spacing_mm=spacing_mm, deepest=12)
    assert depth.shape == (24,)
    np.testing.assert_allclose(mean, 100 + slope * depth, atol=abs(slope) * (0.25 + spacing_mm / 2) + 1e-9)


def test_profile_has_no_value_deeper_than_the_region() -> None:
    region = np.zeros((100, 100), bool)
    region[:, :20] = True
    _, mean = edge_profile(np.full(region.shape, 7.0), region, deepest=30, step=1)
    assert np.all(mean[:20] == 7)
    assert np.all(np.isnan(mean[20:]))


def test_what_cannot_be_measured_is_refused() -> None:
    image = np.zeros((20, 20), np.uint8)
    nothing, everything = np.zeros((20, 20), bool), np.ones((20, 20), bool)
    with pytest.raises(UsageError, match="empty"):
        grey_histogram(image, nothing)
    with pytest.raises(UsageError, match="one shape"):
        gradients(image, np.ones((3, 3), bool))
    with pytest.raises(UsageError, match="no edge"):
        edge_profile(image, everything)
    spectrum = power_spectrum(np.zeros((256, 256)), np.ones((256, 256), bool))
    with pytest.raises(UsageError, match="too little"):
        power_law_exponent(spectrum, (0.1, 0.4))
