"""Mass attenuation against the values that xraylib and NIST give."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from shared_core.errors import UsageError
from shared_core.physics.attenuation import (
    CALCIUM_IN_HYDROXYAPATITE,
    Material,
    density_g_cm3,
    linear_attenuation_per_mm,
    mass_attenuation_cm2_g,
    read_table,
)

KEV = (18, 20, 22, 24, 26, 28, 30)
PUBLISHED: dict[Material, tuple[float, ...]] = {
    "hydroxyapatite": (8.866, 6.559, 4.999, 3.906, 3.119, 2.538, 2.099),
    "calcium_carbonate": (7.685, 5.697, 4.352, 3.408, 2.728, 2.225, 1.846),
    "aluminium": (4.668, 3.442, 2.623, 2.055, 1.649, 1.352, 1.128),
    "glandular": (0.930, 0.728, 0.595, 0.502, 0.436, 0.388, 0.351),
    "adipose": (0.673, 0.543, 0.457, 0.397, 0.355, 0.323, 0.299),
    "water": (1.042, 0.810, 0.656, 0.549, 0.473, 0.418, 0.376),
}


@pytest.mark.parametrize("material", PUBLISHED)
def test_attenuation_is_as_published(material: Material) -> None:
    assert mass_attenuation_cm2_g(material, KEV) == pytest.approx(PUBLISHED[material], rel=2e-3)


@pytest.mark.parametrize("material", get_args(Material))
def test_every_named_material_is_tabulated_and_positive(material: Material) -> None:
    values = mass_attenuation_cm2_g(material, np.linspace(5, 50, 301))
    assert values.shape == (301,)
    assert values.min() > 0
    assert 0.5 < density_g_cm3(material) < 15


def test_names_and_table_are_the_same() -> None:
    assert set(read_table("attenuation")["materials"]) == set(get_args(Material))


def test_edges_are_jumps() -> None:
    below, above = mass_attenuation_cm2_g("molybdenum", [19.99, 20.01])
    assert above > 5 * below


def test_linear_attenuation_takes_density_and_millimetres() -> None:
    assert linear_attenuation_per_mm("water", 20.0) == pytest.approx(0.0810, rel=1e-3)


def test_calcium_in_hydroxyapatite_is_that_of_the_formula() -> None:
    fractions = read_table("attenuation")["materials"]["hydroxyapatite"]["mass_fractions"]
    assert fractions["Ca"] == pytest.approx(CALCIUM_IN_HYDROXYAPATITE, abs=1e-4)


@pytest.mark.parametrize("energy", [0.0, 4.9, 50.1, float("nan")])
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_energy_outside_of_the_table_is_refused(energy: float) -> None:
    with pytest.raises(UsageError, match="5 to 50 keV"):
        mass_attenuation_cm2_g("water", energy)
