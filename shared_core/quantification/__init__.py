"""What a BAC mask amounts to: pure functions on arrays, and the numbers of a view and an exam."""

from shared_core.quantification.calibration import Calibration
from shared_core.quantification.exam import measure_exam
from shared_core.quantification.mass import MassResult, mass_refusal, measure_mass
from shared_core.quantification.measurement import (
    BreastMeasurement,
    ExamMeasurement,
    MeasurementSettings,
    ViewMeasurement,
)
from shared_core.quantification.report_sentence import exam_sentence, view_sentence
from shared_core.quantification.vessel import Vessel, VesselMap
from shared_core.quantification.vessels import find_vessels
from shared_core.quantification.view import measure_view, view_vessels

__all__ = [
    "BreastMeasurement",
    "Calibration",
    "ExamMeasurement",
    "MassResult",
    "MeasurementSettings",
    "Vessel",
    "VesselMap",
    "ViewMeasurement",
    "exam_sentence",
    "find_vessels",
    "mass_refusal",
    "measure_exam",
    "measure_mass",
    "measure_view",
    "view_sentence",
    "view_vessels",
]
