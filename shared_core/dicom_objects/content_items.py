"""Content items of structured reports (PS3.3 C.17.3), as the two reports put them together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from pydicom.dataset import Dataset
from pydicom.sr.coding import Code
from pydicom.valuerep import DSfloat

from shared_core.dicom_objects.codes import item
from shared_core.dicom_objects.data_sets import dataset_of

Relationship = Literal[
    "CONTAINS",
    "HAS ACQ CONTEXT",
    "HAS CONCEPT MOD",
    "HAS OBS CONTEXT",
    "HAS PROPERTIES",
    "INFERRED FROM",
    "SELECTED FROM",
]
GraphicType = Literal["POINT", "POLYLINE"]

_LONGEST_DS: Final = 16
MOST_POINTS: Final = 8000
"""Graphic Data (0070,0022) of explicit VR takes 65,534 bytes: two numbers of four bytes a point."""


def container(
    relationship: Relationship | None, name: Code, children: Iterable[Dataset], *, template: str = ""
) -> Dataset:
    """A heading with what stands under it; without a relationship it is the root.

    `template` is the Template Identifier, where one is invoked as a whole.
    """
    dataset = _named("CONTAINER", relationship, name, children, ContinuityOfContent="SEPARATE")
    if template:
        resource = dataset_of(MappingResource="DCMR", TemplateIdentifier=template)
        dataset.ContentTemplateSequence = [resource]
    return dataset


def coded(relationship: Relationship, name: Code, value: Code, children: Iterable[Dataset] = ()) -> Dataset:
    """A concept with a code as its value."""
    return _named("CODE", relationship, name, children, ConceptCodeSequence=[item(value)])


def number(
    relationship: Relationship, name: Code, value: float, unit: Code, children: Iterable[Dataset] = ()
) -> Dataset:
    """A number with its unit.

    Numeric Value holds 16 characters at most; where that is not all of it, Floating Point Value has the
    number itself (PS3.3 C.18.1), so that it comes back to the last bit.
    """
    measured = dataset_of(MeasurementUnitsCodeSequence=[item(unit)])
    whole = isinstance(value, int) and len(str(value)) <= _LONGEST_DS
    measured.NumericValue = str(value) if whole else DSfloat(value, auto_format=True)
    if float(str(measured.NumericValue)) != value:
        measured.FloatingPointValue = float(value)
    return _named("NUM", relationship, name, children, MeasuredValueSequence=[measured])


def text(relationship: Relationship, name: Code, value: str) -> Dataset:
    """Words."""
    return _named("TEXT", relationship, name, TextValue=value)


def uid_reference(relationship: Relationship, name: Code, uid: str) -> Dataset:
    """A UID as a value."""
    return _named("UIDREF", relationship, name, UID=uid)


def date(relationship: Relationship, name: Code, value: str) -> Dataset:
    """A date, YYYYMMDD."""
    return _named("DATE", relationship, name, Date=value)


def image(
    relationship: Relationship,
    reference: Dataset,
    children: Iterable[Dataset] = (),
    *,
    name: Code | None = None,
    segment: int | None = None,
) -> Dataset:
    """An image, or one segment of a segmentation, by its SOP class and instance in `reference`.

    No frame number goes with a segment: only one of the two is allowed (PS3.3 10.3).
    """
    sop = dataset_of(
        ReferencedSOPClassUID=reference.ReferencedSOPClassUID,
        ReferencedSOPInstanceUID=reference.ReferencedSOPInstanceUID,
    )
    if segment is not None:
        sop.ReferencedSegmentNumber = segment
    return _named("IMAGE", relationship, name, children, ReferencedSOPSequence=[sop])


def coordinates(
    relationship: Relationship,
    name: Code,
    kind: GraphicType,
    points: Sequence[tuple[float, float]],
    children: Iterable[Dataset],
) -> Dataset:
    """Points (column, row), the first pixel's centre being (0.5, 0.5) (PS3.3 C.18.6.1.1)."""
    if len(points) > MOST_POINTS:
        raise ValueError(f"{len(points)} points do not fit into one item")
    data = [float(coordinate) for point in points for coordinate in point]
    return _named("SCOORD", relationship, name, children, GraphicType=kind, GraphicData=data)


def by_reference(relationship: Relationship, path: Sequence[int]) -> Dataset:
    """Another item of the same tree, by its place: from 1 for the root, counted among its siblings."""
    return dataset_of(RelationshipType=relationship, ReferencedContentItemIdentifier=list(path))


def _named(
    value_type: str,
    relationship: Relationship | None,
    name: Code | None,
    children: Iterable[Dataset] = (),
    **value: object,
) -> Dataset:
    dataset = dataset_of(ValueType=value_type, **value)
    if relationship is not None:
        dataset.RelationshipType = relationship
    if name is not None:
        dataset.ConceptNameCodeSequence = [item(name)]
    below = list(children)
    if below:
        dataset.ContentSequence = below
    return dataset
