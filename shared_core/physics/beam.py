"""The X-ray beam of an exposure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Anode = Literal["Mo", "Rh", "W"]
FilterMaterial = Literal["Mo", "Rh", "Ag", "Al"]


@dataclass(frozen=True)
class Beam:
    """Anode, filter and tube voltage."""

    anode: Anode
    filter_material: FilterMaterial
    filter_mm: float
    kvp: float
