"""Mass attenuation of what X-rays meet between the tube and the detector's readout."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared_core.errors import UsageError

Material = Literal[
    "hydroxyapatite",
    "calcium_carbonate",
    "glandular",
    "adipose",
    "water",
    "pmma",
    "aluminium",
    "steel",
    "titanium",
    "selenium",
    "caesium_iodide",
    "molybdenum",
    "rhodium",
    "silver",
]

CALCIUM_IN_HYDROXYAPATITE = 0.3989
"""Mass of calcium in a mass of Ca10(PO4)6(OH)2."""


@dataclass(frozen=True, eq=False)
class _Table:
    density_g_cm3: float
    log_energy: NDArray[np.float64]
    log_attenuation: NDArray[np.float64]


def mass_attenuation_cm2_g(material: Material, energy_kev: ArrayLike) -> NDArray[np.float64]:
    """Mass attenuation coefficient with coherent scatter, in cm²/g, at energies from 5 to 50 keV.

    Linear between the logarithms of the tabulated values, which hold both sides of each absorption edge:
    after Elam, Ravel & Sieber, Radiat. Phys. Chem. 63:121, 2002, through xraydb. Breast tissues are those of
    Hammerstein et al., Radiology 130:485, 1979. `UsageError` where an energy is outside of the table.
    """
    table = _tables()[material]
    log_energy = np.log(np.asarray(energy_kev, np.float64))
    lowest, highest = table.log_energy[[0, -1]] + (-1e-9, 1e-9)
    if not np.all((log_energy >= lowest) & (log_energy <= highest)):
        raise UsageError("Attenuation is tabulated from 5 to 50 keV; choose energies in that range.")
    found: NDArray[np.float64] = np.exp(np.interp(log_energy, table.log_energy, table.log_attenuation))
    return found


def linear_attenuation_per_mm(material: Material, energy_kev: ArrayLike) -> NDArray[np.float64]:
    """Linear attenuation coefficient at the usual density, in 1/mm; see `mass_attenuation_cm2_g`."""
    return mass_attenuation_cm2_g(material, energy_kev) * density_g_cm3(material) / 10.0


def density_g_cm3(material: Material) -> float:
    """Usual density in g/cm³."""
    return _tables()[material].density_g_cm3


def read_table(name: str) -> dict[str, Any]:
    """One of the packaged tables that ``scripts/make_physics_tables.py`` writes."""
    folder = resources.files("shared_core.physics").joinpath("tables")
    return cast(dict[str, Any], json.loads(folder.joinpath(f"{name}.json").read_text(encoding="utf-8")))


@cache
def _tables() -> dict[str, _Table]:
    return {
        name: _Table(
            entry["density_g_cm3"],
            np.log(entry["energy_kev"]),
            np.log(entry["mass_attenuation_cm2_g"]),
        )
        for name, entry in read_table("attenuation")["materials"].items()
    }
