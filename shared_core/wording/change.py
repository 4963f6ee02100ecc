"""Change over time in words, with the limits within which it lies."""

from __future__ import annotations

from typing import Final

from shared_core.change.change_over_time import Decision, QuantityChange

_DECIDED: Final[dict[Decision, str]] = {
    "increase": "Increase",
    "decrease": "Decrease",
    "no measurable change": "No measurable change",
    "cannot be decided": "Cannot be decided",
}


def decision_words(one: QuantityChange) -> str:
    """``Increase``, ``No measurable change`` and so on."""
    return _DECIDED[one.decision]


def change_sentence(one: QuantityChange, *, confidence: float = 0.95) -> str:
    """``Increase: +90.5 mm² in 4.0 years (…)``: the decision, and what it is based on."""
    return f"{decision_words(one)}: {change_words(one, confidence=confidence)}"


def change_words(one: QuantityChange, *, confidence: float = 0.95) -> str:
    """What changed, by how much, within which limits, and how much it takes to be seen.

    `confidence` is that the limits were asked for.
    """
    unit = f" {unit_words(one)}" if unit_words(one) else ""
    years = f"in {one.years[-1]:.1f} years"
    if not any(one.values):
        return "No BAC was marked in any of the exams."
    change = f"{_signed(one.change)}{unit} {years}"
    if one.change_limits is None:
        return f"{change}; the exams do not tell how much measuring again would give, so this may be nothing."
    low, high = one.change_limits
    limits = f"{100 * confidence:.0f} % limits {_signed(low)} to {_signed(high)}{unit}"
    if one.decision == "no measurable change":
        return f"{change} ({limits}): not more than measuring again would give."
    percent = f", {one.change_percent:+.0f} %" if one.change_percent is not None else ""
    return (
        f"{change} ({limits}{percent}); from {one.least_detectable_change:.3g}{unit} on, "
        "a change can be told from none."
    )


def _signed(value: float) -> str:
    return f"{value:+.3g}" if value else "0"


def unit_words(one: QuantityChange) -> str:
    """The unit as people write it."""
    return one.quantity.unit.replace("mm2", "mm²")
