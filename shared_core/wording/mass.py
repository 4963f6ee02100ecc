"""Calcium mass in words, for the draft of a report."""

from __future__ import annotations

from shared_core.mass.mass_numbers import MassNumbers
from shared_core.quantification.measurement import ExamMeasurement, ViewMeasurement


def view_mass_words(measurement: ViewMeasurement) -> str:
    """``mass 12.3 mg hydroxyapatite (95 % interval 9.8 to 14.8, uncalibrated)``, or why there is none."""
    kind, _, which = (measurement.mass.status or "").partition(":")
    if kind == "not_computed":
        return f"mass not computed: {which.replace('_', ' ')}"
    return _words(measurement.mass)


def exam_mass_words(measurement: ExamMeasurement) -> str:
    """The same for an exam."""
    return _words(measurement.mass)


def _words(mass: MassNumbers) -> str:
    if mass.ha_mg is None:
        return "mass not computed"
    beside = []
    if mass.low_mg is not None and mass.high_mg is not None:
        beside.append(f"95 % interval {max(mass.low_mg, 0):.1f} to {mass.high_mg:.1f}")
    if mass.status is not None:
        beside.append(mass.status.partition(":")[2])
    words = f"mass {mass.ha_mg:.1f} mg hydroxyapatite"
    return f"{words} ({', '.join(beside)})" if beside else words
