"""Tables of results as serial exams leave them, without any images."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from shared_core.records.tables import exam_columns, view_columns

VIEWS = ("LCC", "LMLO", "RCC", "RMLO")


def serial_results(folder: Path, exams: list[tuple[str, str, str, dict[str, float]]]) -> Path:
    """Tables of (exam, patient, date, area by view)."""
    folder.mkdir()
    with (
        (folder / "views.csv").open("w", newline="") as views,
        (folder / "exams.csv").open("w", newline="") as table,
    ):
        of_views, of_exams = csv.DictWriter(views, view_columns()), csv.DictWriter(table, exam_columns())
        of_views.writeheader()
        of_exams.writeheader()
        for key, patient, day, areas in exams:
            of_exams.writerow({"key": key, "patient_id": patient, "study_date": day})
            for view, area in areas.items():
                row = {"file": f"{view}.dcm", "status": "ok", "exam": key, "view": view[1:]}
                row |= {"laterality": view[0], "synthetic_2d": "false", "bac_area_mm2": str(area)}
                row |= {"threshold": "0.5", "tam_per_breast_area": str(area / 1e4)}
                of_views.writerow(row)
    return folder


def areas_of_views(level: float, seed: int) -> dict[str, float]:
    """An area of about this in mm² for each view."""
    random = np.random.default_rng(seed)
    return {view: level * float(np.exp(random.normal(0, 0.05))) for view in VIEWS}
