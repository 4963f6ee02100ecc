"""Where a value stands among those of people of the same age."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from shared_core.statistics.paired_samples import Values

BAND_YEARS: Final = 5
LEAST_IN_BAND: Final = 20
"""People of an age group below which no percentile is given."""


@dataclass(frozen=True)
class AgePercentile:
    """Of one value."""

    percentile: float
    """Share with a lower value, ties half, in percent; NaN where the age group is too small."""
    band: str
    """The age group: ``55-59``."""
    n: int
    """People in it."""


def age_percentile(value: float, age: float, *, ages: Values, values: Values) -> AgePercentile:
    """Percentile rank of a value among people of the same five years of age.

    Parameters
    ----------
    ages, values
        (people,) of the site.
    """
    start = int(age // BAND_YEARS) * BAND_YEARS
    own = values[(ages >= start) & (ages < start + BAND_YEARS)]
    percentile = float("nan")
    if own.size >= LEAST_IN_BAND:
        percentile = 100 * float(np.mean(own < value) + np.mean(own == value) / 2)
    return AgePercentile(percentile, f"{start}-{start + BAND_YEARS - 1}", int(own.size))
