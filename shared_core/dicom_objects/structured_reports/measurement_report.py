"""Measurement report of one exam (PS3.3 A.35.3 Comprehensive SR, PS3.16 TID 1500).

Every number of the JSON is in it, and the grades as codes. There are two reports: one with a measurement
group for each view, which refers to the segment of its SEG (TID 1410); one with a group for the exam and one
for each breast (TID 1501). The standard would let them be one, but not every reader can tell the two kinds of
groups from each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pydicom.dataset import Dataset
from pydicom.sr.coding import Code

from shared_core.dicom_objects import codes
from shared_core.dicom_objects.algorithm import algorithm_items, algorithm_of_all
from shared_core.dicom_objects.content_items import (
    coded,
    container,
    image,
    number,
    text,
    uid_reference,
)
from shared_core.dicom_objects.equipment import MANUFACTURER, MODEL_NAME
from shared_core.dicom_objects.result_exam import Record, ResultExam, ResultView
from shared_core.dicom_objects.source_image import instance_reference, uid_of
from shared_core.dicom_objects.structured_reports.coded_quantities import (
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
from shared_core.dicom_objects.structured_reports.report_document import Evidence, structured_report
from shared_core.mammogram import Laterality
from shared_core.records.notice_record import notice_texts
from shared_core.version import SOFTWARE_VERSION

COMPREHENSIVE_SR: Final = "1.2.840.10008.5.1.4.1.1.88.33"
_SEGMENT: Final = 1
"""The SEG of a view has one segment."""


def views_report(exam: ResultExam, segmentations: Mapping[str, Dataset]) -> Dataset:
    """The measurements of the views.

    Parameters
    ----------
    segmentations
        The SEG of each view, by the stem of the view.

    Returns
    -------
    A finished object, see `finished`.
    """
    groups = [_view_group(view, segmentations[view.stem]) for view in exam.views]
    evidence = [
        *(Evidence.of_source(view.source) for view in exam.views),
        *(Evidence.of_object(segmentations[view.stem]) for view in exam.views),
    ]
    return _report(exam, groups, list(_words_of_views(exam)), evidence, number=1)


def exam_report(exam: ResultExam) -> Dataset | None:
    """The measurements of the exam and its breasts; None where only views are known."""
    if exam.record is None:
        return None
    groups = [
        _group(exam, "BAC of the exam", Laterality.BOTH, EXAM_QUANTITIES, EXAM_GRADES, exam.record),
        *(_breast_group(exam, breast) for breast in exam.record["breasts"]),
    ]
    evidence = [Evidence.of_source(view.source) for view in exam.views]
    return _report(exam, groups, list(_words_of_exam(exam.record, exam.failed)), evidence, number=2)


def _report(
    exam: ResultExam,
    groups: Sequence[Dataset],
    words: Sequence[Dataset],
    evidence: Sequence[Evidence],
    *,
    number: int,
) -> Dataset:
    algorithm = algorithm_items(algorithm_of_all(exam.provenances), "HAS CONCEPT MOD")
    root = container(
        None,
        codes.IMAGING_MEASUREMENT_REPORT,
        [
            coded("HAS CONCEPT MOD", codes.LANGUAGE, codes.ENGLISH),
            *_observer(),
            coded("HAS CONCEPT MOD", codes.PROCEDURE_REPORTED, codes.IMAGING_PROCEDURE),
            container("CONTAINS", codes.IMAGING_MEASUREMENTS, [*algorithm, *groups]),
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
        evidence=evidence,
        number=number,
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
    return container(
        "CONTAINS",
        codes.MEASUREMENT_GROUP,
        [
            text("HAS OBS CONTEXT", codes.TRACKING_IDENTIFIER, str(segment.TrackingID)),
            uid_reference("HAS OBS CONTEXT", codes.TRACKING_UID, str(segment.TrackingUID)),
            coded("CONTAINS", codes.FINDING, codes.VASCULAR_CALCIFICATION),
            _site(view.source.header.laterality),
            image("CONTAINS", reference, name=codes.REFERENCED_SEGMENTATION_FRAME, segment=_SEGMENT),
            image("CONTAINS", view.source.reference(), name=codes.SEGMENTATION_SOURCE),
            *(
                number("CONTAINS", quantity.concept, value, quantity.unit)
                for quantity, value in known(VIEW_QUANTITIES, metrics)
            ),
            *(coded("CONTAINS", grade.concept, value) for grade, value in known_grades(VIEW_GRADES, metrics)),
        ],
    )


def _breast_group(exam: ResultExam, breast: Record) -> Dataset:
    side = Laterality(breast["laterality"])
    what = f"BAC of the {codes.LATERALITIES[side].meaning.lower()} breast"
    return _group(exam, what, side, BREAST_QUANTITIES, BREAST_GRADES, breast)


def _group(
    exam: ResultExam,
    what: str,
    side: Laterality,
    quantities: tuple[Quantity, ...],
    grades: tuple[Grade, ...],
    record: Record,
) -> Dataset:
    """TID 1501: what follows from several views."""
    return container(
        "CONTAINS",
        codes.MEASUREMENT_GROUP,
        [
            text("HAS OBS CONTEXT", codes.TRACKING_IDENTIFIER, what),
            uid_reference(
                "HAS OBS CONTEXT", codes.TRACKING_UID, uid_of("tracking", exam.home.study_uid, what)
            ),
            coded("CONTAINS", codes.FINDING, codes.VASCULAR_CALCIFICATION),
            _site(side),
            *(
                number("CONTAINS", one.concept, value, one.unit, _derivation(one.derivation))
                for one, value in known(quantities, record)
            ),
            *(
                coded("CONTAINS", grade.concept, value, _derivation(grade.derivation))
                for grade, value in known_grades(grades, record)
            ),
        ],
    )


def _derivation(derivation: Code | None) -> list[Dataset]:
    return [coded("HAS CONCEPT MOD", codes.DERIVATION, derivation)] if derivation is not None else []


def _site(side: Laterality) -> Dataset:
    laterality = codes.LATERALITIES.get(side)
    below = [coded("HAS CONCEPT MOD", codes.LATERALITY, laterality)] if laterality is not None else []
    return coded("HAS CONCEPT MOD", codes.FINDING_SITE, codes.BREAST, below)


def _words_of_views(exam: ResultExam) -> Iterator[Dataset]:
    """The drafts for a report, then whatever has to be known."""
    for view in exam.views:
        yield text("CONTAINS", codes.IMPRESSION, f"{view.label}: {view.record['report_sentence']}")
    for view in exam.views:
        texts = [*notice_texts(view.record), *(notice.text for notice in view.source.notices)]
        for words in texts:
            yield text("CONTAINS", codes.COMMENT, f"{view.label}: {words}")


def _words_of_exam(record: Record, failed: Sequence[str]) -> Iterator[Dataset]:
    yield text("CONTAINS", codes.IMPRESSION, record["report_sentence"])
    for words in notice_texts(record):
        yield text("CONTAINS", codes.COMMENT, words)
    for name in failed:
        yield text("CONTAINS", codes.COMMENT, f"{name} could not be measured.")
