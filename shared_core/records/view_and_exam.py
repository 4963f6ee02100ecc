"""The record of one view, of a failed file and of an exam: what stands in the JSON.

Every record has all its keys, in one order, null where the value is unknown. Nothing in it depends on
when or how fast it was made, so that a second run gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shared_core.grades.csbi import VesselKinds
from shared_core.mammogram import Exam, Laterality, MammogramHeader, PresentationIntent, View
from shared_core.notices import Notice
from shared_core.preprocessing.prepared import PreparedView
from shared_core.quantification.measurement import ExamMeasurement, ViewMeasurement
from shared_core.quantification.view_state import ViewState
from shared_core.records.canonical_json import plain
from shared_core.records.notice_record import notice_records, notices_of
from shared_core.wording.mass import exam_mass_words, view_mass_words
from shared_core.wording.report_sentence import exam_sentence, view_sentence

Record = dict[str, Any]


def view_record(
    header: MammogramHeader,
    prepared: PreparedView,
    measurement: ViewMeasurement,
    *,
    provenance: Mapping[str, object],
    notices: Sequence[Notice] = (),
    exam: str | None = None,
) -> Record:
    """The record of a measured view.

    Parameters
    ----------
    header, prepared, measurement
        Of the view.
    provenance
        How the mask came about: model, threshold, spacing, backend, device, versions.
    notices
        In the order in which they arose.
    exam
        Key of the exam that the view belongs to.
    """
    return {
        "file": _file(header),
        "status": "ok",
        "error": None,
        "exam": exam,
        **_what_the_file_says(header),
        "notices": notice_records(notices),
        "model": plain(provenance),
        "metrics": _metrics(prepared, measurement),
        "report_sentence": view_sentence(measurement, mass=view_mass_words(measurement)),
    }


def with_header(record: Mapping[str, Any], header: MammogramHeader, *, file: str) -> Record:
    """The same numbers with what a host knows of the image, which ran from a file without a header.

    Parameters
    ----------
    header
        Its notices come first.
    file
        By what people know the image.
    """
    notices = dict.fromkeys((*header.notices, *notices_of(record)))
    return {**record, "file": file, **_what_the_file_says(header), "notices": notice_records(notices)}


def failed_record(file: Path | str, error: str, *, header: MammogramHeader | None = None) -> Record:
    """The record of a file that could not be measured; `header` where at least that was read."""
    unknown = MammogramHeader(None, "", 0, 0, 0)
    return {
        "file": str(file),
        "status": "failed",
        "error": error,
        "exam": None,
        **_what_the_file_says(header or unknown),
        "notices": notice_records(header.notices) if header is not None else [],
        "model": None,
        "metrics": None,
        "report_sentence": None,
    }


def not_analysed_record(
    header: MammogramHeader, *, notices: Sequence[Notice] = (), exam: str | None = None
) -> Record:
    """The record of a view that nothing looked at: what the file says, and no number."""
    return {
        **failed_record(_file(header), "", header=header),
        "status": ViewState.NOT_ANALYSED.value,
        "error": None,
        "exam": exam,
        "notices": notice_records(notices),
        "report_sentence": view_sentence(None),
    }


def exam_record(exam: Exam, measurement: ExamMeasurement) -> Record:
    """The record of an exam; `views` lists all images found, `views_used` those that count."""
    return {
        "key": exam.key,
        "patient_id": exam.patient_id or None,
        "study_date": exam.study_date or None,
        "views": [{"file": _file(header), "view_label": header.view_label} for header in exam.headers],
        "views_used": list(measurement.views_used),
        "missing_views": list(measurement.missing_views),
        "views_analysed": measurement.views_analysed,
        "views_total": measurement.views_total,
        "views_not_analysed": list(measurement.views_not_analysed),
        "guo_index": plain(measurement.guo_index),
        "guo_index_available_views": plain(measurement.guo_index_available_views),
        "bac_percent_of_breast": plain(measurement.bac_percent_of_breast),
        "area_grade": measurement.area_grade,
        "area_grade_name": measurement.area_grade_name,
        "area_grade_percent": plain(measurement.area_grade_percent),
        "grade_profile": measurement.grade_profile,
        **_vessels(measurement.vessels_count, measurement.vessel_kinds),
        "calcified_length_mm": plain(measurement.calcified_length_mm),
        "csbi_grade": measurement.csbi_grade,
        "csbi_reason": measurement.csbi_reason,
        **plain(_mass(measurement)),
        "mass_reason": measurement.mass_reason,
        "report_sentence": exam_sentence(measurement, mass=exam_mass_words(measurement)),
        "breasts": plain(measurement.breasts),
        "notices": notice_records((*exam.notices, *measurement.notices)),
    }


def _file(header: MammogramHeader) -> str:
    return str(header.path) if header.path is not None else header.name


def _what_the_file_says(header: MammogramHeader) -> Record:
    spacing = header.spacing
    return {
        "view": header.view.value if header.view is not View.UNKNOWN else None,
        "laterality": header.laterality.value if header.laterality is not Laterality.UNKNOWN else None,
        "view_modifiers": [modifier.value for modifier in header.modifiers],
        "spacing_mm": [plain(spacing.row_mm), plain(spacing.column_mm)] if spacing is not None else None,
        "spacing_source": spacing.source.value if spacing is not None else None,
        "intent": header.intent.value if header.intent is not PresentationIntent.UNKNOWN else None,
        "manufacturer": header.acquisition.manufacturer,
        "synthetic_2d": header.acquisition.synthetic_2d,
    }


def _vessels(count: int | None, kinds: VesselKinds | None) -> Record:
    return {
        "vessels_count": count,
        "vessels_punctate": kinds.punctate if kinds is not None else None,
        "vessels_coarse": kinds.coarse if kinds is not None else None,
        "vessels_tram_track": kinds.tram_track if kinds is not None else None,
        "vessels_unknown": kinds.unknown if kinds is not None else None,
    }


def _mass(measurement: ViewMeasurement | ExamMeasurement) -> Record:
    return {
        "mass_ha_mg": measurement.mass_ha_mg,
        "mass_ca_mg": measurement.mass_ca_mg,
        "mass_low_mg": measurement.mass_low_mg,
        "mass_high_mg": measurement.mass_high_mg,
        "mass_stratum": measurement.mass_stratum,
    }


def _metrics(prepared: PreparedView, measurement: ViewMeasurement) -> Record:
    m = measurement
    exclusions_px: dict[str, int] = {}
    for what, pixels in prepared.exclusions_px:
        exclusions_px[what] = exclusions_px.get(what, 0) + int(pixels)
    metrics: Record = plain(
        {
            "pm": m.pm,
            "am_px": m.am_px,
            "sim": m.sim,
            "tam_px": m.tam_px,
            "tsim": m.tsim,
            "tam_threshold": m.intensity_threshold,
            "tam_comparison": m.intensity_comparison,
            "bac_area_mm2": m.bac_area_mm2,
            "breast_area_px": m.breast_area_px,
            "breast_area_mm2": m.breast_area_mm2,
            "bac_in_breast_area_px": m.bac_in_breast_area_px,
            "bac_percent_of_breast": m.bac_percent_of_breast,
            "denominator": m.denominator,
            "area_grade": m.area_grade,
            "area_grade_name": m.area_grade_name,
            "area_grade_percent": m.area_grade_percent,
            "area_grade_denominator": m.area_grade_denominator,
            "grade_profile": m.grade_profile,
            "tam_per_breast_area": m.tam_per_breast_area,
            "parts_count": m.parts_count,
            "largest_part_px": m.largest_part_px,
            **_vessels(m.vessels_count, m.vessel_kinds),
            "segments_count": m.segments_count,
            "calcified_length_px": m.calcified_length_px,
            "calcified_length_mm": m.calcified_length_mm,
            "mean_calibre_mm": m.mean_calibre_mm,
            "csbi_grade": m.csbi_grade,
            "csbi_reason": m.csbi_reason,
            "mass_status": m.mass_status,
            "mass_reason": m.mass_reason,
            **_mass(m),
            "mass_lod_mg": m.mass_lod_mg,
            "mass_k_cm2_g": m.mass_k_cm2_g,
            "mass_k_source": m.mass_k_source,
            "exclusions_px": exclusions_px,
        }
    )
    return metrics
