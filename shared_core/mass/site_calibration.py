"""A site's calibration: the signal of calcium as measured on a step phantom of known areal density."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

from shared_core.errors import UsageError
from shared_core.mass.entries import Entries
from shared_core.mass.exposure_physics import Exposure
from shared_core.physics.beam import Anode, Beam, FilterMaterial

StepMaterial = Literal["hydroxyapatite", "calcium carbonate"]
FORMAT: Final = "openbac-calcium-calibration-1"
_KVP_TOLERANCE = 0.6


@dataclass(frozen=True)
class CalibrationPoint:
    """Signal of hydroxyapatite at one exposure; what is None fits every exposure."""

    k_cm2_g: float
    """Logarithmic signal by areal density at small densities, after the scatter correction."""
    relative_sd: float
    """Standard deviation of k as a part of k: fit, repeats, phantom."""
    anode: Anode | None = None
    filter_material: FilterMaterial | None = None
    filter_mm: float | None = None
    kvp: float | None = None
    thickness_mm: float | None = None
    """Of the phantom."""
    glandular_fraction: float = 0.2
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
        """Read a calibration file.

        Raises
        ------
        UsageError
            If it cannot be read or is not what a calibration must be; the message names the entry.
        """
        return cls.from_document(read_json(Path(path)), name=str(path))

    @classmethod
    def from_document(cls, document: object, *, name: str = "calibration") -> Calibration:
        """A calibration from its JSON object; raises as `load` does."""
        entries = Entries(document, name)
        entries.word("format", (FORMAT,))
        calibration = cls(
            date=_day(entries, name),
            points=tuple(_point(item) for item in entries.items("points")),
            device_serial=entries.text("device_serial", optional=True),
            step_material=entries.word("step_material", get_args(StepMaterial)),
            offset=entries.number("offset", (-1e6, 1e6), optional=True),
            name=Path(name).name,
        )
        entries.nothing_else()
        return calibration

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


def read_json(path: Path) -> object:
    """The document of a JSON file; `UsageError` where it cannot be read."""
    try:
        document: object = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise UsageError(f"{path}: is not JSON (line {error.lineno}: {error.msg}); mend it.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read ({error}); check the path.") from error
    return document


def _day(entries: Entries, name: str) -> str:
    text = entries.text("date") or ""
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        raise UsageError(f"{name}: date must be a day like 2026-01-31, not {text!r}.") from None


def _point(entries: Entries) -> CalibrationPoint:
    k = entries.number("k_cm2_g", (1, 20))
    relative_sd = entries.number("relative_sd", (0, 0.5))
    glandular = entries.number("glandular_fraction", (0, 1), optional=True, default=0.2)
    assert k is not None
    assert relative_sd is not None
    assert glandular is not None
    point = CalibrationPoint(
        k_cm2_g=k,
        relative_sd=relative_sd,
        anode=entries.optional_word("anode", get_args(Anode)),
        filter_material=entries.optional_word("filter_material", get_args(FilterMaterial)),
        filter_mm=entries.number("filter_mm", (0.005, 2), optional=True),
        kvp=entries.number("kvp", (15, 60), optional=True),
        thickness_mm=entries.number("thickness_mm", (5, 200), optional=True),
        glandular_fraction=glandular,
    )
    entries.nothing_else()
    return point


def _thickness_apart(point: CalibrationPoint, exposure: Exposure) -> float:
    if point.thickness_mm is None or exposure.thickness_mm is None:
        return 0.0
    return abs(point.thickness_mm - exposure.thickness_mm)
