"""Mammography CAD SR of one exam (PS3.3 A.35.5, PS3.16 TID 4000).

All that is marked on a view is one finding with the numbers of the view: a calcification cluster of the type
vascular, as there is no finding of its own for arteries. In it every connected part of the mask is a
calcification with its outline. Calcification that is not along an artery is another finding, without a type.
The numbers of the breasts and of the exam stand above all (TID 4002).

Workstations are told that they may show the marks, not that they must: this is for research. An image that
could not be measured is in no part of the report but its words, as nothing is known of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from pydicom.dataset import Dataset
from pydicom.sr.coding import Code

from shared_core.dicom_objects import codes
from shared_core.dicom_objects.algorithm import (
    Algorithm,
    algorithm_items,
    algorithm_of,
    algorithm_of_all,
    algorithm_of_others,
)
from shared_core.dicom_objects.content_items import (
    MOST_POINTS,
    Relationship,
    by_reference,
    coded,
    container,
    coordinates,
    date,
    image,
    number,
    text,
)
from shared_core.dicom_objects.result_exam import ResultExam, ResultView
from shared_core.dicom_objects.structured_reports.calculation_words import (
    area_words,
    mass_words,
    mean_words,
    percentage_words,
)
from shared_core.dicom_objects.structured_reports.coded_quantities import (
    MASS_SCORING,
    TWO_DIMENSIONAL,
    concept_of,
    unit_code,
)
from shared_core.dicom_objects.structured_reports.outline_polygons import OutlinePart, parts_of
from shared_core.dicom_objects.structured_reports.report_document import structured_report
from shared_core.mammogram import Laterality, View
from shared_core.quantities.quantity import Entry, Scope
from shared_core.quantities.registry import QUANTITIES
from shared_core.records.record_types import BreastRecord, ExamRecord, ViewRecord
from shared_core.wording.phrases import is_heat_map

MAMMOGRAPHY_CAD_SR: Final = "1.2.840.10008.5.1.4.1.1.88.50"
_ROOT, _LIBRARY_PLACE = 1, 2
"""By-reference relations give the place of an item: the image library comes after the language."""
_AREA, _AM = QUANTITIES.entry("view", "bac_area_mm2"), QUANTITIES.entry("view", "am_px")
_FIXED_VIEWS: Final = frozenset(View) - {View.XCC, View.UNKNOWN}
"""CID 4014 had no exaggerated view without a direction for long, and may not be added to."""


def cad_report(exam: ResultExam) -> Dataset:
    """The report of an exam, finished."""
    found = {view.stem: parts_of(view.mask, most_points=MOST_POINTS) for view in exam.views}
    library = {view.stem: (_ROOT, _LIBRARY_PLACE, place) for place, view in enumerate(exam.views, start=1)}
    others = {
        view.stem: parts_of(view.other, most_points=MOST_POINTS) if view.other is not None else ()
        for view in exam.views
    }
    marked = [view for view in exam.views if found[view.stem]]
    beside = [view for view in exam.views if others[view.stem]]
    algorithm = algorithm_of_all(exam.provenances)
    root = container(
        None,
        codes.MAMMOGRAPHY_CAD_REPORT,
        [
            coded("HAS CONCEPT MOD", codes.LANGUAGE, codes.ENGLISH),
            container("CONTAINS", codes.IMAGE_LIBRARY, [_library_entry(view) for view in exam.views]),
            coded(
                "CONTAINS",
                codes.CAD_SUMMARY,
                _summary(any_found=bool(marked or beside), all_done=not exam.failed),
                [
                    *_overall(exam, algorithm),
                    *(_impression(_cluster(view, found[view.stem], library[view.stem])) for view in marked),
                    *(_impression(_others(view, others[view.stem], library[view.stem])) for view in beside),
                ],
            ),
            coded(
                "CONTAINS",
                codes.SUMMARY_OF_DETECTIONS,
                codes.SUCCEEDED,
                [
                    container(
                        "INFERRED FROM",
                        codes.SUCCESSFUL_DETECTIONS,
                        [_detection(algorithm, library.values())],
                    )
                ],
            ),
            coded("CONTAINS", codes.SUMMARY_OF_ANALYSES, codes.NOT_ATTEMPTED),
        ],
        template="4000",
    )
    return structured_report(exam, "sr", root, sop_class=MAMMOGRAPHY_CAD_SR)


def _library_entry(view: ResultView) -> Dataset:
    """TID 4020, as far as the file says."""
    source, header = view.source, view.source.header
    context: list[Dataset] = []
    if header.laterality in codes.BREASTS:
        side = codes.BREASTS[header.laterality]
        context.append(coded("HAS ACQ CONTEXT", codes.IMAGE_LATERALITY, side))
    if header.view in _FIXED_VIEWS:
        modifiers = [codes.VIEW_MODIFIERS[one] for one in header.modifiers if one in codes.VIEW_MODIFIERS]
        below = [coded("HAS CONCEPT MOD", codes.IMAGE_VIEW_MODIFIER, one) for one in modifiers]
        context.append(coded("HAS ACQ CONTEXT", codes.IMAGE_VIEW, codes.VIEWS[header.view], below))
    if source.patient_orientation:
        row, column = source.patient_orientation
        context.append(text("HAS ACQ CONTEXT", codes.PATIENT_ORIENTATION_ROW, row))
        context.append(text("HAS ACQ CONTEXT", codes.PATIENT_ORIENTATION_COLUMN, column))
    if source.attributes.StudyDate:
        context.append(date("HAS ACQ CONTEXT", codes.STUDY_DATE, source.attributes.StudyDate))
    return image("CONTAINS", source.reference(), context)


def _summary(*, any_found: bool, all_done: bool) -> Code:
    if all_done:
        return codes.ALL_SUCCEEDED_WITH_FINDINGS if any_found else codes.ALL_SUCCEEDED_WITHOUT_FINDINGS
    return codes.SOME_SUCCEEDED_WITH_FINDINGS if any_found else codes.SOME_SUCCEEDED_WITHOUT_FINDINGS


def _overall(exam: ResultExam, algorithm: Algorithm) -> Iterator[Dataset]:
    """TID 4002 of the exam: the draft of a sentence, and the numbers of the exam and of each breast."""
    record, words = exam.record, exam.report_sentence
    if exam.failed:
        words += f" Could not be measured: {', '.join(exam.failed)}."
    yield text("HAS PROPERTIES", codes.IMPRESSION_DESCRIPTION, words)
    yield from algorithm_items(algorithm, "HAS PROPERTIES")
    if record is None:
        return
    used = ", ".join(record.views_used)
    both = codes.BREASTS[Laterality.BOTH]
    words = f"BAC pixels of {used} / breast pixels of the same views."
    yield from _known("exam", "bac_percent_of_breast", record, words, side=both)
    yield from _known("exam", "mass_ha_mg", record, mass_words(record), side=both)
    for breast in record.breasts:
        yield from _breast_values(breast)


def _breast_values(breast: BreastRecord) -> Iterator[Dataset]:
    side, words = codes.BREASTS[Laterality(breast.laterality)], mean_words(breast)
    for key in ("mean_bac_area_mm2", "mean_bac_percent_of_breast", "mean_mass_ha_mg"):
        yield from _known("breast", key, breast, words, side=side)


def _impression(finding: Dataset) -> Dataset:
    """TID 4003 of one view."""
    return container("INFERRED FROM", codes.INDIVIDUAL_IMPRESSION, [_optional(), finding])


def _cluster(view: ResultView, parts: Sequence[OutlinePart], place: Sequence[int]) -> Dataset:
    """TID 4006 of all that is marked on a view, with its numbers; the mark is on the largest part."""
    algorithm = algorithm_of(view.record.provenance)
    below = [
        _vascular(),
        coded("HAS PROPERTIES", codes.CALCIFICATION_DISTRIBUTION, codes.LINEAR_DISTRIBUTION),
        *_view_values(view),
        *(_part(view, part, place, algorithm) for part in parts),
    ]
    return _finding("CONTAINS", codes.CALCIFICATION_CLUSTER, algorithm, _centre(parts[0], place), below)


def _others(view: ResultView, parts: Sequence[OutlinePart], place: Sequence[int]) -> Dataset:
    """TID 4006 of all calcification of a view that is not along an artery."""
    algorithm = algorithm_of_others(view.record.provenance)
    words = "Pixels of the parts that are taken for calcium and not for an artery."
    in_mm2 = view.record.number("other_area_mm2") is not None
    below = [
        *_known("view", "other_area_mm2" if in_mm2 else "other_area_px", view.record, words),
        *(_other_part(part, place, algorithm) for part in parts),
    ]
    return _finding("CONTAINS", codes.CALCIFICATION_CLUSTER, algorithm, _centre(parts[0], place), below)


def _other_part(part: OutlinePart, place: Sequence[int], algorithm: Algorithm) -> Dataset:
    there = [by_reference("SELECTED FROM", place)]
    outline = coordinates("HAS PROPERTIES", codes.OUTLINE, "POLYLINE", part.outline, there)
    what = codes.INDIVIDUAL_CALCIFICATION
    return _finding("INFERRED FROM", what, algorithm, _centre(part, place), [outline])


def _part(view: ResultView, part: OutlinePart, place: Sequence[int], algorithm: Algorithm) -> Dataset:
    """TID 4006 of one connected part, with its outline (TID 4021) and area, which a heat map has not."""
    spacing, words = view.record.spacing_mm, f"{part.area_px} pixels of one connected part of the mask"
    if spacing is not None:
        area = part.area_px * spacing[0] * spacing[1]
        size = _value(_AREA, area, f"{words} x {spacing[0]} mm x {spacing[1]} mm.")
    else:
        size = _value(_AM, part.area_px, f"{words}; the pixel spacing is unknown.")
    there = [by_reference("SELECTED FROM", place)]
    outline = coordinates("HAS PROPERTIES", codes.OUTLINE, "POLYLINE", part.outline, there)
    sizes = [] if is_heat_map(view.record.provenance) else [size]
    below = [outline, _vascular(), *sizes]
    return _finding("INFERRED FROM", codes.INDIVIDUAL_CALCIFICATION, algorithm, _centre(part, place), below)


def _finding(
    relationship: Relationship, what: Code, algorithm: Algorithm, centre: Dataset, below: Iterable[Dataset]
) -> Dataset:
    items = [_optional(), *algorithm_items(algorithm, "HAS PROPERTIES"), centre, *below]
    return coded(relationship, codes.SINGLE_IMAGE_FINDING, what, items)


def _centre(part: OutlinePart, place: Sequence[int]) -> Dataset:
    there = [by_reference("SELECTED FROM", place)]
    return coordinates("HAS PROPERTIES", codes.CENTER, "POINT", [part.centre], there)


def _vascular() -> Dataset:
    return coded("HAS PROPERTIES", codes.CALCIFICATION_TYPE, codes.VASCULAR_CALCIFICATION)


def _view_values(view: ResultView) -> Iterator[Dataset]:
    record = view.record
    if is_heat_map(record.provenance):
        return
    in_mm2 = record.number("bac_area_mm2") is not None
    yield from _known("view", "bac_area_mm2" if in_mm2 else "am_px", record, area_words(record))
    yield from _known("view", "bac_percent_of_breast", record, percentage_words(record))
    yield from _known("view", "mass_ha_mg", record, mass_words(record))


def _optional() -> Dataset:
    return coded("HAS CONCEPT MOD", codes.RENDERING_INTENT, codes.PRESENTATION_OPTIONAL)


def _known(
    scope: Scope,
    key: str,
    record: ViewRecord | BreastRecord | ExamRecord,
    words: str,
    *,
    side: Code | None = None,
) -> Iterator[Dataset]:
    """One quantity of a record where it is known."""
    value = record.number(key)
    if value is not None:
        yield _value(QUANTITIES.entry(scope, key), value, words, side=side)


def _value(entry: Entry, value: float, words: str, *, side: Code | None = None) -> Dataset:
    """A row of CID 6142 with what it was made from."""
    derivation = MASS_SCORING if entry.quantity.path == ("mass", "ha_mg") else TWO_DIMENSIONAL
    relation: Relationship = "HAS CONCEPT MOD"
    laterality = [coded(relation, codes.LATERALITY, side)] if side is not None else []
    return number(
        "HAS PROPERTIES",
        concept_of(entry),
        value,
        unit_code(entry.quantity.unit),
        [
            *laterality,
            coded(relation, codes.DERIVATION, derivation),
            text("INFERRED FROM", codes.CALCULATION_DESCRIPTION, words),
        ],
    )


def _detection(algorithm: Algorithm, places: Iterable[Sequence[int]]) -> Dataset:
    """TID 4017: what was looked for, on which images."""
    return coded(
        "CONTAINS",
        codes.DETECTION_PERFORMED,
        codes.CALCIFICATION_CLUSTER,
        [
            *algorithm_items(algorithm, "HAS PROPERTIES"),
            *(by_reference("HAS PROPERTIES", place) for place in places),
        ],
    )
