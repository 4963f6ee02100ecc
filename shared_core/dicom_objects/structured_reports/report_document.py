"""What every structured report has around its content (PS3.3 C.17.1, C.17.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pydicom.dataset import Dataset

from shared_core.dicom_objects import codes
from shared_core.dicom_objects.data_sets import dataset_of
from shared_core.dicom_objects.equipment import ObjectKind, finished, new_object
from shared_core.dicom_objects.result_exam import ResultExam
from shared_core.dicom_objects.source_image import instance_reference
from shared_core.quantities.codes import PRIVATE_SCHEME


class _Evidence(NamedTuple):
    """An object that a report refers to."""

    study_uid: str
    series_uid: str
    sop_class_uid: str
    sop_instance_uid: str


def structured_report(
    exam: ResultExam,
    kind: ObjectKind,
    root: Dataset,
    *,
    sop_class: str,
    objects: Sequence[Dataset] = (),
    number: int = 1,
) -> Dataset:
    """A finished report, complete and not verified by anybody.

    Its content `root` refers to the mammograms of the exam, and to `objects` made of them.
    """
    home = exam.home
    dataset = new_object(home, kind, exam.making, sop_class=sop_class, number=number)
    dataset.ReferencedPerformedProcedureStepSequence = []
    dataset.CompletionFlag = "COMPLETE"
    dataset.VerificationFlag = "UNVERIFIED"
    dataset.PreliminaryFlag = "PRELIMINARY"
    dataset.PerformedProcedureCodeSequence = []
    evidence = [
        _Evidence(one.study_uid, one.series_uid, one.sop_class_uid, one.sop_instance_uid)
        for one in (view.source for view in exam.views)
    ]
    evidence += [
        _Evidence(one.StudyInstanceUID, one.SeriesInstanceUID, one.SOPClassUID, one.SOPInstanceUID)
        for one in objects
    ]
    here = [one for one in evidence if one.study_uid == home.study_uid]
    elsewhere = [one for one in evidence if one.study_uid != home.study_uid]
    if here:
        dataset.CurrentRequestedProcedureEvidenceSequence = list(_by_study(here))
    if elsewhere:
        dataset.PertinentOtherEvidenceSequence = list(_by_study(elsewhere))
    if _has_private_code(root):
        dataset.CodingSchemeIdentificationSequence = [codes.private_scheme_item()]
    for element in root:
        dataset[element.tag] = element
    return finished(dataset)


def _by_study(evidence: Sequence[_Evidence]) -> Iterable[Dataset]:
    """Hierarchical SOP Instance Reference macro (PS3.3 C.17.2.1)."""
    studies: dict[str, dict[str, list[Dataset]]] = {}
    for one in dict.fromkeys(evidence):
        instances = studies.setdefault(one.study_uid, {}).setdefault(one.series_uid, [])
        instances.append(instance_reference(one.sop_class_uid, one.sop_instance_uid))
    for study_uid, of_study in studies.items():
        series = [
            dataset_of(SeriesInstanceUID=series_uid, ReferencedSOPSequence=instances)
            for series_uid, instances in of_study.items()
        ]
        yield dataset_of(StudyInstanceUID=study_uid, ReferencedSeriesSequence=series)


def _has_private_code(root: Dataset) -> bool:
    """Whether a code of our own scheme is anywhere in it."""
    return any(
        element.keyword == "CodingSchemeDesignator" and element.value == PRIVATE_SCHEME
        for element in root.iterall()
    )
