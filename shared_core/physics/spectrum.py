"""Spectra of mammography tubes, and what detectors make of a photon."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import UsageError
from shared_core.physics.attenuation import (
    Material,
    density_g_cm3,
    linear_attenuation_per_mm,
    mass_attenuation_cm2_g,
    read_table,
)
from shared_core.physics.beam import Beam, FilterMaterial

Energies = NDArray[np.float64]
Detector = Literal["a-Se", "CsI"]

FILTERS: dict[FilterMaterial, Material] = {
    "Mo": "molybdenum",
    "Rh": "rhodium",
    "Ag": "silver",
    "Al": "aluminium",
}
_LAYERS: dict[Detector, tuple[Material, float]] = {
    # Absorber and thickness in mm: Hologic's and Fuji's selenium, GE's needles.
    "a-Se": ("selenium", 0.250),
    "CsI": ("caesium_iodide", 0.100),
}


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Photons that leave the tube, before the paddle and the breast."""

    beam: Beam
    energy_kev: Energies
    """(n,) centres of even bins, ascending."""
    fluence: Energies
    """(n,) photons per cm² and mAs in each bin, 65 cm from the focus."""


@lru_cache(maxsize=64)
def spectrum(beam: Beam) -> Spectrum:
    """The spectrum of a beam.

    The tube's spectrum is tabulated at whole kilovolts (SpekPy 2.5.4, model casim, beryllium window,
    60 cm of air), mixed linearly between them, and filtered here. `UsageError` where the tube voltage is
    outside of 22-36 kV or the filter is not thicker than nothing.
    """
    table = _tube_table()
    tubes = table["fluence_per_cm2_mas"].get(beam.anode)
    if tubes is None or beam.filter_material not in FILTERS:
        raise UsageError(
            f"No spectrum for {beam.anode}/{beam.filter_material}; "
            "choose an anode of Mo, Rh or W and a filter of Mo, Rh, Ag or Al."
        )
    lowest, highest = min(map(int, tubes)), max(map(int, tubes))
    if not lowest <= beam.kvp <= highest:
        raise UsageError(f"No spectrum at {beam.kvp:g} kV; choose a tube voltage of {lowest}-{highest} kV.")
    if not 0 < beam.filter_mm < 10:
        raise UsageError(f"A filter of {beam.filter_mm:g} mm is not possible; give its thickness in mm.")
    below = min(int(beam.kvp), highest - 1)
    share = beam.kvp - below
    low, high = (np.asarray(tubes[str(kvp)], np.float64) for kvp in (below, below + 1))
    tube = share * high
    tube[: low.size] += (1 - share) * low
    energies = table["lowest_kev"] + table["bin_kev"] * (np.arange(tube.size) + 0.5)
    through = np.exp(-linear_attenuation_per_mm(FILTERS[beam.filter_material], energies) * beam.filter_mm)
    fluence = tube * through
    for values in (energies, fluence):
        values.flags.writeable = False
    return Spectrum(beam, energies, fluence)


def detector_response(energy_kev: Energies, detector: Detector) -> Energies:
    """Mean signal of an incident photon in keV: an integrating detector keeps the energy it absorbs.

    ``E (1 - exp(-mu d))`` with 250 um of amorphous selenium or 100 um of caesium iodide;
    fluorescence that leaves the layer is neglected.
    """
    material, thickness_mm = _LAYERS[detector]
    g_cm2 = density_g_cm3(material) * thickness_mm / 10.0
    absorbed: Energies = -np.expm1(-mass_attenuation_cm2_g(material, energy_kev) * g_cm2)
    return np.asarray(energy_kev * absorbed, np.float64)


@cache
def _tube_table() -> dict[str, Any]:
    return read_table("spectra")
