"""What every structured report has around its content (PS3.3 C.17.1, C.17.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydicom.dataset import Dataset

from shared_core.dicom_objects import codes
from shared_core.dicom_objects.equipment import Making, ObjectKind, finished, new_object
from shared_core.dicom_objects.source_image import SourceImage, instance_reference
from shared_core.quantities.codes import PRIVATE_SCHEME


@dataclass(frozen=True)
class Evidence:
    """An object that a report refers to."""

    study_uid: str
    series_uid: str
    sop_class_uid: str
    sop_instance_uid: str

    @classmethod
    def of_source(cls, source: SourceImage) -> Evidence:
        """A mammogram."""
        return cls(source.study_uid, source.series_uid, source.sop_class_uid, source.sop_instance_uid)

    @classmethod
    def of_object(cls, dataset: Dataset) -> Evidence:
        """An object of ours."""
        return cls(
            str(dataset.StudyInstanceUID),
            str(dataset.SeriesInstanceUID),
            str(dataset.SOPClassUID),
            str(dataset.SOPInstanceUID),
        )


def structured_report(
    home: SourceImage,
    kind: ObjectKind,
    making: Making,
    root: Dataset,
    *,
    sop_class: str,
    evidence: Sequence[Evidence],
    number: int = 1,
) -> Dataset:
    """A finished report, complete and not verified by anybody.

    Parameters
    ----------
    home
        Whose patient and study it is of.
    root
        The content, from `container`.
    evidence
        Everything that the content refers to.
    number
        Instance Number in the series.
    """
    dataset = new_object(home, kind, making, sop_class=sop_class, number=number)
    dataset.ReferencedPerformedProcedureStepSequence = []
    dataset.CompletionFlag = "COMPLETE"
    dataset.VerificationFlag = "UNVERIFIED"
    dataset.PreliminaryFlag = "PRELIMINARY"
    dataset.PerformedProcedureCodeSequence = []
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


def _by_study(evidence: Sequence[Evidence]) -> Iterable[Dataset]:
    """Hierarchical SOP Instance Reference macro (PS3.3 C.17.2.1)."""
    for study_uid in dict.fromkeys(one.study_uid for one in evidence):
        study = Dataset()
        study.StudyInstanceUID = study_uid
        of_study = [one for one in evidence if one.study_uid == study_uid]
        study.ReferencedSeriesSequence = []
        for series_uid in dict.fromkeys(one.series_uid for one in of_study):
            series = Dataset()
            series.SeriesInstanceUID = series_uid
            instances = dict.fromkeys(
                (one.sop_class_uid, one.sop_instance_uid) for one in of_study if one.series_uid == series_uid
            )
            series.ReferencedSOPSequence = [instance_reference(*instance) for instance in instances]
            study.ReferencedSeriesSequence.append(series)
        yield study


def _has_private_code(item: Dataset) -> bool:
    """Whether a code of our own scheme is anywhere below."""
    for element in item:
        if element.keyword == "CodingSchemeDesignator" and element.value == PRIVATE_SCHEME:
            return True
        if element.VR == "SQ" and any(_has_private_code(one) for one in element.value):
            return True
    return False
