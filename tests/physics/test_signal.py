"""Spectra and the calcium signal against SpekPy's values and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from shared_core.errors import UsageError
from shared_core.physics import signal as signal_module
from shared_core.physics.attenuation import density_g_cm3, linear_attenuation_per_mm, mass_attenuation_cm2_g
from shared_core.physics.beam import Anode, Beam, FilterMaterial
from shared_core.physics.signal import HYDROXYAPATITE_G_CM3, effective_k_cm2_g, primary_signal
from shared_core.physics.spectrum import Spectrum, detector_response, spectrum

# Beam, mean incident keV, half-value layer mm Al, k (cm²/g) at 45, 30 and 70 mm, 20 % glandular.
K_TABLE: list[tuple[Anode, FilterMaterial, float, float, float, float, float, float, float]] = [
    ("Mo", "Mo", 0.030, 26, 16.2, 0.28, 7.83, 8.50, 6.96),
    ("Mo", "Mo", 0.030, 28, 16.6, 0.31, 7.29, 8.04, 6.24),
    ("Mo", "Rh", 0.025, 28, 17.4, 0.36, 6.61, 7.23, 5.83),
    ("Mo", "Rh", 0.025, 30, 17.7, 0.38, 6.30, 6.96, 5.43),
    ("Rh", "Rh", 0.025, 28, 17.8, 0.35, 5.92, 6.44, 5.39),
    ("Rh", "Rh", 0.025, 30, 18.3, 0.37, 5.61, 6.09, 5.07),
    ("W", "Rh", 0.050, 26, 18.5, 0.45, 6.10, 6.53, 5.64),
    ("W", "Rh", 0.050, 28, 18.8, 0.47, 5.86, 6.28, 5.41),
    ("W", "Rh", 0.050, 30, 19.0, 0.49, 5.59, 6.03, 5.10),
    ("W", "Ag", 0.050, 28, 19.5, 0.50, 5.12, 5.53, 4.68),
    ("W", "Ag", 0.050, 30, 19.9, 0.52, 4.89, 5.28, 4.46),
    ("W", "Ag", 0.050, 32, 20.2, 0.54, 4.66, 5.05, 4.23),
    ("W", "Al", 0.700, 28, 19.2, 0.43, 4.93, 5.42, 4.42),
    ("W", "Al", 0.700, 30, 20.1, 0.47, 4.38, 4.84, 3.90),
]
BEAM = Beam("W", "Rh", 0.050, 28)


@pytest.mark.parametrize("row", K_TABLE, ids=lambda row: f"{row[0]}-{row[1]}-{row[3]:g}")
def test_beam_has_the_energy_the_hardness_and_the_calcium_signal_of_spekpy(
    row: tuple[Anode, FilterMaterial, float, float, float, float, float, float, float],
) -> None:
    anode, filter_material, filter_mm, kvp, mean_kev, hvl_mm, k45, k30, k70 = row
    beam = Beam(anode, filter_material, filter_mm, kvp)
    source = spectrum(beam)
    assert np.average(source.energy_kev, weights=source.fluence) == pytest.approx(mean_kev, abs=0.15)
    for thickness_mm, k in ((45, k45), (30, k30), (70, k70)):
        found = effective_k_cm2_g(beam, thickness_mm=thickness_mm, glandular_fraction=0.2)
        assert found == pytest.approx(k, rel=0.02)
    kerma = source.fluence * source.energy_kev * mass_attenuation_cm2_g("water", source.energy_kev) ** 1.15
    through = np.exp(-linear_attenuation_per_mm("aluminium", source.energy_kev) * hvl_mm)
    # Air kerma goes nearly with the photo effect of water; the half-value layer is given in whole 10 um.
    assert (kerma @ through) / kerma.sum() == pytest.approx(0.5, abs=0.03)


def test_voltage_between_two_of_the_table_lies_between_them() -> None:
    middle = effective_k_cm2_g(Beam("W", "Rh", 0.05, 28.5), thickness_mm=45, glandular_fraction=0.2)
    sides = [
        effective_k_cm2_g(Beam("W", "Rh", 0.05, kvp), thickness_mm=45, glandular_fraction=0.2)
        for kvp in (28, 29)
    ]
    assert min(sides) < middle < max(sides)
    assert spectrum(Beam("W", "Rh", 0.05, 36)).energy_kev.max() < 36


def test_monoenergetic_signal_is_beer_lambert(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Spectrum(BEAM, np.array([20.0]), np.array([1e6]))
    monkeypatch.setattr(signal_module, "spectrum", lambda beam: line)
    gland, fat = (float(linear_attenuation_per_mm(tissue, 20.0)) for tissue in ("glandular", "adipose"))
    mineral = float(mass_attenuation_cm2_g("hydroxyapatite", 20.0))
    found = primary_signal(BEAM, tissue_mm=40.0, glandular_mm=10.0, calcium_g_cm2=0.05)
    left = 1 - 0.05 * 10 / 3.16 / 40
    assert found == pytest.approx(np.exp(-(left * (10 * gland + 30 * fat) + mineral * 0.05)), rel=1e-12)
    k = effective_k_cm2_g(BEAM, thickness_mm=40, glandular_fraction=0.25, calcium_g_cm2=0.05)
    assert k == pytest.approx(mineral - (0.25 * gland + 0.75 * fat) * 10 / 3.16, rel=1e-12)


@given(
    thickness_mm=st.floats(10, 90),
    fraction=st.floats(0, 1),
    calcium=st.floats(0.001, 0.2),
)
def test_k_is_the_logarithmic_signal_by_mass(thickness_mm: float, fraction: float, calcium: float) -> None:
    without, with_calcium = primary_signal(
        BEAM,
        tissue_mm=thickness_mm,
        glandular_mm=fraction * thickness_mm,
        calcium_g_cm2=np.array([0.0, calcium]),
    )
    k = effective_k_cm2_g(BEAM, thickness_mm=thickness_mm, glandular_fraction=fraction, calcium_g_cm2=calcium)
    assert np.log(without / with_calcium) == pytest.approx(k * calcium, rel=1e-9)


def test_calcium_signal_hardens_by_three_percent_to_a_tenth_of_a_gram() -> None:
    thin, thick = (
        effective_k_cm2_g(BEAM, thickness_mm=45, glandular_fraction=0.2, calcium_g_cm2=grams)
        for grams in (0.0, 0.1)
    )
    assert 0.95 < thick / thin < 0.98


def test_signal_without_a_breast_is_one() -> None:
    assert primary_signal(BEAM, tissue_mm=np.zeros((2, 3))) == pytest.approx(np.ones((2, 3)))


def test_selenium_and_caesium_iodide_take_most_of_a_photon() -> None:
    energies = np.array([15.0, 20.0, 25.0])
    for detector in ("a-Se", "CsI"):
        taken = detector_response(energies, detector) / energies  # type: ignore[arg-type]
        assert ((taken > 0.45) & (taken < 1)).all()


def test_calcium_takes_tissue_away_by_the_tabulated_density() -> None:
    assert density_g_cm3("hydroxyapatite") == HYDROXYAPATITE_G_CM3


@pytest.mark.parametrize(
    "beam",
    [
        Beam("W", "Rh", 0.05, 21.9),
        Beam("W", "Rh", 0.05, 49),
        Beam("W", "Rh", 0.0, 28),
        Beam("Cu", "Rh", 0.05, 28),  # type: ignore[arg-type]
        Beam("W", "Cu", 0.05, 28),  # type: ignore[arg-type]
    ],
)
def test_beam_that_no_tube_makes_is_refused(beam: Beam) -> None:
    with pytest.raises(UsageError):
        spectrum(beam)


def test_calcium_in_no_breast_is_refused() -> None:
    with pytest.raises(UsageError):
        effective_k_cm2_g(BEAM, thickness_mm=-1, glandular_fraction=0.2)
