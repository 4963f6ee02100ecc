"""Measured exams as results, with records as `bac analyze` has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from shared_core.cohort.exam_export import USUAL_FORMATS, export_exam
from shared_core.cohort.reviewed_view import ReviewedView
from shared_core.dicom_objects.result_exam import ResultExam, ResultView
from shared_core.mammogram import Exam
from shared_core.quantification.exam import measure_exam
from shared_core.quantification.measurement import MeasurementSettings
from shared_core.records.view_and_exam import exam_record
from tests.dicom_objects.conftest import MeasuredExam

MASS: dict[str, Any] = {
    "mass_status": "computed:uncalibrated",
    "mass_reason": "Model-based, not calibrated at this site.",
    "mass_ha_mg": 49.66238073960794,
    "mass_ca_mg": 19.810323677029608,
    "mass_low_mg": 35.09681294668785,
    "mass_high_mg": 64.22794853252803,
    "mass_stratum": "40-60",
    "mass_lod_mg": 22.966627127357402,
    "mass_k_cm2_g": 5.993269964207562,
    "mass_k_source": "model: W/Rh 0.05 mm, 28 kV, 38.1 mm",
}


def result_of(exam: MeasuredExam) -> ResultExam:
    """Without pictures and probabilities."""
    headers = tuple(source.header for source in exam.sources)
    measurement = measure_exam([(view.source.header, view.measurement) for view in exam.views])
    views = tuple(ResultView(view.source, view.path.stem, view.record, view.mask) for view in exam.views)
    record = exam_record(Exam("exam", "P1", "20210304", headers), measurement)
    return ResultExam("exam", views, exam.home, exam.making, record)


def with_mass(exam: ResultExam) -> ResultExam:
    """As of raw images, on which calcium can be weighed."""
    views = tuple(
        replace(view, record={**view.record, "metrics": {**view.record["metrics"], **MASS}})
        for view in exam.views
    )
    assert exam.record is not None
    means = {f"mean_{key}": MASS[key] for key in ("mass_ha_mg", "mass_ca_mg", "mass_low_mg", "mass_high_mg")}
    breasts = [{**breast, **means} for breast in exam.record["breasts"]]
    record = {**exam.record, **{key: MASS[key] for key in MASS if key in exam.record}, "breasts": breasts}
    return replace(exam, views=views, record=record)


def with_provenance(exam: ResultExam, place: int, **changes: object) -> ResultExam:
    """One view made in another way."""
    views = list(exam.views)
    model = {**views[place].record["model"], **changes}
    views[place] = replace(views[place], record={**views[place].record, "model": model})
    return replace(exam, views=tuple(views))


def exported(exam: MeasuredExam, folder: Path, *, formats: Sequence[str] = USUAL_FORMATS) -> Path:
    """The exam in a folder of results, as a host exports it."""
    views = [
        ReviewedView(
            view.prepared,
            view.mask.astype(np.uint8),
            view.measurement,
            {**view.record["model"], "edited_by_hand": False},
            exam_key="exam",
        )
        for view in exam.views
    ]
    return export_exam(folder, views, settings=MeasurementSettings(), host="napari", formats=formats)
