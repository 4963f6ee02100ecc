"""Write the tables in shared_core/physics/tables: mass attenuation and X-ray tube spectra.

Needs xraydb and spekpy, which the package itself does not:

python scripts/make_physics_tables.py
"""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path

import numpy as np
import spekpy
import xraydb
from numpy.typing import NDArray

TABLES = Path(__file__).resolve().parent.parent / "shared_core" / "physics" / "tables"
ENERGIES_KEV = (5.0, 50.0, 0.5)
EDGE_STEP_KEV = 0.0005
"""Both sides of an absorption edge stand this far from it, so that the table keeps the jump."""
BIN_KEV, FINE_KEV = 0.25, 0.05
LOWEST_KEV = 5.0
KVP = range(22, 37)
ANODE_ANGLE_DEG = 20.0
DISTANCE_CM = 65.0
AIR_MM = 600.0
BERYLLIUM_MM = {"Mo": 0.8, "Rh": 0.8, "W": 0.5}

MATERIALS: dict[str, tuple[float, dict[str, float], str]] = {
    # density g/cm³, mass fractions, source of both
    "hydroxyapatite": (3.16, xraydb.chemparse("Ca10(PO4)6(OH)2"), "formula"),
    "calcium_carbonate": (2.71, xraydb.chemparse("CaCO3"), "formula"),
    "glandular": (1.04, {"H": 0.102, "C": 0.184, "N": 0.032, "O": 0.677}, "Hammerstein 1979"),
    "adipose": (0.93, {"H": 0.112, "C": 0.619, "N": 0.017, "O": 0.251}, "Hammerstein 1979"),
    "water": (1.0, xraydb.chemparse("H2O"), "formula"),
    "pmma": (1.19, xraydb.chemparse("C5H8O2"), "formula"),
    "aluminium": (2.699, {"Al": 1.0}, "element"),
    "steel": (7.9, {"Fe": 0.70, "Cr": 0.19, "Ni": 0.09, "Mn": 0.02}, "AISI 304, rounded"),
    "titanium": (4.506, {"Ti": 1.0}, "element"),
    "selenium": (4.28, {"Se": 1.0}, "amorphous"),
    "caesium_iodide": (4.51, xraydb.chemparse("CsI"), "formula"),
    "molybdenum": (10.22, {"Mo": 1.0}, "element"),
    "rhodium": (12.41, {"Rh": 1.0}, "element"),
    "silver": (10.5, {"Ag": 1.0}, "element"),
}
FORMULAS = {name for name, entry in MATERIALS.items() if entry[2] == "formula"}


def mass_fractions(name: str) -> dict[str, float]:
    """Fractions by mass that sum to 1, from a formula or from fractions that leave the ash out."""
    parts = MATERIALS[name][1]
    if name in FORMULAS:
        parts = {element: count * xraydb.atomic_mass(element) for element, count in parts.items()}
    total = sum(parts.values())
    return {element: part / total for element, part in parts.items()}


def energy_grid(fractions: dict[str, float]) -> NDArray[np.float64]:
    """Even steps, and both sides of each edge of the elements."""
    first, last, step = ENERGIES_KEV
    even = np.arange(first, last + step / 2, step)
    edges = [edge.energy / 1000 for element in fractions for edge in xraydb.xray_edges(element).values()]
    sides = [edge + side * EDGE_STEP_KEV for edge in edges if first < edge < last for side in (-1, 1)]
    energies: NDArray[np.float64] = np.unique(np.concatenate([even, sides]))
    return energies


def attenuation_table() -> dict[str, object]:
    """Mass attenuation with coherent scatter, after Elam, Ravel and Sieber 2002."""
    materials = {}
    for name, (density, _, source) in MATERIALS.items():
        fractions = mass_fractions(name)
        energies = energy_grid(fractions)
        values = sum(
            part * xraydb.mu_elam(element, energies * 1000, kind="total")
            for element, part in fractions.items()
        )
        materials[name] = {
            "density_g_cm3": density,
            "mass_fractions": {element: round(part, 5) for element, part in fractions.items()},
            "composition_from": source,
            "energy_kev": [round(float(energy), 4) for energy in energies],
            "mass_attenuation_cm2_g": [float(f"{value:.5g}") for value in values],
        }
    return {"source": f"xraydb {metadata.version('xraydb')}, mu_elam, total", "materials": materials}


def tube_fluence(anode: str, kvp: float) -> NDArray[np.float64]:
    """Photons per cm² and mAs in each energy bin, unfiltered but for window and air."""
    spectrum = spekpy.Spek(
        kvp=kvp, th=ANODE_ANGLE_DEG, dk=FINE_KEV, targ=anode, physics="casim", z=DISTANCE_CM, mas=1
    )
    spectrum.filter("Be", BERYLLIUM_MM[anode]).filter("Air", AIR_MM)
    energies, density = spectrum.get_spectrum(edges=False)
    bins = np.arange(LOWEST_KEV, max(KVP) + BIN_KEV, BIN_KEV)
    fluence, _ = np.histogram(energies, bins, weights=np.clip(density, 0, None) * FINE_KEV)
    return np.asarray(fluence, np.float64)


def spectrum_table() -> dict[str, object]:
    """Fluence of each anode at each whole kilovolt."""
    fluence = {
        anode: {
            str(kvp): [float(f"{value:.4g}") for value in np.trim_zeros(tube_fluence(anode, kvp), "b")]
            for kvp in KVP
        }
        for anode in BERYLLIUM_MM
    }
    return {
        "source": f"SpekPy {metadata.version('spekpy')}, physics casim",
        "anode_angle_deg": ANODE_ANGLE_DEG,
        "beryllium_mm": BERYLLIUM_MM,
        "air_mm": AIR_MM,
        "distance_cm": DISTANCE_CM,
        "lowest_kev": LOWEST_KEV,
        "bin_kev": BIN_KEV,
        "fluence_per_cm2_mas": fluence,
    }


def write(name: str, table: dict[str, object]) -> None:
    """One short line for each list of numbers: differences stay readable."""
    TABLES.mkdir(exist_ok=True)
    text = json.dumps(table, indent=1)
    lines: list[str] = []
    inside = False
    for line in text.splitlines():
        if inside:
            lines[-1] += line.strip() + ("" if line.strip().startswith("]") else " ")
            inside = not line.strip().startswith("]")
        else:
            lines.append(line)
            inside = line.endswith("[")
    joined = "\n".join(line.rstrip().replace(" ]", "]") for line in lines) + "\n"
    assert json.loads(joined) == table
    (TABLES / f"{name}.json").write_text(joined, encoding="utf-8")


if __name__ == "__main__":
    write("attenuation", attenuation_table())
    write("spectra", spectrum_table())
