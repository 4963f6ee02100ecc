"""Every number of our records as a coded quantity: the concept, the unit, and how it was made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydicom.sr.coding import Code

from shared_core.dicom_objects.codes import PRIVATE_SCHEME

Record = Mapping[str, Any]

AREA: Final = Code("112196", "DCM", "Area of Vascular Calcification")
PERCENTAGE: Final = Code("112198", "DCM", "Percentage of Vascular Calcification")
MASS: Final = Code("112199", "DCM", "Mass of Vascular Calcification")
"""CID 6142 Calculated Value."""

MM: Final = Code("mm", "UCUM", "millimeter")
MM2: Final = Code("mm2", "UCUM", "square millimeter")
MG: Final = Code("mg", "UCUM", "milligram")
PERCENT: Final = Code("%", "UCUM", "percent")
PIXELS: Final = Code("{pixels}", "UCUM", "pixels")
NO_UNIT: Final = Code("1", "UCUM", "no units")
CM2_PER_G: Final = Code("cm2/g", "UCUM", "square centimeter per gram")

TWO_DIMENSIONAL: Final = Code("112188", "DCM", "Two-dimensional method")
MASS_SCORING: Final = Code("112057", "DCM", "Mass scoring method")
"""CID 6140 Calculation Method."""
MEAN: Final = Code("373098007", "SCT", "Mean")
MAXIMUM: Final = Code("56851009", "SCT", "Maximum")
"""CID 3488 Min/Max/Mean."""


@dataclass(frozen=True)
class Quantity:
    """One number of a record."""

    key: str
    """In the JSON of a view, or the record of an exam or a breast."""
    concept: Code
    unit: Code
    derivation: Code | None = None
    """Of several views; None for what was measured once."""


@dataclass(frozen=True)
class Grade:
    """One grade of a record, which is a code and no number: nobody may compute with it."""

    key: str
    concept: Code
    values: Mapping[int, Code]
    derivation: Code | None = None


def _own(code: str, meaning: str) -> Code:
    return Code(code, PRIVATE_SCHEME, meaning)


AREA_GRADE: Final = _own("GRADE", "BAC area grade (Ibrahim 2025)")
CSBI_GRADE: Final = _own("CSBI", "BAC grade by the rule of CSBI, automated, unverified")
AREA_GRADES: Final = {
    0: _own("GRADE0", "0: absence"),
    1: _own("GRADE1", "1: mild"),
    2: _own("GRADE2", "2: moderate"),
    3: _own("GRADE3", "3: severe"),
}
CSBI_GRADES: Final = {grade: _own(f"CSBI{grade}", f"CSBI grade {grade}") for grade in range(4)}
_PM = _own("PM", "PM: sum of the probability of BAC")
AM: Final = _own("AM", "AM: area of BAC in pixels")
_SIM = _own("SIM", "SIM: sum of the grey levels in the mask")
_TAM = _own("TAM", "TAM: area of BAC brighter than the threshold, in pixels")
_TSIM = _own("TSIM", "TSIM: sum of the grey levels brighter than the threshold")
_TAM_SHARE = _own("TAMSHARE", "TAM by breast area")
_LENGTH = _own("LENGTH", "Calcified length of the arteries")
_VESSELS = _own("VESSELS", "Number of calcified arteries")
_PUNCTATE = _own("PUNCTATE", "Number of calcified arteries, punctate")
_COARSE = _own("COARSE", "Number of calcified arteries, coarse")
_TRAM = _own("TRAMTRACK", "Number of calcified arteries, tram track")
_UNKNOWN = _own("UNKNOWNKIND", "Number of calcified arteries, look unknown")
_MASS_CA = _own("MASSCA", "Mass of calcium in BAC")
_MASS_LOW = _own("MASSLOW", "Mass of BAC, lower end of the 95 % interval")
_MASS_HIGH = _own("MASSHIGH", "Mass of BAC, upper end of the 95 % interval")
_GRADED = _own("GRADEDPERCENT", "Percentage that the area grade is of")

_KINDS: Final = (
    Quantity("vessels_count", _VESSELS, NO_UNIT),
    Quantity("vessels_punctate", _PUNCTATE, NO_UNIT),
    Quantity("vessels_coarse", _COARSE, NO_UNIT),
    Quantity("vessels_tram_track", _TRAM, NO_UNIT),
    Quantity("vessels_unknown", _UNKNOWN, NO_UNIT),
)
_MASSES: Final = (
    Quantity("mass_ha_mg", MASS, MG),
    Quantity("mass_ca_mg", _MASS_CA, MG),
    Quantity("mass_low_mg", _MASS_LOW, MG),
    Quantity("mass_high_mg", _MASS_HIGH, MG),
)
VIEW_QUANTITIES: Final = (
    Quantity("bac_area_mm2", AREA, MM2),
    Quantity("bac_percent_of_breast", PERCENTAGE, PERCENT),
    *_MASSES,
    Quantity("mass_lod_mg", _own("MASSLOD", "Mass of BAC, limit of detection"), MG),
    Quantity("mass_k_cm2_g", _own("MASSK", "Signal of hydroxyapatite by its areal density"), CM2_PER_G),
    Quantity("pm", _PM, NO_UNIT),
    Quantity("am_px", AM, PIXELS),
    Quantity("sim", _SIM, NO_UNIT),
    Quantity("tam_px", _TAM, PIXELS),
    Quantity("tsim", _TSIM, NO_UNIT),
    Quantity("tam_threshold", _own("TAMTHRESHOLD", "Grey level that TAM and TSIM count above"), NO_UNIT),
    Quantity("tam_per_breast_area", _TAM_SHARE, NO_UNIT),
    Quantity("breast_area_px", _own("BREASTPX", "Area of the breast in pixels"), PIXELS),
    Quantity("breast_area_mm2", _own("BREASTMM2", "Area of the breast"), MM2),
    Quantity("bac_in_breast_area_px", _own("AMINBREAST", "Area of BAC in the breast, in pixels"), PIXELS),
    Quantity("area_grade_percent", _GRADED, PERCENT),
    Quantity("parts_count", _own("PARTS", "Number of connected parts of the mask"), NO_UNIT),
    Quantity("largest_part_px", _own("LARGEST", "Area of the largest part, in pixels"), PIXELS),
    *_KINDS,
    Quantity("segments_count", _own("SEGMENTS", "Number of calcified segments"), NO_UNIT),
    Quantity("calcified_length_px", _own("LENGTHPX", "Calcified length in pixels"), PIXELS),
    Quantity("calcified_length_mm", _LENGTH, MM),
    Quantity("mean_calibre_mm", _own("CALIBRE", "Mean width of the bands of BAC"), MM),
)
"""Of ``metrics`` of a view."""
VIEW_GRADES: Final = (
    Grade("area_grade", AREA_GRADE, AREA_GRADES),
    Grade("csbi_grade", CSBI_GRADE, CSBI_GRADES),
)
EXAM_QUANTITIES: Final = (
    Quantity("bac_percent_of_breast", PERCENTAGE, PERCENT),
    *_MASSES,
    Quantity("guo_index", _own("GUO", "Guo's index over four views"), NO_UNIT),
    Quantity("guo_index_available_views", _own("GUOPART", "Guo's index over the views at hand"), NO_UNIT),
    Quantity("area_grade_percent", _GRADED, PERCENT),
    *_KINDS,
    Quantity("calcified_length_mm", _LENGTH, MM),
)
"""Of an exam."""
EXAM_GRADES: Final = VIEW_GRADES
BREAST_QUANTITIES: Final = (
    Quantity("mean_bac_area_mm2", AREA, MM2, MEAN),
    Quantity("mean_bac_percent_of_breast", PERCENTAGE, PERCENT, MEAN),
    Quantity("mean_mass_ha_mg", MASS, MG, MEAN),
    Quantity("mean_mass_ca_mg", _MASS_CA, MG, MEAN),
    Quantity("mean_mass_low_mg", _MASS_LOW, MG, MEAN),
    Quantity("mean_mass_high_mg", _MASS_HIGH, MG, MEAN),
    Quantity("vessels_count", _VESSELS, NO_UNIT, MAXIMUM),
    Quantity("mean_calcified_length_mm", _LENGTH, MM, MEAN),
)
"""Of one breast, from its views."""
BREAST_GRADES: Final = (Grade("max_area_grade", AREA_GRADE, AREA_GRADES, MAXIMUM),)


def known(quantities: tuple[Quantity, ...], record: Record) -> Iterator[tuple[Quantity, float]]:
    """The numbers that a record has; what is null there is no number."""
    for quantity in quantities:
        value = record.get(quantity.key)
        if value is not None:
            yield quantity, value


def known_grades(grades: tuple[Grade, ...], record: Record) -> Iterator[tuple[Grade, Code]]:
    """The grades that a record has, as codes."""
    for grade in grades:
        value = record.get(grade.key)
        if value is not None:
            yield grade, grade.values[int(value)]
