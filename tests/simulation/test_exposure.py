"""Raw pixels against what physics says of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from shared_core.errors import UsageError
from shared_core.physics.signal import effective_k_cm2_g, primary_signal
from shared_core.simulation.choices import STYLES
from shared_core.simulation.image_formation import GRID_PRIMARY, detector_signal, expose, scattered
from shared_core.simulation.machine import GE, HOLOGIC, machine_of
from tests.simulation.small_views import slab

MIDDLE = (slice(60, 200), slice(80, 180))


@pytest.mark.parametrize("style", STYLES)
def test_noise_of_the_pixels_is_that_of_quanta_and_readout(style: str) -> None:
    machine = replace(machine_of(style), blur_mm=0.0)
    view = slab(shape=(512, 512), spacing_mm=machine.pitch_mm / 1.07)
    clean = expose(view, machine, seed=1, noise=False)
    noisy = expose(view, machine, seed=1)
    mean = float(clean.pixels.mean())
    quanta = mean * clean.kev_per_value / clean.noise_energy_kev
    expected = mean**2 / quanta + machine.electronic_sd**2 + 1 / 12
    assert float(noisy.pixels.var()) == pytest.approx(expected, rel=0.02)
    assert float(noisy.pixels.mean()) == pytest.approx(mean, rel=1e-3)
    assert 18 < clean.noise_energy_kev < 26


@pytest.mark.parametrize("style", STYLES)
def test_automatic_exposure_gives_the_wanted_value_behind_the_breast(style: str) -> None:
    machine = machine_of(style)
    for thickness_mm in (30.0, 50.0, 70.0):
        raw = expose(slab(tissue_mm=thickness_mm, spacing_mm=machine.pitch_mm / 1.07), machine, seed=1)
        assert float(raw.pixels.mean()) == pytest.approx(machine.value_there, rel=0.02)
        assert 5 < raw.technique.mas < 400
        assert raw.pixels.dtype == np.uint16
        assert raw.pixels.max() < 2**machine.bits


def test_calcium_without_scatter_and_noise_gives_its_mass_back() -> None:
    # Molloi's sum over the logarithmic signal with k of the same beam: closed form of the simulator.
    view = slab(calcium_g_cm2=0.03)
    machine = replace(HOLOGIC, blur_mm=0.0)
    beam = machine.beam(view.compressed_mm)
    signal = primary_signal(
        beam, tissue_mm=view.tissue_mm, glandular_mm=view.glandular_mm, calcium_g_cm2=view.calcium_g_cm2
    )
    k = effective_k_cm2_g(beam, thickness_mm=45, glandular_fraction=0.2, calcium_g_cm2=0.03)
    found_mg = -np.log(signal / signal[0, 0]).sum() / k * view.spacing_mm**2 * 10
    assert found_mg == pytest.approx(view.truth.mass_mg, rel=1e-5)


def test_calcium_signal_is_diluted_by_scatter() -> None:
    view = slab(shape=(640, 640), calcium_g_cm2=0.03)
    machine = replace(HOLOGIC, blur_mm=0.0)
    beam = machine.beam(view.compressed_mm)
    k = effective_k_cm2_g(beam, thickness_mm=45, glandular_fraction=0.2, calcium_g_cm2=0.03)
    for grid, ratio in ((True, 0.011 * 45 * 0.13 / 0.73), (False, 0.011 * 45)):
        signal = detector_signal(view, beam, machine, grid=grid).astype(np.float64)
        contrast = signal[320, 50] / signal[320, 200]
        expected = (np.exp(-k * 0.03) + ratio) / (1 + ratio)
        assert contrast == pytest.approx(expected, rel=0.01)


def test_scatter_is_born_in_tissue_and_spreads_over_centimetres() -> None:
    view = slab(shape=(1024, 2048), everywhere=False)
    primary = np.where(view.tissue_mm > 0, np.float32(0.02), np.float32(1))
    scatter = scattered(primary, view.tissue_mm, 0.07)
    inside = float(scatter[512, 200])
    assert inside == pytest.approx(0.02 * 0.011 * 45, rel=0.05)
    assert float(scatter[512, 1024]) == pytest.approx(inside / 2, rel=0.1)
    assert 0 < scatter[512, 2000] < inside * 0.1


def test_lead_stops_the_primary_and_air_gets_all_of_it() -> None:
    view = slab(everywhere=False)
    opaque = view.opaque.copy()
    opaque[100:140, 140:180] = True
    raw = expose(replace(view, opaque=opaque), replace(HOLOGIC, bits=16), seed=1, noise=False)
    assert raw.pixels[120, 160] < 0.03 * raw.air_value
    assert raw.pixels[30, 180] == pytest.approx(raw.air_value, rel=0.02)
    assert raw.air_value == pytest.approx(
        GRID_PRIMARY * expose(view, HOLOGIC, seed=1, technique=replace(raw.technique, grid=False)).air_value
    )


def test_detector_blurs_an_edge_by_its_point_spread_and_keeps_the_mean() -> None:
    view = slab(everywhere=False)
    beam = GE.beam(45)
    sharp = detector_signal(view, beam, replace(GE, blur_mm=0.0), grid=True)
    blurred = detector_signal(view, beam, replace(GE, blur_mm=0.2), grid=True)
    assert np.abs(np.diff(blurred[128])).max() < 0.5 * np.abs(np.diff(sharp[128])).max()
    assert float(blurred.mean()) == pytest.approx(float(sharp.mean()), rel=1e-3)


def test_seed_decides_the_noise_and_nothing_else() -> None:
    view = slab()
    first, again, other = (expose(view, HOLOGIC, seed=seed).pixels for seed in ((1, 2), (1, 2), (1, 3)))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_style_that_no_machine_has_is_refused() -> None:
    with pytest.raises(UsageError, match="hologic, ge, fuji"):
        machine_of("kodak")
