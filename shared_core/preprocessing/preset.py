"""The preprocessing that belongs to a model: everything here changes its result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class PreprocessingPreset:
    """Named choice of the steps between a mammogram and the model's 8-bit image."""

    name: str
    median_px: int = 5
    """Side of the median filter on the 8-bit image (Guo 2021: 5); 0 for none."""
    breast_area: Literal["positive-pixels", "breast-mask"] = "breast-mask"
    """Denominator: pixels > 0 after the median (published code) or the breast mask."""
    valid_area: bool = True
    """Keep collimation, film edge, white borders, paddles, labels and markers out."""
    opening_radius_px: int = 10
    """Disk radius of the opening that takes labels off (Guo 2021: 10)."""
