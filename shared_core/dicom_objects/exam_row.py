"""The record of an exam from its row in ``exams.csv``, where everything of it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from shared_core.grades.csbi import VesselKinds
from shared_core.mammogram import Exam
from shared_core.quantification.measurement import BreastMeasurement, ExamMeasurement
from shared_core.records.results_folder import Row
from shared_core.records.view_and_exam import exam_record

_SIDES: Final = {"left": "L", "right": "R"}
_KINDS: Final = ("punctate", "coarse", "tram_track", "unknown")


def exam_of_row(row: Row) -> dict[str, Any]:
    """What `exam_record` gave for the exam, but for the list of all images, which no row has.

    Parameters
    ----------
    row
        From `read_table`.
    """
    measurement = _measurement(row)
    exam = Exam(str(row["key"]), str(row["patient_id"] or ""), str(row["study_date"] or ""), ())
    return exam_record(exam, measurement)


def _measurement(row: Row) -> ExamMeasurement:
    used = _list(row["views_used"])
    kinds = [_count(row[f"vessels_{kind}"]) for kind in _KINDS]
    return ExamMeasurement(
        guo_index=_number(row["guo_index"]),
        guo_index_available_views=_number(row["guo_index_available_views"]),
        views_used=used,
        missing_views=_list(row["missing_views"]),
        breasts=tuple(
            _breast(row, side, letter, used)
            for side, letter in _SIDES.items()
            if any(label.startswith(letter) for label in used)
        ),
        bac_percent_of_breast=_number(row["bac_percent_of_breast"]),
        area_grade=_count(row["area_grade"]),
        area_grade_name=_text(row["area_grade_name"]),
        area_grade_percent=_number(row["area_grade_percent"]),
        grade_profile=cast(Any, _text(row["grade_profile"])),
        warnings=_list(row["warnings"]),
        # Tables of versions that did not count them have no such columns.
        views_analysed=_count(row.get("views_analysed")) or 0,
        views_total=_count(row.get("views_total")) or 0,
        views_not_analysed=_list(row.get("views_not_analysed")),
        vessels_count=_count(row["vessels_count"]),
        vessel_kinds=_kinds(kinds),
        calcified_length_mm=_number(row["calcified_length_mm"]),
        csbi_grade=_count(row["csbi_grade"]),
        csbi_reason=_text(row["csbi_reason"]),
        mass_ha_mg=_number(row["mass_ha_mg"]),
        mass_ca_mg=_number(row["mass_ca_mg"]),
        mass_low_mg=_number(row["mass_low_mg"]),
        mass_high_mg=_number(row["mass_high_mg"]),
        mass_stratum=cast(Any, _text(row["mass_stratum"])),
        mass_reason=_text(row["mass_reason"]),
    )


def _breast(row: Row, side: str, letter: str, used: tuple[str, ...]) -> BreastMeasurement:
    own: Mapping[str, Any] = {
        column.removeprefix(f"{side}_"): cell for column, cell in row.items() if column.startswith(f"{side}_")
    }
    return BreastMeasurement(
        laterality=letter,
        views=tuple(label for label in used if label.startswith(letter)),
        mean_bac_area_mm2=_number(own["mean_bac_area_mm2"]),
        mean_bac_percent_of_breast=_number(own["mean_bac_percent_of_breast"]),
        max_area_grade=_count(own["max_area_grade"]),
        vessels_count=_count(own["vessels_count"]),
        mean_calcified_length_mm=_number(own["mean_calcified_length_mm"]),
        mean_mass_ha_mg=_number(own["mean_mass_ha_mg"]),
        mean_mass_ca_mg=_number(own["mean_mass_ca_mg"]),
        mean_mass_low_mg=_number(own["mean_mass_low_mg"]),
        mean_mass_high_mg=_number(own["mean_mass_high_mg"]),
    )


def _kinds(counts: list[int | None]) -> VesselKinds | None:
    known = [count for count in counts if count is not None]
    return VesselKinds(*known) if len(known) == len(counts) else None


def _number(cell: object) -> float | None:
    return None if cell is None else float(cast(Any, cell))


def _count(cell: object) -> int | None:
    """Tables are read as numbers with a point."""
    return None if cell is None else int(cast(Any, cell))


def _text(cell: object) -> str | None:
    if isinstance(cell, float):  # a stratum of 0
        return f"{cell:g}"
    return None if cell is None else str(cell)


def _list(cell: object) -> tuple[str, ...]:
    return tuple(str(cell).split(" | ")) if cell else ()
