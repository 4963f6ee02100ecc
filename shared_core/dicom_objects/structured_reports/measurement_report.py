"""Measurement report of one exam (PS3.3 A.35.3 Comprehensive SR, PS3.16 TID 1500).

Every number of the JSON is in it, and the grades as codes. There are two reports: one with a measurement
group for each view, which refers to the segment of its SEG (TID 1410); one with a group for the exam and one
for each breast (TID 1501). The standard would let them be one, but not every reader can tell the two kinds of
groups from each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from pydicom.dataset import Dataset

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
from shared_core.dicom_objects.result_exam import ResultExam, ResultView
from shared_core.dicom_objects.source_image import instance_reference, uid_of
from shared_core.dicom_objects.structured_reports.coded_quantities import (
    code,
    concept_of,
    known_grades,
    known_numbers,
    unit_code,
)
from shared_core.dicom_objects.structured_reports.report_document import structured_report
from shared_core.mammogram import Laterality
from shared_core.quantities.codes import THRESHOLD
from shared_core.quantities.quantity import NO_UNIT, Entry, Metrics, Scope
from shared_core.records.record_types import BreastRecord, ExamRecord
from shared_core.version import SOFTWARE_VERSION
from shared_core.wording.phrases import is_heat_map

COMPREHENSIVE_SR: Final = "1.2.840.10008.5.1.4.1.1.88.33"
_SEGMENT: Final = 1
"""BAC is the first segment of the SEG of a view."""


def views_report(exam: ResultExam, segmentations: Mapping[str, Dataset]) -> Dataset:
    """The measurements of the views, whose SEGs are given by the stems of the views."""
    groups = [_view_group(view, segmentations[view.stem]) for view in exam.views]
    objects = [segmentations[view.stem] for view in exam.views]
    return _report(exam, groups, list(_words_of_views(exam)), objects, number=1)


def exam_report(exam: ResultExam) -> Dataset | None:
    """The measurements of the exam and its breasts; None where only views are known."""
    if exam.record is None:
        return None
    groups = [
        _group(
            exam,
            "BAC of the exam",
            Laterality.BOTH,
            [*_threshold(exam.record.threshold), *_values("exam", exam.record.metrics)],
        ),
        *(_breast_group(exam, breast) for breast in exam.record.breasts),
    ]
    return _report(exam, groups, list(_words_of_exam(exam.record, exam.failed)), number=2)


def _report(
    exam: ResultExam,
    groups: Sequence[Dataset],
    words: Sequence[Dataset],
    objects: Sequence[Dataset] = (),
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
        exam, "tid1500", root, sop_class=COMPREHENSIVE_SR, objects=objects, number=number
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
    segment = segmentation.SegmentSequence[0]
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
            *_threshold(view.record.threshold),
            *_values("view", _metrics_of(view)),
        ],
    )


def _metrics_of(view: ResultView) -> Metrics:
    """What is coded of a view; of a heat map its probability alone, as its pixels are no area of calcium."""
    metrics = view.record.metrics or {}
    judged = "bac_probability"
    return {judged: metrics.get(judged)} if is_heat_map(view.record.provenance) else metrics


def _breast_group(exam: ResultExam, breast: BreastRecord) -> Dataset:
    side = Laterality(breast.laterality)
    what = f"BAC of the {codes.LATERALITIES[side].meaning.lower()} breast"
    return _group(exam, what, side, _values("breast", breast.metrics))


def _group(exam: ResultExam, what: str, side: Laterality, values: Iterable[Dataset]) -> Dataset:
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
            *values,
        ],
    )


def _values(scope: Scope, metrics: Metrics) -> Iterator[Dataset]:
    """Every number and grade that is known."""
    for entry, value in known_numbers(scope, metrics):
        unit = unit_code(entry.quantity.unit)
        yield number("CONTAINS", concept_of(entry), value, unit, _derivation(entry))
    for entry, grade in known_grades(scope, metrics):
        yield coded("CONTAINS", concept_of(entry), grade, _derivation(entry))


def _threshold(threshold: float | None) -> Iterator[Dataset]:
    """What all numbers of a mask depend on."""
    if threshold is not None:
        yield number("CONTAINS", code(THRESHOLD), threshold, unit_code(NO_UNIT))


def _derivation(entry: Entry) -> list[Dataset]:
    derivation = entry.reading.derivation
    return [coded("HAS CONCEPT MOD", codes.DERIVATION, code(derivation))] if derivation is not None else []


def _site(side: Laterality) -> Dataset:
    laterality = codes.LATERALITIES.get(side)
    below = [coded("HAS CONCEPT MOD", codes.LATERALITY, laterality)] if laterality is not None else []
    return coded("HAS CONCEPT MOD", codes.FINDING_SITE, codes.BREAST, below)


def _words_of_views(exam: ResultExam) -> Iterator[Dataset]:
    """The drafts for a report, then whatever has to be known."""
    for view in exam.views:
        yield text("CONTAINS", codes.IMPRESSION, f"{view.label}: {view.record.report_sentence}")
    for view in exam.views:
        for notice in (*view.record.notices, *view.source.notices):
            yield text("CONTAINS", codes.COMMENT, f"{view.label}: {notice.text}")


def _words_of_exam(record: ExamRecord, failed: Sequence[str]) -> Iterator[Dataset]:
    yield text("CONTAINS", codes.IMPRESSION, record.report_sentence)
    analysed = f"{record.views_analysed} of {record.views_total} views analysed."
    yield text("CONTAINS", codes.COMMENT, analysed)
    for notice in record.notices:
        yield text("CONTAINS", codes.COMMENT, notice.text)
    for name in failed:
        yield text("CONTAINS", codes.COMMENT, f"{name} could not be measured.")
