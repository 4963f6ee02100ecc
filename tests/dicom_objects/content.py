"""What stands in a structured report, read as any program would."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code
from skimage.measure import grid_points_in_poly

from shared_core.dicom_objects import codes
from shared_core.dicom_objects.structured_reports.coded_quantities import known_grades, known_numbers
from shared_core.mammogram import Mask
from shared_core.quantities.quantity import Metrics, Scope

Values = dict[tuple[str, str], float | str]
"""By concept and unit; grades by concept alone, as codes."""
_NAME = "ConceptNameCodeSequence"


def below(item: Dataset, name: Code) -> list[Dataset]:
    """The items directly below one, of one name."""
    return [
        one for one in item.get("ContentSequence", []) if _code(one, "ConceptNameCodeSequence") == name.value
    ]


def values(item: Dataset, *, side: Code | None = None) -> Values:
    """The numbers and grades directly below an item; only those of one side, where one is given."""
    return {
        key: value
        for one in item.ContentSequence
        for key, value in _value(one)
        if side is None or [_code(two) for two in below(one, codes.LATERALITY)] == [side.value]
    }


def recorded(scope: Scope, metrics: Metrics) -> Values:
    """What `values` should find of a record."""
    numbers = known_numbers(scope, metrics)
    found: Values = {
        (one.quantity.concept.value, one.quantity.unit.ucum): value
        for one, value in numbers
        if one.quantity.concept is not None
    }
    grades = known_grades(scope, metrics)
    found |= {(one.quantity.concept.value, ""): code.value for one, code in grades if one.quantity.concept}
    return found


def mask_of(outlines: Sequence[Any], shape: tuple[int, int]) -> Mask:
    """The pixels whose centre lies inside one of the outlines."""
    mask = np.zeros(shape, np.bool_)
    for outline in outlines:
        corners = np.asarray(outline, np.float64).reshape(-1, 2)[:, ::-1] - 0.5
        first = np.maximum(np.floor(corners.min(axis=0)).astype(int), 0)
        last = np.ceil(corners.max(axis=0)).astype(int) + 1
        inside = np.s_[first[0] : last[0], first[1] : last[1]]
        mask[inside] |= grid_points_in_poly(mask[inside].shape, corners - first)
    return mask


def _value(item: Dataset) -> Iterator[tuple[tuple[str, str], float | str]]:
    name = _code(item, _NAME)
    if item.ValueType == "NUM":
        measured = item.MeasuredValueSequence[0]
        text = str(measured.NumericValue)
        number = int(text) if text.lstrip("-").isdigit() else float(text)
        yield (
            (name, _code(measured, "MeasurementUnitsCodeSequence")),
            measured.get("FloatingPointValue", number),
        )
    elif item.ValueType == "CODE" and item.RelationshipType == "CONTAINS" and name != codes.FINDING.value:
        yield (name, ""), _code(item)


def _code(item: Dataset, keyword: str = "ConceptCodeSequence") -> str:
    return str(item[keyword][0].CodeValue) if keyword in item else ""
