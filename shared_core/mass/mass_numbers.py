"""The numbers of calcium mass of a view, a breast or an exam."""

from __future__ import annotations

from dataclasses import dataclass

from shared_core.mass.status import MassStatus, MassStratum


@dataclass(frozen=True)
class MassNumbers:
    """Calcium mass of a view, a breast or an exam; None where it cannot be known."""

    ha_mg: float | None = None
    """Hydroxyapatite."""
    ca_mg: float | None = None
    """Calcium in it."""
    low_mg: float | None = None
    """95 % interval of `ha_mg`."""
    high_mg: float | None = None
    stratum: MassStratum | None = None
    """Of a view and of an exam (Li 2025)."""
    reason: str | None = None
    """How sure it is, which view stands for a breast alone, or why there is none."""
    status: MassStatus | None = None
    """Of a breast and an exam with a mass: calibrated where all of its views are."""
    lod_mg: float | None = None
    """Limit of detection of hydroxyapatite on this mask; of a view, as are the next two."""
    k_cm2_g: float | None = None
    k_source: str | None = None
