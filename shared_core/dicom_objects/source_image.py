"""What the objects take from the mammogram: patient, study, orientation, and how to refer to it.

Objects carry a clean copy: attributes that the standard knows, in UTF-8, with values that its rules allow.
Private attributes are left behind. Whatever had to be left out or made up is a notice.

A file that is no DICOM, or lacks the UIDs by which an archive finds it, gets UIDs made from its content and
counts as *made*: `converted_image` writes the image itself, marked as derived, so that there is what the
objects refer to.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydicom.dataset import Dataset
from pydicom.uid import SecondaryCaptureImageStorage

from shared_core.dicom_objects.data_sets import dataset_of
from shared_core.dicom_objects.patient_module import (
    attributes_of_picture,
    clean_attributes,
    is_valid,
    put_deidentification,
    text_of,
    texts_of,
)
from shared_core.errors import UnreadableImageError, UnsupportedImageError, UsageError
from shared_core.mammogram import MammogramHeader
from shared_core.notices import Notice
from shared_core.notices.of_results import DICOM_SOURCE_DERIVED, DICOM_VALUE_LEFT_EMPTY
from shared_core.reading.content import read_bytes, size_of
from shared_core.reading.dicom.dataset import parse_file, quiet_pydicom
from shared_core.reading.standard_views import STANDARD_VIEWS

_NAMESPACE: Final = uuid.UUID("3c7bb0a2-55c6-5f0e-8d2c-0b8f3f5f6a11")
_UIDS: Final = ("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID")
_ORIENTATION: Final = re.compile(r"^[APRLHF]{1,3}$")
_METHODS: Final = {
    "1.2.840.10008.1.2.4.20": "ISO_15444_15",
    "1.2.840.10008.1.2.4.9": "ISO_15444_1",
    "1.2.840.10008.1.2.4.8": "ISO_14495_1",
    "1.2.840.10008.1.2.4.5": "ISO_10918_1",
}
"""Compression by the beginning of the transfer syntax (PS3.3 C.7.6.1.1.5.1)."""


@dataclass(frozen=True, eq=False)
class SourceImage:
    """One mammogram, as the objects made from it refer to it."""

    header: MammogramHeader
    attributes: Dataset
    """Patient and study attributes alone, those that must be there and those that are."""
    sop_class_uid: str
    sop_instance_uid: str
    series_uid: str
    study_uid: str
    modality: str
    patient_orientation: tuple[str, ...]
    """Directions of rows and columns (0020,0020); empty where the file does not say."""
    made: bool
    """Whether the UIDs were made here: no archive has this image, see `converted_image`."""
    notices: tuple[Notice, ...]
    """About what was left out or made up."""
    lossy: tuple[str, str] | None = None
    """Ratio and method (0028,2112 and 0028,2114) where pixels lost something to compression."""

    @property
    def study_time(self) -> datetime | None:
        """Date and time of the study; the beginning of the day, hour or minute where no more is known."""
        date, time = str(self.attributes.StudyDate), str(self.attributes.StudyTime)
        if not date:
            return None
        return datetime.strptime(date + time[:6].ljust(6, "0"), "%Y%m%d%H%M%S")

    def reference(self) -> Dataset:
        """SOP class and instance, as the item of a referenced image sequence (PS3.3 10.8)."""
        return instance_reference(self.sop_class_uid, self.sop_instance_uid)


def source_images(headers: Sequence[MammogramHeader]) -> tuple[SourceImage, ...]:
    """The images of one exam, in the order given.

    Views without a study of their own are put into one study together, whose UID is made from what the files
    hold.

    Raises
    ------
    UnreadableImageError
        A file is gone or damaged.
    UnsupportedImageError
        It holds several frames.
    UsageError
        An image is in memory alone.
    """
    digests = [_digest(header) for header in headers]
    study = uid_of("study", *sorted(digests))
    return tuple(_source(header, digest, study) for header, digest in zip(headers, digests, strict=True))


def source_image(header: MammogramHeader) -> SourceImage:
    """One image alone; see `source_images`."""
    return source_images([header])[0]


def exam_home(sources: Sequence[SourceImage]) -> SourceImage:
    """The image whose patient and study the objects of the whole exam take.

    The first standard view, as not every exam has one study: some collections give each image its own.
    """
    order = {label: place for place, label in enumerate(STANDARD_VIEWS)}
    return min(sources, key=lambda one: order.get(one.header.view_label, len(order)))


def put_patient_and_study(dataset: Dataset, source: SourceImage) -> None:
    """Write the Patient, General Study and Patient Study modules (PS3.3 C.7.1.1, C.7.2.1, C.7.2.2)."""
    dataset.SpecificCharacterSet = "ISO_IR 192"
    for element in source.attributes:
        dataset[element.tag] = element
    dataset.StudyInstanceUID = source.study_uid


def put_lossy(dataset: Dataset, source: SourceImage) -> None:
    """Write whether the pixels behind an object were ever compressed with loss (PS3.3 C.7.6.1.1.5)."""
    dataset.LossyImageCompression = "01" if source.lossy is not None else "00"
    if source.lossy is not None:
        dataset.LossyImageCompressionRatio, dataset.LossyImageCompressionMethod = source.lossy


def instance_reference(sop_class_uid: str, sop_instance_uid: str) -> Dataset:
    """The item of a referenced SOP or image sequence."""
    return dataset_of(ReferencedSOPClassUID=sop_class_uid, ReferencedSOPInstanceUID=sop_instance_uid)


def uid_of(*parts: str) -> str:
    """A UID under the root 2.25 (PS3.5 B.2) that depends on nothing but `parts`."""
    return f"2.25.{uuid.uuid5(_NAMESPACE, '/'.join(parts)).int}"


def _digest(header: MammogramHeader) -> str:
    if header.path is None:
        raise UsageError(
            f"{header.name}: DICOM results refer to a file, and this image is in memory alone; save it first."
        )
    try:
        return hashlib.sha256(read_bytes(header.path)).hexdigest()
    except UnreadableImageError as error:
        raise UnreadableImageError(
            f"{header.path}: cannot be read any more; DICOM results need it, put it back."
        ) from error


def _source(header: MammogramHeader, digest: str, study: str) -> SourceImage:
    assert header.path is not None
    dataset, notices = Dataset(), list[Notice]()
    orientation: tuple[str, ...] = ()
    uids, modality = dict.fromkeys(_UIDS, ""), "MG"
    if header.file_format != "DICOM":
        attributes, why_made = attributes_of_picture(header), "is no DICOM file"
    else:
        with quiet_pydicom():
            dataset = parse_file(
                header.path,
                pixels=False,
                problem="cannot be read any more",
                advice="DICOM results need it, put it back",
            )
            _check_unchanged(dataset, header)
            attributes, notices = clean_attributes(dataset, header.name)
            put_deidentification(attributes, dataset)
            orientation = _orientation(dataset)
            uids = {keyword: _uid(dataset, keyword) for keyword in _UIDS}
            modality = text_of(dataset, "Modality") or modality
        if dataset.get("PatientOrientation") and not orientation:
            notices.append(
                DICOM_VALUE_LEFT_EMPTY.notice(
                    name=header.name,
                    attribute="PatientOrientation",
                    value=repr(text_of(dataset, "PatientOrientation")),
                )
            )
        lacking = [keyword for keyword, value in uids.items() if not value]
        why_made = f"lacks {', '.join(lacking)}" if lacking else ""
    if why_made:
        study = uids["StudyInstanceUID"] or study
        made = str(SecondaryCaptureImageStorage), uid_of("image", digest), uid_of("series", study, "image")
        uids, modality = dict(zip(_UIDS, (*made, study), strict=True)), "MG"
        notices.append(DICOM_SOURCE_DERIVED.notice(name=header.name, reason=why_made))
    return SourceImage(
        header=header,
        attributes=attributes,
        sop_class_uid=uids["SOPClassUID"],
        sop_instance_uid=uids["SOPInstanceUID"],
        series_uid=uids["SeriesInstanceUID"],
        study_uid=uids["StudyInstanceUID"],
        modality=modality,
        patient_orientation=orientation,
        made=bool(why_made),
        notices=tuple(notices),
        lossy=_lossy(header, dataset),
    )


def _check_unchanged(dataset: Dataset, header: MammogramHeader) -> None:
    """That it is still the file that was measured, and one image."""
    if int(dataset.get("NumberOfFrames") or 1) > 1:
        raise UnsupportedImageError(
            f"{header.name}: holds {dataset.NumberOfFrames} frames, and DICOM results refer to one image; "
            "export one frame as a file of its own."
        )
    then = header.rows, header.columns, header.identity.sop_instance_uid
    if then != (dataset.get("Rows"), dataset.get("Columns"), text_of(dataset, "SOPInstanceUID")):
        raise UnreadableImageError(
            f"{header.name}: was changed or cut off after it was measured; measure it again."
        )


def _lossy(header: MammogramHeader, dataset: Dataset) -> tuple[str, str] | None:
    """Ratio and method of lossy compression, as the file has them or as it is compressed itself."""
    if not header.acquisition.lossy and header.file_format != "JPEG":
        return None
    assert header.path is not None
    ratios = texts_of(dataset, "LossyImageCompressionRatio")
    methods = texts_of(dataset, "LossyImageCompressionMethod")
    bytes_raw = header.rows * header.columns * (1 if header.bits <= 8 else 2)
    ratio = ratios[-1] if ratios and is_valid("DS", ratios[-1]) else ""
    method = methods[-1] if methods and is_valid("CS", methods[-1]) else ""
    known = next((name for start, name in _METHODS.items() if header.transfer_syntax.startswith(start)), "")
    return (
        ratio or f"{max(bytes_raw / size_of(header.path), 1):.3g}",
        method or known or "ISO_10918_1",
    )


def _orientation(dataset: Dataset) -> tuple[str, ...]:
    """Patient Orientation (0020,0020), if it is one: two directions (PS3.3 C.7.6.1.1.1)."""
    values = texts_of(dataset, "PatientOrientation")
    return values if len(values) == 2 and all(_ORIENTATION.match(value) for value in values) else ()


def _uid(dataset: Dataset, keyword: str) -> str:
    """A UID by which an archive finds the object; components with leading zeros, though wrong, are kept."""
    value = text_of(dataset, keyword)
    return value if re.fullmatch(r"[0-9][0-9.]{0,63}", value) else ""
