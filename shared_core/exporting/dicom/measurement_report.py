"""Measurement report of one exam (PS3.3 A.35.3 Comprehensive SR, PS3.16 TID 1500).

A measurement group for each view, which refers to the segment of its SEG (TID 1410), one for each breast and
one for the exam (TID 1501): every number of the JSON, and the grades as codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pydicom.dataset import Dataset
from pydicom.sr.coding import Code

from shared_core.exporting.dicom import codes
from shared_core.exporting.dicom.algorithm import algorithm_items, algorithm_of
from shared_core.exporting.dicom.content import (
    coded,
    container,
    image,
    number,
    text,
    uid_reference,
)
from shared_core.exporting.dicom.equipment import MANUFACTURER, MODEL_NAME
from shared_core.exporting.dicom.exam import Record, ResultExam, ResultView
from shared_core.exporting.dicom.quantities import (
    BREAST_GRADES,
    BREAST_QUANTITIES,
    EXAM_GRADES,
    EXAM_QUANTITIES,
    VIEW_GRADES,
    VIEW_QUANTITIES,
    Grade,
    Quantity,
    known,
    known_grades,
)
from shared_core.exporting.dicom.source import instance_reference, uid_of
from shared_core.exporting.dicom.structured_report import Evidence, structured_report
from shared_core.mammogram import Laterality
from shared_core.version import SOFTWARE_VERSION

COMPREHENSIVE_SR: Final = "1.2.840.10008.5.1.4.1.1.88.33"
_SEGMENT: Final = 1
"""The SEG of a view has one segment."""


def measurement_report(exam: ResultExam, segmentations: Mapping[str, Dataset]) -> Dataset:
    """The report of an exam.

    Parameters
    ----------
    segmentations
        The SEG of each view, by the stem of the view.

    Returns
    -------
    A finished object, see `finished`.
    """
    groups = [_view_group(view, segmentations[view.stem]) for view in exam.views]
    if exam.record is not None:
        groups += [_breast_group(exam, breast) for breast in exam.record.get("breasts", ())]
        groups.append(_exam_group(exam, exam.record))
    words = list(_words(exam))
    root = container(
        None,
        codes.IMAGING_MEASUREMENT_REPORT,
        [
            coded("HAS CONCEPT MOD", codes.LANGUAGE, codes.ENGLISH),
            *_observer(),
            coded("HAS CONCEPT MOD", codes.PROCEDURE_REPORTED, codes.IMAGING_PROCEDURE),
            container("CONTAINS", codes.IMAGING_MEASUREMENTS, groups),
            *([container("CONTAINS", codes.QUALITATIVE_EVALUATIONS, words)] if words else []),
        ],
        template="1500",
    )
    return structured_report(
        exam.home,
        "tid1500",
        exam.making,
        root,
        sop_class=COMPREHENSIVE_SR,
        evidence=[
            *(Evidence.of_source(view.source) for view in exam.views),
            *(Evidence.of_object(segmentations[view.stem]) for view in exam.views),
        ],
    )


def _observer() -> list[Dataset]:
    """TID 1002 and 1004: a device."""
    return [
        coded("HAS OBS CONTEXT", codes.OBSERVER_TYPE, codes.DEVICE),
        uid_reference("HAS OBS CONTEXT", codes.DEVICE_OBSERVER_UID, uid_of("device", SOFTWARE_VERSION)),
        text("HAS OBS CONTEXT", codes.DEVICE_OBSERVER_NAME, f"{MODEL_NAME} {SOFTWARE_VERSION}"),
        text("HAS OBS CONTEXT", codes.DEVICE_OBSERVER_MANUFACTURER, MANUFACTURER),
        text("HAS OBS CONTEXT", codes.DEVICE_OBSERVER_MODEL, MODEL_NAME),
    ]


def _view_group(view: ResultView, segmentation: Dataset) -> Dataset:
    """TID 1410: one view, its segment and its numbers."""
    metrics, segment = view.record["metrics"], segmentation.SegmentSequence[0]
    reference = instance_reference(str(segmentation.SOPClassUID), str(segmentation.SOPInstanceUID))
    tracking = (str(segment.TrackingID), str(segment.TrackingUID))
    return _group(
        tracking,
        view.source.header.laterality,
        [
            *algorithm_items(algorithm_of(view.record["model"]), "HAS CONCEPT MOD"),
            image("CONTAINS", reference, name=codes.REFERENCED_SEGMENTATION_FRAME, segment=_SEGMENT),
            image("CONTAINS", view.source.reference(), name=codes.SEGMENTATION_SOURCE),
        ],
        _numbers(VIEW_QUANTITIES, metrics),
        _grades(VIEW_GRADES, metrics),
    )


def _breast_group(exam: ResultExam, breast: Record) -> Dataset:
    """TID 1501: one breast."""
    side = Laterality(breast["laterality"])
    return _group(
        _tracking(exam, f"BAC of the {codes.LATERALITIES[side].meaning.lower()} breast"),
        side,
        [],
        _numbers(BREAST_QUANTITIES, breast),
        _grades(BREAST_GRADES, breast),
    )


def _exam_group(exam: ResultExam, record: Record) -> Dataset:
    """TID 1501: the exam."""
    return _group(
        _tracking(exam, "BAC of the exam"),
        Laterality.BOTH,
        [],
        _numbers(EXAM_QUANTITIES, record),
        _grades(EXAM_GRADES, record),
    )


def _tracking(exam: ResultExam, what: str) -> tuple[str, str]:
    return what, uid_of("tracking", exam.home.study_uid, what)


def _group(
    tracking: tuple[str, str],
    side: Laterality,
    between: Iterable[Dataset],
    numbers: Iterable[Dataset],
    grades: Iterable[Dataset],
) -> Dataset:
    laterality = codes.LATERALITIES.get(side)
    below = [coded("HAS CONCEPT MOD", codes.LATERALITY, laterality)] if laterality is not None else []
    name, uid = tracking
    return container(
        "CONTAINS",
        codes.MEASUREMENT_GROUP,
        [
            text("HAS OBS CONTEXT", codes.TRACKING_IDENTIFIER, name),
            uid_reference("HAS OBS CONTEXT", codes.TRACKING_UID, uid),
            coded("CONTAINS", codes.FINDING, codes.VASCULAR_CALCIFICATION),
            coded("HAS CONCEPT MOD", codes.FINDING_SITE, codes.BREAST, below),
            *between,
            *numbers,
            *grades,
        ],
    )


def _numbers(quantities: tuple[Quantity, ...], record: Record) -> Iterator[Dataset]:
    for quantity, value in known(quantities, record):
        how = _derived(quantity.derivation)
        yield number("CONTAINS", quantity.concept, value, quantity.unit, how)


def _grades(grades: tuple[Grade, ...], record: Record) -> Iterator[Dataset]:
    for grade, value in known_grades(grades, record):
        yield coded("CONTAINS", grade.concept, value, _derived(grade.derivation))


def _derived(derivation: Code | None) -> list[Dataset]:
    return [coded("HAS CONCEPT MOD", codes.DERIVATION, derivation)] if derivation is not None else []


def _words(exam: ResultExam) -> Iterator[Dataset]:
    """Sentences for people: the draft for a report, then whatever has to be known."""
    for sentence in (exam.record or {}).get("report_sentence"), *_of_views(exam):
        if sentence:
            yield text("CONTAINS", codes.IMPRESSION, sentence)
    for warning in (exam.record or {}).get("warnings", ()):
        yield text("CONTAINS", codes.COMMENT, warning)
    for name in exam.failed:
        yield text("CONTAINS", codes.COMMENT, f"{name} could not be measured.")
    for view in exam.views:
        for warning in view.record["warnings"]:
            yield text("CONTAINS", codes.COMMENT, f"{view.label}: {warning}")


def _of_views(exam: ResultExam) -> Iterator[str]:
    return (f"{view.label}: {view.record['report_sentence']}" for view in exam.views)
