"""Concepts of quantities: those of DICOM, and our own, which docs/dicom.md writes down."""

from __future__ import annotations

from typing import Final

from shared_core.quantities.quantity import Concept

PRIVATE_SCHEME: Final = "99OPENBAC"


def own(value: str, meaning: str) -> Concept:
    """A concept that neither DICOM nor SNOMED has."""
    return Concept(value, PRIVATE_SCHEME, meaning)


AREA: Final = Concept("112196", "DCM", "Area of Vascular Calcification")
PERCENTAGE: Final = Concept("112198", "DCM", "Percentage of Vascular Calcification")
MASS: Final = Concept("112199", "DCM", "Mass of Vascular Calcification")
"""CID 6142 Calculated Value."""
MEAN: Final = Concept("373098007", "SCT", "Mean")
MAXIMUM: Final = Concept("56851009", "SCT", "Maximum")
"""CID 3488 Min/Max/Mean."""
THRESHOLD: Final = own("THRESHOLD", "Probability above which a pixel or a part is BAC")
"""Of the model: what every number of a mask depends on."""
AREA_GRADES: Final = {
    0: own("GRADE0", "0: absence"),
    1: own("GRADE1", "1: mild"),
    2: own("GRADE2", "2: moderate"),
    3: own("GRADE3", "3: severe"),
}
CSBI_GRADES: Final = {grade: own(f"CSBI{grade}", f"CSBI grade {grade}") for grade in range(4)}
