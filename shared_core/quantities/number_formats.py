"""How a number is written for people; full precision stands in JSON and tables."""

from __future__ import annotations

from collections.abc import Callable

NumberFormat = Callable[[float], str]


def decimals(digits: int) -> NumberFormat:
    """Of a fixed number of digits after the point: ``1105.8``."""
    return lambda value: f"{value:.{digits}f}"


def whole(value: float) -> str:
    """``21594``: tables are copied into other programs, which stumble over separators."""
    return f"{value:.0f}"


def count(value: float) -> str:
    """``21,594``, in pictures and sentences."""
    return f"{value:,.0f}"


def percent(value: float) -> str:
    """``1.50``; three digits below 0.1 so that small is not shown as none."""
    return f"{value:.2f}" if value >= 0.1 or value == 0 else f"{value:.3f}"


def threshold(value: object) -> str:
    """``0.29``: a calibrated threshold has sixteen digits, the whole of which stands in the tables."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)
