"""Mammography machines in three styles, and how they expose a breast."""

from __future__ import annotations

from dataclasses import dataclass

from shared_core.errors import UsageError
from shared_core.physics.beam import Beam
from shared_core.physics.spectrum import Detector
from shared_core.simulation.choices import STYLES, Style


@dataclass(frozen=True)
class Machine:
    """A detector and the programme of its automatic exposure; like a vendor's, not a vendor's."""

    style: Style
    model_name: str
    serial: str
    detector: Detector
    pitch_mm: float
    """Detector element, square."""
    field: tuple[int, int]
    """(rows, columns) of the detector."""
    blur_mm: float
    """Standard deviation of the point spread in the plane of the detector."""
    programme: tuple[tuple[float, Beam], ...]
    """(up to this compressed thickness in mm, beam)."""
    quanta_per_mm2: float
    """Absorbed behind the breast, at which the exposure ends."""
    value_there: float
    """Pixel value above `offset` of that exposure."""
    offset: float = 0.0
    """Pixel value without X-rays; 0 where the dark image is taken off, as it is in usual raw files."""
    electronic_sd: float = 1.5
    """Noise of the readout in pixel values."""
    bits: int = 14

    def beam(self, compressed_mm: float) -> Beam:
        """The beam chosen for a thickness."""
        return next((beam for up_to, beam in self.programme if compressed_mm <= up_to), self.programme[-1][1])


HOLOGIC = Machine(
    style="hologic",
    model_name="Selenium 70 (Hologic-like)",
    serial="OPENBAC-SIM-H1",
    detector="a-Se",
    pitch_mm=0.070,
    field=(3328, 2560),
    blur_mm=0.030,
    programme=(
        (30, Beam("W", "Rh", 0.050, 26)),
        (45, Beam("W", "Rh", 0.050, 28)),
        (60, Beam("W", "Rh", 0.050, 30)),
        (70, Beam("W", "Ag", 0.050, 30)),
        (999, Beam("W", "Ag", 0.050, 32)),
    ),
    quanta_per_mm2=6.0e5,
    value_there=450.0,
)
GE = Machine(
    style="ge",
    model_name="Needle 100 (GE-like)",
    serial="OPENBAC-SIM-G1",
    detector="CsI",
    pitch_mm=0.100,
    field=(3062, 2394),
    blur_mm=0.055,
    programme=(
        (30, Beam("Mo", "Mo", 0.030, 26)),
        (40, Beam("Mo", "Rh", 0.025, 27)),
        (60, Beam("Rh", "Rh", 0.025, 29)),
        (999, Beam("Rh", "Rh", 0.025, 31)),
    ),
    quanta_per_mm2=6.0e5,
    value_there=400.0,
)
FUJI = Machine(
    style="fuji",
    model_name="Selenium 50 (Fuji-like)",
    serial="OPENBAC-SIM-F1",
    detector="a-Se",
    pitch_mm=0.050,
    field=(4728, 3540),
    blur_mm=0.024,
    programme=(
        (40, Beam("W", "Rh", 0.050, 28)),
        (55, Beam("W", "Rh", 0.050, 29)),
        (999, Beam("W", "Al", 0.700, 31)),
    ),
    quanta_per_mm2=6.0e5,
    value_there=350.0,
)
_MACHINES: dict[str, Machine] = {machine.style: machine for machine in (HOLOGIC, GE, FUJI)}


def machine_of(style: str) -> Machine:
    """The machine of a style; a `UsageError` where there is no such style."""
    if style not in _MACHINES:
        raise UsageError(f"There is no machine in the style {style!r}; choose one of {', '.join(STYLES)}.")
    return _MACHINES[style]
