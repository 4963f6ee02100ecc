"""Calcium mass in words, for the draft of a report."""

from __future__ import annotations

from shared_core.quantification.measurement import ExamMeasurement, ViewMeasurement


def view_mass_words(measurement: ViewMeasurement) -> str:
    """``mass 12.3 mg hydroxyapatite (95 % interval 9.8 to 14.8, uncalibrated)``, or why there is none."""
    kind, _, which = (measurement.mass.status or "").partition(":")
    if kind == "not_computed":
        return f"mass not computed: {which.replace('_', ' ')}"
    return _words(measurement.mass.ha_mg, measurement.mass.low_mg, measurement.mass.high_mg, f", {which}")


def exam_mass_words(measurement: ExamMeasurement) -> str:
    """The same for an exam."""
    if measurement.mass.ha_mg is None:
        return "mass not computed"
    return _words(measurement.mass.ha_mg, measurement.mass.low_mg, measurement.mass.high_mg, "")


def _words(mass: float | None, low: float | None, high: float | None, kind: str) -> str:
    if mass is None:
        return "mass not computed"
    if low is None or high is None:
        return f"mass {mass:.1f} mg hydroxyapatite"
    return f"mass {mass:.1f} mg hydroxyapatite (95 % interval {max(low, 0):.1f} to {high:.1f}{kind})"
