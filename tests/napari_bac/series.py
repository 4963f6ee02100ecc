"""Results of a batch without running one: tables, masks, and small images they are of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared_core import find_exams
from shared_core.exporting.png import encode_png
from shared_core.mammogram import Exam
from shared_core.records.tables import exams_csv, views_csv
from tests.napari_bac import pictures
from tests.record_builders import a_view, an_exam

GROWING = {
    "20160101": {"LCC": 50, "LMLO": 52, "RCC": 40, "RMLO": 41},
    "20180101": {"LCC": 75, "LMLO": 80, "RCC": 61, "RMLO": 60},
    "20200101": {"LCC": 101, "LMLO": 99, "RCC": 80, "RMLO": 84},
}
"""BAC area in mm² by date and view."""


def write_images(folder: Path, dates: Mapping[str, Any]) -> list[Exam]:
    """Four small views a date."""
    for date in dates:
        pictures.write_exam(folder / date, date=date)
    return list(find_exams(folder).exams)


def write_results(folder: Path, exams: list[Exam], areas: Mapping[str, Mapping[str, float]]) -> Path:
    """Tables and masks of exams, as of a batch with one model."""
    folder.mkdir(parents=True, exist_ok=True)
    views, rows = [], []
    for exam in exams:
        for header in exam.headers:
            assert header.path is not None
            area = float(areas[exam.study_date][header.view_label])
            views.append(
                a_view(
                    header.view_label,
                    numbers={"bac_area_mm2": area, "am_px": 12},
                    file=str(header.path),
                    exam=exam.key,
                    spacing_mm=(0.2, 0.2),
                    manufacturer="HOLOGIC",
                )
            )
            base = folder / exam.key / header.path.stem
            base.parent.mkdir(exist_ok=True)
            mask = pictures.truth(header.laterality)
            base.with_name(f"{base.name}_mask.png").write_bytes(encode_png(mask.astype("uint8") * 255))
            base.with_suffix(".json").write_text(json.dumps({"file": str(header.path)}))
        rows.append(
            an_exam(
                exam.key,
                numbers={"bac_percent_of_breast": 1.25},
                patient_id=exam.patient_id,
                study_date=exam.study_date,
            )
        )
    (folder / "views.csv").write_bytes(views_csv(views))
    (folder / "exams.csv").write_bytes(exams_csv(rows))
    return folder
