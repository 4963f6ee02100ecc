"""What is true of one simulated view and what was measured on it: one row of the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import NoneType
from typing import Any, get_args, get_type_hints


@dataclass(frozen=True)
class Vessels:
    """Measured from one mask of vessel bands."""

    vessels: int
    length_mm: float
    grade: int | None
    """CSBI-type, of this view alone."""
    area_mm2: float


@dataclass(frozen=True)
class Mass:
    """Hydroxyapatite measured on the raw image under one mask; None where there is no number."""

    mg: float | None
    low_mg: float | None
    """95 % interval; None for an empty mask."""
    high_mg: float | None


@dataclass(frozen=True)
class ViewRow:
    """One view."""

    patient: int
    """Seed of the cohort of this one patient."""
    severity: str
    density: str
    laterality: str
    view: str
    style: str
    anode: str
    filter: str
    kvp: float
    compressed_mm: float
    true_mg: float
    true_vessels: int
    true_length_mm: float
    true_grade: int
    dice: float | None
    """Of the mask in our processing with the true band; None where both are empty."""
    predicted_px: int
    """Marked by the published weights in our processing."""
    published_px: int | None
    """Marked by the published processing; only on views without BAC."""
    band: Vessels
    """From the true vessel band."""
    model: Vessels
    """From the mask in our processing."""
    calcium_mass: Mass
    """Under the true calcium mask."""
    model_mass: Mass
    """Under the mask in our processing."""
    code: str
    """Fingerprint of the code that simulated and measured."""

    @property
    def has_bac(self) -> bool:
        """Whether there is arterial calcium in the image."""
        return self.true_vessels > 0


PARTS = (Vessels, Mass)


def row_cells(row: ViewRow | Vessels | Mass) -> dict[str, str]:
    """Name and text of each column; parts of a part are ``part.name``, and None is empty."""
    found: dict[str, str] = {}
    for field in fields(row):
        value = getattr(row, field.name)
        if isinstance(value, PARTS):
            found |= {f"{field.name}.{name}": text for name, text in row_cells(value).items()}
        else:
            found[field.name] = "" if value is None else str(value)
    return found


def row_from_cells(cells: Mapping[str, str]) -> ViewRow:
    """The row again, value for value.

    Raises
    ------
    ValueError
        If a text is not of the column's kind.
    KeyError
        If a column is missing.
    """
    row = _part(ViewRow, cells, "")
    assert isinstance(row, ViewRow)
    return row


def columns(kind: type = ViewRow, prefix: str = "") -> list[str]:
    """Names of the columns in their order."""
    names: list[str] = []
    for name, hint in _parts(kind):
        names += columns(hint, f"{prefix}{name}.") if hint in PARTS else [prefix + name]
    return names


def _part(kind: type, cells: Mapping[str, str], prefix: str) -> object:
    values = {
        name: _part(hint, cells, f"{prefix}{name}.") if hint in PARTS else _value(hint, cells[prefix + name])
        for name, hint in _parts(kind)
    }
    return kind(**values)


def _parts(kind: type) -> list[tuple[str, Any]]:
    hints = get_type_hints(kind)
    return [(field.name, hints[field.name]) for field in fields(kind)]


def _value(hint: Any, text: str) -> object:
    kinds = get_args(hint) or (hint,)
    return None if not text and NoneType in kinds else kinds[0](text)
