"""What a BAC segment is in codes: SNOMED CT, through terminology files of the extension's own.

Slicer's terminologies hold no calcification. There is no SNOMED concept of breast arterial calcification
as such: it is a calcified structure, of the breast.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

import slicer
import vtk

from shared_core import hosting as bac


class Code(NamedTuple):
    """A concept of SNOMED CT."""

    value: str
    meaning: str


CONTEXT: Final = "Segmentation category and type - OpenBAC"
REGION_CONTEXT: Final = "Anatomic region - OpenBAC"
CATEGORY: Final = Code("49755003", "Morphologically Abnormal Structure")
TYPE: Final = Code("18115005", "Pathologic calcification, calcified structure")
REGION: Final = Code("76752008", "Breast")
SIDES: Final = {
    bac.Laterality.RIGHT: Code("24028007", "Right"),
    bac.Laterality.LEFT: Code("7771000", "Left"),
}
_FILES: Final = ("OpenBAC.term.json", "OpenBACRegion.term.json")
_SCHEME: Final = "SCT"


def entry(laterality: bac.Laterality = bac.Laterality.UNKNOWN) -> str:
    """Slicer's serialized terminology entry of BAC in a breast; without a side where it is not known."""
    side = SIDES.get(laterality)
    no_modifier = "^^"
    parts = (
        CONTEXT,
        _serialized(CATEGORY),
        _serialized(TYPE),
        no_modifier,
        REGION_CONTEXT,
        _serialized(REGION),
        _serialized(side) if side else no_modifier,
    )
    return "~".join(parts)


def load() -> bool:
    """Offer the codes in Slicer's terminology selector, once; False where there is no such module."""
    module = getattr(getattr(slicer, "modules", None), "terminologies", None)
    if module is None:
        return False
    logic, resources = module.logic(), Path(__file__).resolve().parents[1] / "Resources"
    loaded = vtk.vtkStringArray()
    logic.GetLoadedTerminologyNames(loaded)
    if loaded.LookupValue(CONTEXT) >= 0:
        return True
    context, region = (str(resources / name) for name in _FILES)
    return bool(logic.LoadTerminologyFromFile(context) and logic.LoadRegionContextFromFile(region))


def _serialized(code: Code) -> str:
    return f"{_SCHEME}^{code.value}^{code.meaning}"
