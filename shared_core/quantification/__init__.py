"""What a BAC mask amounts to: pure functions on arrays, and the numbers of a view and an exam."""

from shared_core.quantification.exam import measure_exam
from shared_core.quantification.measurement import (
    BreastMeasurement,
    ExamMeasurement,
    MeasurementSettings,
    ViewMeasurement,
)
from shared_core.quantification.view import measure_view

__all__ = [
    "BreastMeasurement",
    "ExamMeasurement",
    "MeasurementSettings",
    "ViewMeasurement",
    "measure_exam",
    "measure_view",
]
