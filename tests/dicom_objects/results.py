"""Measured exams as results, with records as `bac analyze` has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import structs

from shared_core.cohort.exam_export import USUAL_FORMATS, export_exam
from shared_core.cohort.reviewed_view import ReviewedView
from shared_core.dicom_objects.result_exam import ResultExam, ResultView
from shared_core.mammogram import Exam
from shared_core.quantification.exam import measure_exam
from shared_core.quantification.measurement import MeasurementSettings
from shared_core.records.view_and_exam import exam_record
from tests.dicom_objects.conftest import MeasuredExam

MASS: dict[str, Any] = {
    "status": "computed:uncalibrated",
    "reason": "Model-based, not calibrated at this site.",
    "ha_mg": 49.66238073960794,
    "ca_mg": 19.810323677029608,
    "low_mg": 35.09681294668785,
    "high_mg": 64.22794853252803,
    "stratum": "40-60",
    "lod_mg": 22.966627127357402,
    "k_cm2_g": 5.993269964207562,
    "k_source": "model: W/Rh 0.05 mm, 28 kV, 38.1 mm",
}


def result_of(exam: MeasuredExam) -> ResultExam:
    """Without pictures and probabilities."""
    headers = tuple(source.header for source in exam.sources)
    measurement = measure_exam([(view.source.header, view.measurement) for view in exam.views])
    views = tuple(ResultView(view.source, view.path.stem, view.record, view.mask) for view in exam.views)
    provenances = [view.record.provenance for view in exam.views]
    record = exam_record(Exam("exam", "P1", "20210304", headers), measurement, provenances=provenances)
    return ResultExam("exam", views, exam.home, exam.making, record)


def with_mass(exam: ResultExam) -> ResultExam:
    """As of raw images, on which calcium can be weighed."""
    views = tuple(replace(view, record=_with_mass(view.record)) for view in exam.views)
    assert exam.record is not None
    breasts = tuple(_with_mass(breast) for breast in exam.record.breasts)
    return replace(exam, views=views, record=structs.replace(_with_mass(exam.record), breasts=breasts))


def _with_mass(record: Any) -> Any:
    mass = {key: MASS[key] for key in record.metrics["mass"]}
    return structs.replace(record, metrics={**record.metrics, "mass": mass})


def with_provenance(exam: ResultExam, place: int, **changes: object) -> ResultExam:
    """One view made in another way."""
    views = list(exam.views)
    model = {**views[place].record.provenance, **changes}
    views[place] = replace(views[place], record=structs.replace(views[place].record, model=model))
    return replace(exam, views=tuple(views))


def exported(exam: MeasuredExam, folder: Path, *, formats: Sequence[str] = USUAL_FORMATS) -> Path:
    """The exam in a folder of results, as a host exports it."""
    views = [
        ReviewedView(
            view.prepared,
            view.mask.astype(np.uint8),
            view.measurement,
            {**view.record.provenance, "edited_by_hand": False},
            exam_key="exam",
        )
        for view in exam.views
    ]
    return export_exam(folder, views, settings=MeasurementSettings(), host="napari", formats=formats)
