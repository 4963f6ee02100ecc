"""Numbers of a recipe that must lie between two limits."""

from __future__ import annotations

import math

from shared_core.documents import DocumentError


def check_range(name: str, value: float, low: float, high: float = math.inf) -> None:
    """Raise a `DocumentError` that names the field, where its value is not from `low` to `high`."""
    if not math.isfinite(value) or not low <= value <= high:
        limits = f"at least {low:g}" if high == math.inf else f"from {low:g} to {high:g}"
        raise DocumentError(f"{name} must be {limits}, not {value:g}")
