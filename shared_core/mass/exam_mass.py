"""Calcium mass of a breast and of an exam, from its views.

CC and MLO show the same arteries, so a breast has the **mean** of its two views, never their sum; an exam has
the sum over the two breasts. Where one of the two views is missing or has no number, the other stands for the
breast, and the reason says so. Where a breast has no number at all, the exam has none: half of a woman's
calcium is not her calcium.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from shared_core.mass.status import MassStratum, mass_stratum
from shared_core.physics.attenuation import CALCIUM_IN_HYDROXYAPATITE

_PROJECTIONS: Final = ("CC", "MLO")
_SIDES: Final = ("L", "R")


@dataclass(frozen=True)
class ViewMass:
    """What one view gives; None where it has no number."""

    label: str
    """``LCC``, ``LMLO``, ``RCC`` or ``RMLO``."""
    mass_ha_mg: float | None
    low_mg: float | None
    high_mg: float | None


@dataclass(frozen=True)
class JoinedMass:
    """Mass of a breast or an exam, hydroxyapatite; None where there is none, and why."""

    mass_ha_mg: float | None
    low_mg: float | None
    """95 % interval, None where a view has none (an empty mask)."""
    high_mg: float | None
    reason: str

    @property
    def mass_ca_mg(self) -> float | None:
        """Calcium in it."""
        return None if self.mass_ha_mg is None else self.mass_ha_mg * CALCIUM_IN_HYDROXYAPATITE

    @property
    def stratum(self) -> MassStratum | None:
        """Li's stratum."""
        return None if self.mass_ha_mg is None else mass_stratum(self.mass_ha_mg)


def breast_mass(side: str, views: Sequence[ViewMass]) -> JoinedMass:
    """Mean of CC and MLO of one breast (`side` L or R); of one alone where the other has no number.

    Ends of the interval are averaged as if the views erred alike: k and scatter do.
    """
    known = [view for view in views if view.label in _labels(side) and view.mass_ha_mg is not None]
    if not known:
        return JoinedMass(None, None, None, f"No view of breast {side} has a mass.")
    lacking = [label for label in _labels(side) if label not in {view.label for view in known}]
    reason = f"Without {lacking[0]}, {known[0].label} stands for breast {side}." if lacking else ""
    return JoinedMass(
        fmean(view.mass_ha_mg for view in known if view.mass_ha_mg is not None),
        _mean_or_none([view.low_mg for view in known]),
        _mean_or_none([view.high_mg for view in known]),
        reason,
    )


def exam_mass(views: Sequence[ViewMass]) -> JoinedMass:
    """Sum over both breasts of `breast_mass`; none where a breast has none."""
    breasts = [breast_mass(side, views) for side in _SIDES]
    masses = [breast.mass_ha_mg for breast in breasts if breast.mass_ha_mg is not None]
    reason = " ".join(breast.reason for breast in breasts if breast.reason)
    if len(masses) < len(breasts):
        return JoinedMass(None, None, None, reason)
    ends = [_mean_or_none([getattr(breast, end) for breast in breasts]) for end in ("low_mg", "high_mg")]
    low, high = (None if end is None else len(breasts) * end for end in ends)
    return JoinedMass(math.fsum(masses), low, high, reason)


def _labels(side: str) -> tuple[str, ...]:
    return tuple(side + projection for projection in _PROJECTIONS)


def _mean_or_none(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if len(known) == len(values) else None
