"""Paired samples, checked before anything is computed from them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared_core.errors import UsageError

Values = NDArray[np.float64]
Limits = tuple[float, float]


def values(sample: ArrayLike, *, at_least: int = 1, what: str = "values") -> Values:
    """A flat float64 array; `UsageError` where there are too few values, or one is not finite."""
    array = np.asarray(sample, dtype=np.float64).ravel()
    if array.size < at_least:
        raise UsageError(f"At least {at_least} {what} are needed; there are {array.size}.")
    if not np.isfinite(array).all():
        raise UsageError(f"The {what} must be finite numbers; leave out the pairs with missing ones.")
    return array


def pairs(first: ArrayLike, second: ArrayLike, *, at_least: int = 2) -> tuple[Values, Values]:
    """Two arrays of one length.

    `UsageError` where the lengths differ, there are too few pairs, or a value is not finite.
    """
    one = values(first, at_least=at_least, what="pairs")
    other = values(second, at_least=at_least, what="pairs")
    if one.size != other.size:
        raise UsageError(f"Paired samples must have one length; these have {one.size} and {other.size}.")
    return one, other


def around(centre: float, half: float) -> Limits:
    """Limits on both sides."""
    return float(centre - half), float(centre + half)


def ratio(part: float, whole: float) -> float:
    """part / whole; NaN where there is no whole."""
    return part / whole if whole else float("nan")
