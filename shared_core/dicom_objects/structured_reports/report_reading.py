"""The numbers, grades and outlines in our structured reports, under the names that they have in the JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pydicom
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.sr.coding import Code

from shared_core.dicom_objects import codes
from shared_core.dicom_objects.structured_reports.coded_quantities import (
    codes_of,
    concept_of,
    grade_entries,
    number_entries,
    unit_code,
)
from shared_core.dicom_objects.structured_reports.outline_polygons import Points
from shared_core.errors import UnreadableImageError, UnsupportedImageError
from shared_core.mammogram import Laterality
from shared_core.quantities.quantity import Scope
from shared_core.reading.dicom.dataset import quiet_pydicom

Numbers = Mapping[str, float]

_NO_CODE: Final = Code("", "", "")


@dataclass(frozen=True)
class ReadReport:
    """What one of our reports says."""

    views: Mapping[str, Numbers] = field(default_factory=dict)
    """By the SOP Instance UID of the mammogram; keys as the columns of ``views.csv``, grades among them."""
    breasts: Mapping[str, Numbers] = field(default_factory=dict)
    """By ``L`` and ``R``; keys as the columns of ``exams.csv`` without the side."""
    exam: Numbers = field(default_factory=dict)
    outlines: Mapping[str, tuple[Points, ...]] = field(default_factory=dict)
    """By the SOP Instance UID of the mammogram, see `mask_of`."""


def read_report(path: Path) -> ReadReport:
    """Read a Mammography CAD report or a measurement report of OpenBAC.

    Raises
    ------
    UnreadableImageError
        It is damaged, or no DICOM file.
    UnsupportedImageError
        It is another kind of object.
    """
    try:
        with quiet_pydicom():
            dataset = pydicom.dcmread(path)
            title = _name(dataset)
            if title == codes.MAMMOGRAPHY_CAD_REPORT:
                return _cad_report(dataset)
            if title == codes.IMAGING_MEASUREMENT_REPORT:
                return _measurement_report(dataset)
    except InvalidDicomError:
        raise UnreadableImageError(f"{path.name}: is no DICOM file; copy it again.") from None
    except Exception as error:  # boundary with pydicom: damaged bytes raise anything
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UnreadableImageError(
            f"{path.name}: the report is damaged ({reason}); copy it again."
        ) from error
    raise UnsupportedImageError(f"{path.name}: is no report of OpenBAC; give its CAD or measurement report.")


def _cad_report(root: Dataset) -> ReadReport:
    library = _under(root, codes.IMAGE_LIBRARY)
    images = [_instance(entry) for entry in _children(library)] if library is not None else []
    summary = _under(root, codes.CAD_SUMMARY)
    assert summary is not None
    views: dict[str, Numbers] = {}
    outlines: dict[str, tuple[Points, ...]] = {}
    for impression in _all_under(summary, codes.INDIVIDUAL_IMPRESSION):
        for cluster in _all_under(impression, codes.SINGLE_IMAGE_FINDING):
            image = images[_place(cluster) - 1]
            views[image] = _numbers(cluster, "view")
            parts = _all_under(cluster, codes.SINGLE_IMAGE_FINDING)
            outlines[image] = tuple(
                _points(outline) for part in parts for outline in _all_under(part, codes.OUTLINE)
            )
    breasts = {
        side.value: found
        for side in (Laterality.LEFT, Laterality.RIGHT)
        if (found := _numbers(summary, "breast", side=codes.BREASTS[side]))
    }
    exam = _numbers(summary, "exam", side=codes.BREASTS[Laterality.BOTH])
    return ReadReport(views, breasts, exam, outlines)


def _measurement_report(root: Dataset) -> ReadReport:
    views: dict[str, Numbers] = {}
    breasts: dict[str, Numbers] = {}
    exam: Numbers = {}
    measurements = _under(root, codes.IMAGING_MEASUREMENTS)
    for group in _all_under(measurements, codes.MEASUREMENT_GROUP) if measurements is not None else ():
        source = _under(group, codes.SEGMENTATION_SOURCE)
        if source is not None:
            views[_instance(source)] = _numbers(group, "view") | _grades(group, "view")
            continue
        side = _side(group)
        if side is Laterality.BOTH:
            exam = _numbers(group, "exam") | _grades(group, "exam")
        else:
            breasts[side.value] = _numbers(group, "breast") | _grades(group, "breast")
    return ReadReport(views, breasts, exam)


def _numbers(parent: Dataset, scope: Scope, *, side: Code | None = None) -> dict[str, float]:
    """The numbers directly below, only those with the given laterality where one is."""
    keys = {(concept_of(one), unit_code(one.quantity.unit)): one.key for one in number_entries(scope)}
    found: dict[str, float] = {}
    for item in _children(parent):
        if item.get("ValueType") != "NUM":
            continue
        if side is not None and _value_of(_under(item, codes.LATERALITY)) != side:
            continue
        measured = item.MeasuredValueSequence[0]
        key = keys.get((_name(item), _code(measured.MeasurementUnitsCodeSequence)))
        if key is not None:
            found[key] = _number(measured)
    return found


def _number(measured: Dataset) -> float:
    """A whole number as such, and the bits of any other where the text does not hold them all."""
    if "FloatingPointValue" in measured:
        return float(measured.FloatingPointValue)
    text = str(measured.NumericValue)
    return int(text) if text.lstrip("-").isdigit() else float(text)


def _grades(parent: Dataset, scope: Scope) -> dict[str, float]:
    found: dict[str, float] = {}
    for grade in grade_entries(scope):
        value = _value_of(_under(parent, concept_of(grade)))
        for number, code in codes_of(grade).items():
            if code == value:
                found[grade.key] = number
    return found


def _side(group: Dataset) -> Laterality:
    site = _under(group, codes.FINDING_SITE)
    value = _value_of(_under(site, codes.LATERALITY)) if site is not None else _NO_CODE
    return next(side for side, code in codes.LATERALITIES.items() if code == value)


def _points(outline: Dataset) -> Points:
    numbers = [float(number) for number in outline.GraphicData]
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


def _place(finding: Dataset) -> int:
    """Of the image in the library, from the reference below the centre."""
    centre = _under(finding, codes.CENTER)
    assert centre is not None
    reference: Sequence[int] = centre.ContentSequence[0].ReferencedContentItemIdentifier
    return int(reference[-1])


def _instance(item: Dataset) -> str:
    return str(item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID)


def _children(item: Dataset) -> Sequence[Dataset]:
    below: Any = item.get("ContentSequence", [])
    return list(below)


def _all_under(item: Dataset, name: Code) -> Iterator[Dataset]:
    return (child for child in _children(item) if _name(child) == name)


def _under(item: Dataset, name: Code) -> Dataset | None:
    return next(_all_under(item, name), None)


def _name(item: Dataset) -> Code:
    return _code(item.get("ConceptNameCodeSequence"))


def _value_of(item: Dataset | None) -> Code:
    return _code(item.get("ConceptCodeSequence")) if item is not None else _NO_CODE


def _code(sequence: Sequence[Dataset] | None) -> Code:
    """Codes are equal where value and scheme are, whatever the meaning."""
    if not sequence:
        return _NO_CODE
    one = sequence[0]
    return Code(str(one.CodeValue), str(one.CodingSchemeDesignator), str(one.CodeMeaning))
