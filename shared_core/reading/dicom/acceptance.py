"""Which DICOM objects are mammograms that can be measured, and what to say of the others."""

from __future__ import annotations

from shared_core.errors import UnsupportedImageError
from shared_core.notices import Notice
from shared_core.notices.of_files import (
    CLASS_OF_FILE_META,
    NOT_STORED_AS_MAMMOGRAPHY,
    SINGLE_TOMOSYNTHESIS_FRAME,
)
from shared_core.reading.dicom.acquisition import is_tomosynthesis_slice
from shared_core.reading.dicom.attributes import Attributes
from shared_core.reading.dicom.body_part import breast_examined
from shared_core.reading.dicom.projection import has_mammographic_view
from shared_core.reading.dicom.spacing import BREAST_TOMOSYNTHESIS

_MAMMOGRAPHY = {
    "1.2.840.10008.5.1.4.1.1.1.2": "Digital Mammography X-Ray Image, For Presentation",
    "1.2.840.10008.5.1.4.1.1.1.2.1": "Digital Mammography X-Ray Image, For Processing",
    "1.2.840.10008.5.1.4.1.1.13.1.4": "Breast Projection X-Ray Image, For Presentation",
    "1.2.840.10008.5.1.4.1.1.13.1.5": "Breast Projection X-Ray Image, For Processing",
}
_LOOK_ALIKE = {
    "1.2.840.10008.5.1.4.1.1.1": "Computed Radiography",
    "1.2.840.10008.5.1.4.1.1.1.1": "Digital X-Ray, For Presentation",
    "1.2.840.10008.5.1.4.1.1.1.1.1": "Digital X-Ray, For Processing",
    "1.2.840.10008.5.1.4.1.1.7": "Secondary Capture",
    "1.2.840.10008.5.1.4.1.1.7.1": "Multi-frame Single Bit Secondary Capture",
    "1.2.840.10008.5.1.4.1.1.7.2": "Multi-frame Grayscale Byte Secondary Capture",
    "1.2.840.10008.5.1.4.1.1.7.3": "Multi-frame Grayscale Word Secondary Capture",
    "1.2.840.10008.5.1.4.1.1.7.4": "Multi-frame True Color Secondary Capture",
}
_NOT_IMAGES = {
    "1.2.840.10008.1.3.10": "a DICOMDIR index",
    "1.2.840.10008.5.1.4.1.1.66.4": "a segmentation (SEG)",
    "1.2.840.10008.5.1.4.1.1.66": "raw data",
    "1.2.840.10008.5.1.4.1.1.88.": "a structured report (SR)",
    "1.2.840.10008.5.1.4.1.1.11.": "a presentation state (GSPS)",
    "1.2.840.10008.5.1.4.1.1.104.": "an encapsulated document",
}


class NotAMammogramError(UnsupportedImageError):
    """The file is a sound DICOM object of another kind."""


def accept(attributes: Attributes, name: str, *, stated: bool = False) -> list[Notice]:
    """Refuse what is not one single 2-D mammogram; notices for look-alikes.

    `stated` says whether a person, or a table, states a view of it.

    `NotAMammogramError` for another kind of object or part of the body, `UnsupportedImageError` for a volume.
    """
    sop_class = attributes.text("SOPClassUID")
    modality = attributes.text("Modality").upper()
    for prefix, kind in _NOT_IMAGES.items():
        if sop_class == prefix or (prefix.endswith(".") and sop_class.startswith(prefix)):
            raise NotAMammogramError(f"{name}: is {kind}, not a mammogram; it is left alone.")
    notices: list[Notice] = []
    if sop_class not in _MAMMOGRAPHY and sop_class != BREAST_TOMOSYNTHESIS:
        notices = _accept_look_alike(attributes, name, sop_class, modality, stated)
    elif attributes.has_class_of_file_meta():
        notices = [CLASS_OF_FILE_META.notice(kind=_class_name(sop_class))]
    _refuse_derived_masks(attributes, name)
    _refuse_volumes(attributes, name, sop_class)
    if sop_class == BREAST_TOMOSYNTHESIS:
        notices.append(SINGLE_TOMOSYNTHESIS_FRAME.notice())
    return notices


def _accept_look_alike(
    attributes: Attributes, name: str, sop_class: str, modality: str, stated: bool
) -> list[Notice]:
    evidence = _breast_evidence(attributes, modality) or ("a stated view" if stated else None)
    # what wrote the file made up the class of the File Meta Information, if the data set has none
    made_up = attributes.has_class_of_file_meta() and evidence is not None
    if sop_class and sop_class not in _LOOK_ALIKE and not made_up:
        if modality == "MG":
            kind = _class_name(sop_class)
            unknown = "the unknown SOP class" if kind == sop_class else "the SOP class"
            raise NotAMammogramError(
                f"{name}: is of modality MG, but stored with {unknown} {kind}, so what it holds is not "
                "known; export it as a Digital Mammography X-Ray Image."
            )
        raise NotAMammogramError(
            f"{name}: is of modality {modality or 'unknown'} ({_class_name(sop_class)}), not a mammogram; "
            "give mammography (MG) images."
        )
    kind = _LOOK_ALIKE.get(sop_class, _class_name(sop_class) if sop_class else "no SOP class")
    if evidence is None:
        raise NotAMammogramError(
            f"{name}: is an image of modality {modality or 'unknown'} ({kind}) and nothing says "
            "it shows a breast; give mammography (MG) images."
        )
    return [NOT_STORED_AS_MAMMOGRAPHY.notice(kind=kind, evidence=evidence)]


def _breast_evidence(attributes: Attributes, modality: str) -> str | None:
    """What says that the image shows a breast, in words."""
    if modality == "MG":
        return "Modality MG"
    part = breast_examined(attributes)
    if part:
        return part
    return "a mammographic view" if has_mammographic_view(attributes) else None


def _refuse_derived_masks(attributes: Attributes, name: str) -> None:
    """CBIS-DDSM stores its lesion masks and crops as Modality MG beside the mammograms."""
    description = attributes.text("SeriesDescription").lower()
    if "roi mask" in description or "cropped image" in description:
        raise NotAMammogramError(
            f"{name}: is a mask or crop ({description}), not a mammogram; it is left alone."
        )


def _refuse_volumes(attributes: Attributes, name: str, sop_class: str) -> None:
    frames = attributes.integer("NumberOfFrames") or 1
    if frames == 1:
        if is_tomosynthesis_slice(attributes):
            raise UnsupportedImageError(
                f"{name}: is one slice of a tomosynthesis, not a 2-D mammogram; use the 2-D view, or the "
                "synthetic one, of the same exam."
            )
        return
    kind = "a tomosynthesis volume" if sop_class == BREAST_TOMOSYNTHESIS else "a stack"
    raise UnsupportedImageError(
        f"{name}: is {kind} of {frames} slices, and one 2-D image is wanted; use the synthetic 2-D view "
        f"of the same exam, or export one slice as PNG, e.g. the middle one ({(frames + 1) // 2})."
    )


def _class_name(sop_class: str) -> str:
    from pydicom.uid import UID

    uid = UID(sop_class)
    return uid.name if uid.is_valid else "damaged SOP class"
