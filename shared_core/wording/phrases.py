"""The numbers of a view in words for pictures: short, rounded to what can be read off."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from shared_core.grades.csbi import AUTOMATED
from shared_core.quantification.measurement import ExamMeasurement, ViewMeasurement
from shared_core.quantities import number_formats
from shared_core.quantities.number_formats import count as count, threshold as threshold

RESEARCH_USE: Final = "Research use only - not a diagnosis"
HEAT_MAP: Final = "Heat map: where the classifier looked"
UNKNOWN: Final = "-"


def view_name(label: str) -> str:
    """``L-CC`` from ``LCC``; ``view unknown`` where nothing is known."""
    if label == "??":
        return "view unknown"
    return f"{label[0]}-{label[1:]}"


def counted(number: int, noun: str) -> str:
    """``1 exam``, ``2 exams``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def area_mm2(value: float | None) -> str:
    """``105.8``, or a dash."""
    return f"{value:,.1f}" if value is not None else UNKNOWN


def percentage(value: float | None) -> str:
    """``1.50``, or a dash; three digits below 0.1 so that small is not shown as none."""
    if value is None:
        return UNKNOWN
    return number_formats.percent(value)


def grade(measurement: ViewMeasurement | ExamMeasurement) -> str:
    """``1 mild``, or a dash."""
    if measurement.area_grade is None:
        return UNKNOWN
    return f"{measurement.area_grade} {measurement.area_grade_name}"


def bac_area(measurement: ViewMeasurement) -> str:
    """``BAC 105.8 mm² (21,594 px)``; pixels alone where mm² are not known, neither of a heat map."""
    if measurement.heat_map:
        return HEAT_MAP
    if measurement.am_px == 0:
        return "No BAC marked"
    pixels = f"{count(measurement.am_px)} px"
    if measurement.bac_area_mm2 is None:
        return f"BAC {pixels}"
    return f"BAC {area_mm2(measurement.bac_area_mm2)} mm² ({pixels})"


def is_heat_map(provenance: Mapping[str, object]) -> bool:
    """Whether what is marked is where a classifier of whole views looked: that is no area of calcium."""
    return provenance.get("mask_style") == "heat-map"


def classified(measurement: ViewMeasurement) -> str:
    """``Probability of BAC 0.87``, what a classifier says of the view."""
    known = measurement.bac_probability
    return f"Probability of BAC {'not known' if known is None else f'{known:.2f}'}"


def short_bac_area(measurement: ViewMeasurement) -> str:
    """``BAC 105.8 mm²``, or ``BAC 21,594 px``."""
    return bac_area(measurement).split(" (")[0]


def short_other(measurement: ViewMeasurement) -> str:
    """``3 other calcifications``."""
    number = measurement.other_count or 0
    return f"{count(number)} other {'calcification' if number == 1 else 'calcifications'}"


def other(measurement: ViewMeasurement) -> str:
    """``3 other calcifications: have them read``."""
    return f"{short_other(measurement)}: have {'it' if measurement.other_count == 1 else 'them'} read"


def share(measurement: ViewMeasurement) -> str:
    """``1.50 % of breast``."""
    return f"{percentage(measurement.bac_percent_of_breast)} % of {measurement.denominator}"


def vessels(measurement: ViewMeasurement) -> str:
    """``2 vessels, 84 mm calcified``; pixels where mm are not known."""
    number = measurement.vessels_count or 0
    words = f"{number} {'vessel' if number == 1 else 'vessels'}"
    if measurement.calcified_length_mm is not None:
        return f"{words}, {measurement.calcified_length_mm:,.0f} mm calcified"
    if measurement.calcified_length_px is not None:
        return f"{words}, {measurement.calcified_length_px:,.0f} px calcified"
    return words


def csbi(measurement: ViewMeasurement | ExamMeasurement) -> str:
    """``CSBI grade 2 (automated, unverified)``."""
    return f"CSBI grade {measurement.csbi_grade} ({AUTOMATED})"


def tam(measurement: ViewMeasurement) -> str:
    """``TAM100``, with ``>=`` where the published code's comparison was chosen."""
    sign = ">=" if measurement.intensity_comparison == ">=" else ""
    return f"TAM{sign}{measurement.intensity_threshold}"


def model(provenance: Mapping[str, object]) -> str:
    """``scunet-emory-2021, p > 0.5``; of a mask that was given the name of its file; and what a hand did."""
    if "mask_file" in provenance:
        made = f"mask {Path(str(provenance['mask_file'])).name}"
    elif provenance.get("model_name"):
        made = f"{provenance['model_name']}, p > {threshold(provenance.get('threshold', '?'))}"
    else:
        return "drawn by hand"
    return f"{made}, edited by hand" if provenance.get("edited_by_hand") else made


def date(study_date: str) -> str:
    """``2016-10-04`` from DICOM's ``20161004``; anything else as it is."""
    if len(study_date) == 8 and study_date.isdigit():
        return f"{study_date[:4]}-{study_date[4:6]}-{study_date[6:]}"
    return study_date
