"""The exposure of a header in the terms of physics: beam, thickness, detector, grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from shared_core.mammogram import Acquisition
from shared_core.physics.beam import Anode, Beam, FilterMaterial
from shared_core.physics.spectrum import Detector

_BOTH: Final[dict[str, Literal["Mo", "Rh"]]] = {"MOLYBDENUM": "Mo", "MO": "Mo", "RHODIUM": "Rh", "RH": "Rh"}
_ANODES: Final[dict[str, Anode]] = {**_BOTH, **dict.fromkeys(("TUNGSTEN", "WOLFRAM", "W"), "W")}
_FILTERS: Final[dict[str, FilterMaterial]] = {
    **_BOTH,
    **dict.fromkeys(("SILVER", "AG"), "Ag"),
    **dict.fromkeys(("ALUMINUM", "ALUMINIUM", "AL"), "Al"),
}
_USUAL_FILTER_MM: Final[dict[tuple[Anode, FilterMaterial], float]] = {
    ("Mo", "Mo"): 0.030,
    ("Mo", "Rh"): 0.025,
    ("Rh", "Rh"): 0.025,
    ("W", "Rh"): 0.050,
    ("W", "Ag"): 0.050,
    ("W", "Al"): 0.700,
}
_POSSIBLE_FILTER_MM = (0.005, 2.0)
_POSSIBLE_THICKNESS_MM = (5.0, 200.0)


@dataclass(frozen=True)
class Exposure:
    """What decides the signal of calcium; None where the file is silent."""

    anode: Anode | None
    filter_material: FilterMaterial | None
    filter_mm: float | None
    """As in the file, else the usual thickness for the pair."""
    kvp: float | None
    thickness_mm: float | None
    """Compressed breast."""
    detector: Detector
    grid: bool | None
    device_serial: str | None
    notes: tuple[str, ...] = ()

    @property
    def beam(self) -> Beam | None:
        """The beam, where all of it is known."""
        if self.anode is None or self.filter_material is None or self.filter_mm is None or self.kvp is None:
            return None
        return Beam(self.anode, self.filter_material, self.filter_mm, self.kvp)


def exposure_of(acquisition: Acquisition) -> Exposure:
    """Read beam, thickness, detector and grid from what the file says.

    A filter without a (possible) thickness gets the usual one of its anode and material, and `notes` say
    so. DetectorType SCINTILLATOR (PS3.3 C.8.11.4) is taken for caesium iodide, anything else for
    amorphous selenium.
    """
    anode = _ANODES.get((acquisition.anode or "").strip().upper())
    material = _FILTERS.get((acquisition.filter_material or "").strip().upper())
    filter_mm, notes = acquisition.filter_thickness_mm, []
    if filter_mm is None or not _POSSIBLE_FILTER_MM[0] <= filter_mm <= _POSSIBLE_FILTER_MM[1]:
        usual = _USUAL_FILTER_MM.get((anode, material)) if anode and material else None
        if usual is not None:
            notes.append(f"filter taken to be {usual:g} mm thick")
        filter_mm = usual
    grid = _has_grid(acquisition.grid)
    if grid is None:
        notes.append("grid taken to be there")
    thickness = acquisition.breast_thickness_mm
    if thickness is not None and not _POSSIBLE_THICKNESS_MM[0] <= thickness <= _POSSIBLE_THICKNESS_MM[1]:
        thickness = None
    return Exposure(
        anode=anode,
        filter_material=material,
        filter_mm=filter_mm,
        kvp=acquisition.kvp,
        thickness_mm=thickness,
        detector="CsI" if (acquisition.detector_type or "").upper() == "SCINTILLATOR" else "a-Se",
        grid=grid,
        device_serial=acquisition.device_serial,
        notes=tuple(notes),
    )


def _has_grid(grid: str | None) -> bool | None:
    """Whether Grid (0018,1166) names one; None where it is silent."""
    return None if grid is None else "NONE" not in grid.upper().split("+")
