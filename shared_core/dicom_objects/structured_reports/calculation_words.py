"""How a number came about, in a sentence: the calculation descriptions of the reports."""

from __future__ import annotations

from shared_core.quantities.number_formats import threshold
from shared_core.records.record_types import BreastRecord, ExamRecord, ViewRecord


def area_words(view: ViewRecord) -> str:
    """Of the area of a view."""
    pixels = f"{view.number('am_px')} pixels of the mask{_at_threshold(view)}"
    if view.spacing_mm is None:
        return f"{pixels}; the pixel spacing is unknown."
    row, column = view.spacing_mm
    return f"{pixels} x {row} mm x {column} mm ({view.spacing_source})."


def percentage_words(view: ViewRecord) -> str:
    """Of the percentage of a view."""
    bac, breast = view.number("bac_in_breast_area_px"), view.number("breast_area_px")
    return f"100 x {bac} pixels of BAC{_at_threshold(view)} / {breast} of {view.number('denominator')}."


def mass_words(record: ViewRecord | ExamRecord) -> str:
    """Of the mass of a view or of an exam."""
    numbers = record.numbers()
    words = ["Mass of hydroxyapatite"]
    if numbers["mass_ca_mg"] is not None:
        words.append(f", of which {numbers['mass_ca_mg']:.3g} mg are calcium")
    if numbers["mass_low_mg"] is not None and numbers["mass_high_mg"] is not None:
        words.append(f"; 95 % interval {numbers['mass_low_mg']:.3g} to {numbers['mass_high_mg']:.3g} mg")
    if numbers.get("mass_k_cm2_g") is not None:
        words.append(f"; k = {numbers['mass_k_cm2_g']:.4g} cm2/g ({numbers.get('mass_k_source')})")
    reason = numbers["mass_reason"]
    return "".join(words) + "." + (f" {reason}" if reason else "")


def mean_words(breast: BreastRecord) -> str:
    """Of the numbers of a breast."""
    return f"Mean over the views {', '.join(breast.views)}, which show the same arteries."


def _at_threshold(view: ViewRecord) -> str:
    return f" (p > {threshold(view.threshold)})" if view.threshold is not None else ""
