"""Scattered radiation behind the breast, as a part of the primary."""

from __future__ import annotations

from typing import Final

WITHOUT_GRID_THIN: Final = 0.30
WITHOUT_GRID_THICK: Final = 0.85
"""Scatter-to-primary ratio at 20 and 80 mm without a grid; published: 0.40-0.85 over usual thickness."""
GRID_PASSES: Final = 0.13 / 0.73
"""Scatter / primary that a grid lets through at 5 cm (Xia, Proc. SPIE 5745)."""


def scatter_to_primary(thickness_mm: float, *, grid: bool) -> float:
    """Scatter-to-primary ratio behind a compressed breast.

    Straight line in the thickness: 0.30 at 20 mm to 0.85 at 80 mm, and 18 % of it with a grid
    (0.05 to 0.15). Outside of 10-100 mm the value of the end is taken.
    """
    thickness = min(max(thickness_mm, 10.0), 100.0)
    share = (thickness - 20.0) / 60.0
    ratio = (1 - share) * WITHOUT_GRID_THIN + share * WITHOUT_GRID_THICK
    return ratio * GRID_PASSES if grid else ratio
