"""How a number came about, in a sentence: the calculation descriptions of the reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Record = Mapping[str, Any]


def area_words(view: Record) -> str:
    """Of the area of a view, from its JSON."""
    pixels, spacing = view["metrics"]["am_px"], view["spacing_mm"]
    if spacing is None:
        return f"{pixels} pixels of the mask; the pixel spacing is unknown."
    row, column = spacing
    return f"{pixels} pixels of the mask x {row} mm x {column} mm ({view['spacing_source']})."


def percentage_words(view: Record) -> str:
    """Of the percentage of a view, from its JSON."""
    m = view["metrics"]
    return f"100 x {m['bac_in_breast_area_px']} pixels of BAC / {m['breast_area_px']} of {m['denominator']}."


def mass_words(numbers: Record) -> str:
    """Of the mass of a view, from its ``metrics``, or of an exam, from its record."""
    words = ["Mass of hydroxyapatite"]
    if numbers.get("mass_ca_mg") is not None:
        words.append(f", of which {numbers['mass_ca_mg']:.3g} mg are calcium")
    if numbers.get("mass_low_mg") is not None and numbers.get("mass_high_mg") is not None:
        words.append(f"; 95 % interval {numbers['mass_low_mg']:.3g} to {numbers['mass_high_mg']:.3g} mg")
    if numbers.get("mass_k_cm2_g") is not None:
        words.append(f"; k = {numbers['mass_k_cm2_g']:.4g} cm2/g ({numbers.get('mass_k_source')})")
    reason = numbers.get("mass_reason")
    return "".join(words) + "." + (f" {reason}" if reason else "")


def mean_words(breast: Record) -> str:
    """Of the numbers of a breast."""
    return f"Mean over the views {', '.join(breast['views'])}, which show the same arteries."
