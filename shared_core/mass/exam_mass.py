"""Calcium mass of a breast and of an exam, from its views.

CC and MLO show the same arteries, so a breast has the **mean** of its two views, never their sum; an exam has
the sum over the two breasts. Where one of the two views is missing or has no number, the other stands for the
breast, and the reason says so. Where a breast has no number at all, the exam has none: half of a woman's
calcium is not her calcium.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Final

from shared_core.mass.mass_numbers import MassNumbers
from shared_core.mass.status import MassStatus, mass_stratum
from shared_core.physics.attenuation import CALCIUM_IN_HYDROXYAPATITE

_PROJECTIONS: Final = ("CC", "MLO")
_SIDES: Final = ("L", "R")


def breast_mass(side: str, views: Mapping[str, MassNumbers]) -> MassNumbers:
    """Mean of CC and MLO of one breast (`side` L or R); of one alone where the other has no number.

    Ends of the interval are averaged as if the views erred alike: k and scatter do. An empty mask has no
    interval, and leaves the breast without one.
    """
    labels = [side + projection for projection in _PROJECTIONS]
    known = {label: views[label] for label in labels if label in views and views[label].ha_mg is not None}
    if not known:
        return MassNumbers(reason=f"No view of breast {side} has a mass.")
    lacking = [label for label in labels if label not in known]
    mass = fmean(view.ha_mg for view in known.values() if view.ha_mg is not None)
    return MassNumbers(
        ha_mg=mass,
        ca_mg=mass * CALCIUM_IN_HYDROXYAPATITE,
        low_mg=_mean_or_none([view.low_mg for view in known.values()]),
        high_mg=_mean_or_none([view.high_mg for view in known.values()]),
        reason=f"Without {lacking[0]}, {next(iter(known))} stands for breast {side}." if lacking else None,
        status=_status_of(known.values()),
    )


def exam_mass(views: Mapping[str, MassNumbers]) -> MassNumbers:
    """Sum over both breasts of `breast_mass`; none where a breast has none."""
    breasts = [breast_mass(side, views) for side in _SIDES]
    masses = [breast.ha_mg for breast in breasts if breast.ha_mg is not None]
    reason = " ".join(breast.reason for breast in breasts if breast.reason) or None
    if len(masses) < len(breasts):
        return MassNumbers(reason=reason)
    ends = [_mean_or_none([getattr(breast, end) for breast in breasts]) for end in ("low_mg", "high_mg")]
    low, high = (None if end is None else len(breasts) * end for end in ends)
    mass = math.fsum(masses)
    status = _status_of(breasts)
    return MassNumbers(mass, mass * CALCIUM_IN_HYDROXYAPATITE, low, high, mass_stratum(mass), reason, status)


def _status_of(parts: Iterable[MassNumbers]) -> MassStatus | None:
    """Calibrated where every part is; None where one does not say."""
    statuses = {part.status for part in parts}
    if None in statuses:
        return None
    return "computed:calibrated" if statuses == {"computed:calibrated"} else "computed:uncalibrated"


def _mean_or_none(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if len(known) == len(values) else None
