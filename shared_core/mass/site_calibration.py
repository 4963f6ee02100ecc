"""A site's calibration: the signal of calcium as measured on a step phantom of known areal density."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from shared_core.documents import DocumentError, file_bytes, from_json
from shared_core.errors import UsageError
from shared_core.mass.exposure_physics import Exposure
from shared_core.physics.beam import Anode, Beam, FilterMaterial

StepMaterial = Literal["hydroxyapatite", "calcium carbonate"]
FORMAT: Final = "openbac-calcium-calibration-1"
_KVP_TOLERANCE = 0.6


@dataclass(frozen=True)
class CalibrationPoint:
    """Signal of hydroxyapatite at one exposure; what is None fits every exposure."""

    k_cm2_g: Annotated[float, Meta(ge=1, le=20)]
    """Logarithmic signal by areal density at small densities, after the scatter correction."""
    relative_sd: Annotated[float, Meta(ge=0, le=0.5)]
    """Standard deviation of k as a part of k: fit, repeats, phantom."""
    anode: Anode | None = None
    filter_material: FilterMaterial | None = None
    filter_mm: Annotated[float, Meta(ge=0.005, le=2)] | None = None
    kvp: Annotated[float, Meta(ge=15, le=60)] | None = None
    thickness_mm: Annotated[float, Meta(ge=5, le=200)] | None = None
    """Of the phantom."""
    glandular_fraction: Annotated[float, Meta(ge=0, le=1)] = 0.2
    """Of the breast that the phantom's base stands for."""

    @property
    def beam(self) -> Beam | None:
        """The beam, where all of it is given."""
        if self.anode is None or self.filter_material is None or self.filter_mm is None or self.kvp is None:
            return None
        return Beam(self.anode, self.filter_material, self.filter_mm, self.kvp)

    def fits(self, exposure: Exposure) -> bool:
        """Whether the exposure has this anode, filter and tube voltage (within 0.6 kV)."""
        same_kvp = self.kvp is None or (
            exposure.kvp is not None and abs(self.kvp - exposure.kvp) <= _KVP_TOLERANCE
        )
        return (
            same_kvp
            and self.anode in (None, exposure.anode)
            and self.filter_material in (None, exposure.filter_material)
            and (self.thickness_mm is None or exposure.thickness_mm is not None)
        )


@dataclass(frozen=True)
class Calibration:
    """The points of one device, made by ``bac calibrate`` and read by `load`."""

    date: str
    """YYYY-MM-DD."""
    points: tuple[CalibrationPoint, ...]
    device_serial: str | None = None
    """Device Serial Number (0018,1000); None fits every device."""
    step_material: StepMaterial = "hydroxyapatite"
    """What the steps were made of; k is always that of hydroxyapatite."""
    offset: float | None = None
    """Pixel value without X-rays; None where it was not measured."""
    name: str = "calibration"

    @classmethod
    def load(cls, path: str | Path) -> Calibration:
        """Read a calibration file; `UsageError` names the entry that is wrong."""
        return cls.from_json(read_text(Path(path)), name=str(path))

    @classmethod
    def from_json(cls, text: str | bytes, *, name: str = "calibration") -> Calibration:
        """A calibration from the text of its file; raises as `load` does."""
        try:
            file = from_json(text, _CalibrationFile)
        except DocumentError as error:
            raise UsageError(error.sentence(name)) from None
        return cls(
            date=file.date.isoformat(),
            points=file.points,
            device_serial=file.device_serial,
            step_material=file.step_material,
            offset=file.offset,
            name=Path(name).name,
        )

    def document(self) -> dict[str, Any]:
        """What stands in the file."""
        return {
            "format": FORMAT,
            "date": self.date,
            "device_serial": self.device_serial,
            "step_material": self.step_material,
            "offset": self.offset,
            "points": [dict(vars(point)) for point in self.points],
        }

    def find(self, exposure: Exposure) -> tuple[CalibrationPoint | None, str]:
        """The point of an exposure, nearest in thickness, or None and why.

        An image of another device has none: not its detector was calibrated.
        """
        if (
            self.device_serial is not None
            and exposure.device_serial is not None
            and self.device_serial != exposure.device_serial
        ):
            return None, (
                f"{self.name} is of device {self.device_serial}, the image of device {exposure.device_serial}"
            )
        fitting = [point for point in self.points if point.fits(exposure)]
        if not fitting:
            return None, f"{self.name} has no point for this beam"
        return min(fitting, key=lambda point: _thickness_apart(point, exposure)), ""


class _CalibrationFile(msgspec.Struct, frozen=True, kw_only=True):
    """The file, as `Calibration.document` gives it."""

    format: Literal["openbac-calcium-calibration-1"]
    date: datetime.date
    points: Annotated[tuple[CalibrationPoint, ...], Meta(min_length=1)]
    step_material: StepMaterial
    device_serial: Annotated[str, Meta(pattern=r"\S")] | None = None
    offset: Annotated[float, Meta(ge=-1e6, le=1e6)] | None = None


def read_text(path: Path) -> bytes:
    """What stands in a file; `UsageError` where it cannot be read."""
    try:
        return file_bytes(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); check the path.") from error


def _thickness_apart(point: CalibrationPoint, exposure: Exposure) -> float:
    if point.thickness_mm is None or exposure.thickness_mm is None:
        return 0.0
    return abs(point.thickness_mm - exposure.thickness_mm)
