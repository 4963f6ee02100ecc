"""The signal of whole images against the signal ray by ray."""

from __future__ import annotations

import numpy as np
import pytest

from shared_core.physics.beam import Beam
from shared_core.physics.signal import primary_signal
from shared_core.physics.signal_map import signal_map
from shared_core.physics.spectrum import Detector


@pytest.mark.parametrize(
    ("beam", "detector"),
    [
        (Beam("Mo", "Mo", 0.030, 26), "CsI"),
        (Beam("Rh", "Rh", 0.025, 30), "CsI"),
        (Beam("W", "Rh", 0.050, 28), "a-Se"),
        (Beam("W", "Al", 0.700, 34), "a-Se"),
    ],
)
def test_map_of_tissue_is_the_polychromatic_signal_within_a_fifth_of_a_percent(
    beam: Beam, detector: Detector
) -> None:
    tissue, fraction = np.meshgrid(
        np.linspace(0, 110, 413, dtype=np.float32), np.linspace(0, 1, 23, dtype=np.float32)
    )
    nothing = np.zeros_like(tissue)
    found = signal_map(
        beam,
        tissue_mm=tissue,
        glandular_mm=tissue * fraction,
        mineral_g_cm2=nothing,
        metal_mm=nothing,
        detector=detector,
    )
    exact = primary_signal(beam, tissue_mm=tissue, glandular_mm=tissue * fraction, detector=detector)
    assert found.dtype == np.float32
    assert np.abs(found / exact - 1).max() < 2e-4


def test_rays_through_mineral_and_metal_are_exact() -> None:
    beam = Beam("W", "Rh", 0.050, 30)
    rng = np.random.default_rng(2)
    tissue = rng.uniform(20, 60, (90, 110)).astype(np.float32)
    mineral = np.where(rng.random(tissue.shape) < 0.4, rng.uniform(0, 0.4, tissue.shape), 0).astype(
        np.float32
    )
    metal = np.where(rng.random(tissue.shape) < 0.1, np.float32(0.02), np.float32(0))
    found = signal_map(
        beam,
        tissue_mm=tissue,
        glandular_mm=tissue * np.float32(0.3),
        mineral_g_cm2=mineral,
        metal_mm=metal,
        detector="a-Se",
    )
    exact = primary_signal(
        beam,
        tissue_mm=tissue,
        glandular_mm=tissue * np.float32(0.3),
        calcium_g_cm2=mineral,
        metal_mm=metal,
        detector="a-Se",
    )
    assert found == pytest.approx(exact, rel=2e-4)
